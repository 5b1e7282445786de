"""One call stage by stage: what each took, and which of them it failed in."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from auditor.cloud.model_answer import Answer
from auditor.record import JsonObject

RESOLVE: Final = "resolve"
ORDER: Final = ("connect", "tls", "token", "request", "first_token", "complete")
"""As a reader expects them; the token is got before the connection is opened."""

_CONNECTING, _SECURING = "connect_tcp.started", "start_tls.started"
_SECURED, _HEAD = "start_tls.complete", "receive_response_headers.complete"


def stages(answer: Answer, first_text_ms: float | None) -> list[JsonObject]:
    """The stages of `ORDER`, each with `name`, `ms` (or None), `outcome` and `note`; see `auditor.diagnosis.Stage`.

    `first_text_ms` is when the first text of the stream had come, in milliseconds since the request.
    """
    took = _took(answer, first_text_ms)
    broken = _broken(answer, first_text_ms)
    return [_stage(name, took, broken, answer) for name in ORDER]


def _stage(name: str, took: dict[str, float | None], broken: str | None, answer: Answer) -> JsonObject:
    at, failed = ORDER.index(name), None if broken is None else _reached(broken)
    if name == broken:
        outcome = "failed"
    elif failed is not None and _reached(name) > failed:
        return {"name": name, "ms": None, "outcome": "not_reached", "note": None}
    else:
        outcome = "ok" if took.get(name) is not None else "not_measured"
    ms = took.get(name)
    reused = at <= ORDER.index("tls") and outcome == "not_measured" and broken is None
    note = "over a connection that was open" if reused else None
    if name == "connect" and answer.peer is not None:
        note = f"to the proxy {answer.peer}"
    return {"name": name, "ms": None if ms is None else round(ms, 1), "outcome": outcome, "note": note}


def _reached(name: str) -> int:
    """Its place in time: a token is got first of all."""
    return ("token", "connect", "tls", "request", "first_token", "complete").index(name)


def _broken(answer: Answer, first_text_ms: float | None) -> str | None:
    """The stage in which the call failed; None where a whole answer of status 2xx came."""
    error = answer.error
    if error is None:
        refused = answer.http_status is None or answer.http_status >= HTTPStatus.MULTIPLE_CHOICES
        return "request" if refused else None
    if error.phase in ("token", "tls"):
        return error.phase
    if error.phase in ("dns", "connect"):
        return "connect"
    if error.phase == "timeout" and error.during in ("connect", "tls"):
        return error.during
    if _head(answer) is None:
        return "request"
    return "first_token" if first_text_ms is None else "complete"


def _took(answer: Answer, first_text_ms: float | None) -> dict[str, float | None]:
    return dict(_spans(answer, first_text_ms))


def _spans(answer: Answer, first_text_ms: float | None) -> Iterator[tuple[str, float | None]]:
    marks, end = answer.marks, answer.latency_ms
    connecting, securing, secured = (marks.get(name) for name in (_CONNECTING, _SECURING, _SECURED))
    # Up to TLS all of it is connecting: through a proxy, its answer to CONNECT too.
    yield "token", answer.token_ms
    yield "connect", _between(connecting, end if securing is None else securing)
    yield "tls", _between(securing, end if secured is None else secured)
    head = _head(answer)
    if head is not None:
        yield "request", _between(secured if secured is not None else 0.0, head)
        yield "first_token", _between(head, first_text_ms)
        yield "complete", _between(first_text_ms, end)
    elif connecting is None or secured is not None:
        yield "request", _between(secured if secured is not None else 0.0, end)


def _head(answer: Answer) -> float | None:
    """When the answer's head had come; a proxy's answer to CONNECT, which comes before TLS, does not count."""
    head, securing = answer.marks.get(_HEAD), answer.marks.get(_SECURING)
    return None if head is None or (securing is not None and head < securing) else head


def _between(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else max(0.0, end - begin)
