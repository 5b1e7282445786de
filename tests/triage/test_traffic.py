"""What a deployment's numbers do: shares, tokens a request, and nothing of what nobody counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auditor.policy.facts.metrics import Answer, Series
from auditor.triage.traffic import FEWEST, traffic

AT = [datetime(2026, 11, 21, tzinfo=UTC) + timedelta(minutes=5 * step) for step in range(12)]


def course(before: float, now: float, **labels: str) -> Series:
    """Eight intervals of one value, then four of another."""
    return Series(labels, tuple((at, before if step < 8 else now) for step, at in enumerate(AT)))


def answer(**metrics: tuple[Series, ...]) -> dict[str, Answer]:
    return {"all": Answer(AT[0], AT[-1], {name: {"chat": series} for name, series in metrics.items()}, ())}


def test_throttling_does_not_make_prompts_look_longer() -> None:
    """Refused requests use no tokens: those of the answered ones are told."""
    calls = (course(14, 7, statuscode="200"), course(0, 7, statuscode="429"))
    told = traffic(answer(AzureOpenAIRequests=calls, TokenTransaction=(course(14_000, 7_000),)), "chat")
    assert (told["throttled_percent_before"], told["throttled_percent_now"]) == (0, 50)
    assert told["tokens_per_request_now"] == told["tokens_per_request_before"] == 1000


def test_what_spilled_is_told_of_its_own_split() -> None:
    """Status and spillover come in two answers, and each share is of its own whole."""
    split = (course(10, 5, isspillover="False"), course(0, 5, isspillover="True"))
    told = traffic(
        answer(AzureOpenAIRequests=(course(10, 10, statuscode="200"),))
        | {"spillover": answer(AzureOpenAIRequests=split)["all"]},
        "chat",
    )
    assert told["spilled_percent_now"] == 50
    assert told["requests_now"] == 10


def test_of_too_few_intervals_nothing_is_told() -> None:
    """Three intervals have no ordinary value."""
    few = Series({"statuscode": "200"}, tuple((at, 1.0) for at in AT[: FEWEST - 1]))
    assert traffic(answer(AzureOpenAIRequests=(few,)), "chat") == {}
    assert traffic({}, "chat") == {}


def test_what_is_refused_is_told_by_its_sort() -> None:
    """HTTP 401, HTTP 403 and what is invalid have other causes, and HTTP 429 another again."""
    calls = [course(20, 5, statuscode="200")]
    calls += [course(0, 5, statuscode=code) for code in ("401", "403", "400")]
    told = traffic(answer(AzureOpenAIRequests=tuple(calls)), "chat")
    assert [told[f"{name}_percent_now"] for name in ("refused", "forbidden", "invalid", "throttled")] == [25, 25, 25, 0]


def test_of_a_handful_of_requests_no_share_is_told() -> None:
    """Three of four that fail say nothing of a deployment that hardly anybody calls."""
    calls = (course(20, 1, statuscode="200"), course(0, 1, statuscode="403"))
    told = traffic(answer(AzureOpenAIRequests=calls), "chat")
    assert "forbidden_percent_before" in told
    assert "forbidden_percent_now" not in told
