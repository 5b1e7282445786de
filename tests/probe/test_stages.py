"""Which stage a call failed in, and what each took."""

from __future__ import annotations

import pytest

from auditor.cloud.model_answer import Answer, CallError
from auditor.probe.stages import ORDER, stages

MARKS = {
    "connect_tcp.started": 2.0,
    "connect_tcp.complete": 10.0,
    "start_tls.started": 12.0,
    "start_tls.complete": 30.0,
    "receive_response_headers.complete": 130.0,
}


def _answer(until: str | None = None, **told: object) -> Answer:
    names = list(MARKS)
    marks = {name: MARKS[name] for name in (names if until is None else names[: names.index(until) + 1])}
    shown = {"endpoint": "https://x/", "scope": "s", "marks": marks, "latency_ms": 400.0, "token_ms": 25.0, **told}
    return Answer(**shown)  # type: ignore[arg-type]  # the members that a case is about


def _told(answer: Answer, first_text_ms: float | None = None) -> dict[str, tuple[object, object]]:
    found = stages(answer, first_text_ms)
    assert [one["name"] for one in found] == list(ORDER)
    return {one["name"]: (one["outcome"], one["ms"]) for one in found}


def test_the_stages_of_a_whole_answer_add_up_to_it() -> None:
    """Connecting, TLS, waiting for the head, the first text, the rest; the token comes before all of them."""
    told = _told(_answer(http_status=200), 220.0)
    assert told == {
        "connect": ("ok", 10.0),
        "tls": ("ok", 18.0),
        "token": ("ok", 25.0),
        "request": ("ok", 100.0),
        "first_token": ("ok", 90.0),
        "complete": ("ok", 180.0),
    }


def test_a_connection_that_was_open_is_not_measured() -> None:
    """Nothing was connected, and the note says why."""
    answer = _answer(marks={"receive_response_headers.complete": 40.0}, http_status=200)
    found = {one["name"]: one for one in stages(answer, 50.0)}
    assert {found[name]["outcome"] for name in ("connect", "tls")} == {"not_measured"}
    assert found["connect"]["note"] == "over a connection that was open"
    assert found["request"]["ms"] == 40.0


@pytest.mark.parametrize(
    ("until", "error", "failed"),
    [
        ("connect_tcp.started", CallError(phase="dns", message=""), "connect"),
        ("connect_tcp.started", CallError(phase="timeout", during="connect", message=""), "connect"),
        ("start_tls.started", CallError(phase="tls", during="tls", message=""), "tls"),
        ("start_tls.complete", CallError(phase="timeout", during="answer", message=""), "request"),
        (None, CallError(phase="timeout", during="answer", message="", http_status=200), "first_token"),
        (None, CallError(phase="body", during="answer", message="", http_status=200), "first_token"),
    ],
)
def test_a_call_without_a_whole_answer_fails_in_one_stage(until: str | None, error: CallError, failed: str) -> None:
    """What comes after it was not reached, what came before it was."""
    told = _told(_answer(until, error=error))
    assert told[failed][0] == "failed"
    in_time = ("token", "connect", "tls", "request", "first_token", "complete")
    after = in_time[in_time.index(failed) + 1 :]
    assert {told[name] for name in after} <= {("not_reached", None)}
    assert {told[name][0] for name in in_time[: in_time.index(failed)]} <= {"ok"}


def test_no_token_and_a_refusal() -> None:
    """Without a token nothing is sent; a refusal is the request's failure, with the time that it took."""
    refused = CallError(phase="token", message="no")
    told = _told(_answer(marks={}, error=refused))
    assert told["token"] == ("failed", 25.0)
    assert {told[name][0] for name in ("connect", "tls", "request")} == {"not_reached"}
    assert _told(_answer(http_status=403))["request"] == ("failed", 100.0)


def test_a_proxys_answer_to_connect_is_not_the_answer() -> None:
    """It comes before TLS: a call that then hangs failed in its request, and connecting names the proxy."""
    marks = {**MARKS, "receive_response_headers.complete": 11.0}
    answer = _answer(marks=marks, peer="proxy:3128", error=CallError(phase="timeout", during="answer", message=""))
    found = {one["name"]: one for one in stages(answer, None)}
    assert (found["request"]["outcome"], found["request"]["ms"]) == ("failed", 370.0)
    assert found["connect"]["note"] == "to the proxy proxy:3128"
