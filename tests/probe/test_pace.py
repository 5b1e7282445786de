"""Calls keep the rate of their deployment, and what we caused ourselves is not laid on the service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from auditor.probe import probe
from auditor.probe.pace import MINUTE, Pace, number_of, tokens_of
from auditor.record import JsonObject
from auditor.sandbox.ledger import Ledger
from auditor.snapshot import GapReason, Resource
from tests.cloud.endpoint import ANSWER
from tests.probe.pretend import PretendCloud, PretendModels, account, answered, deployment, settings


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_limit_of_requests_holds_the_next_call_back() -> None:
    """The third call of a minute waits until the first is a minute old."""
    clock = Clock()
    pace = Pace(2, None, now=clock)
    pace.sent(0)
    clock.now += 10
    pace.sent(0)
    assert pace.wait(0) == 50
    clock.now += 50
    assert pace.wait(0) == 0


def test_tokens_count_by_the_most_that_a_call_may_use() -> None:
    """What does not fit beside the calls of the last minute waits; what never fits goes alone."""
    clock = Clock()
    pace = Pace(None, 1000, now=clock)
    pace.sent(600)
    clock.now += 5
    pace.sent(300)
    assert pace.wait(100) == 0
    assert pace.wait(500) == 55
    assert pace.wait(5000) == 60
    clock.now += 60
    assert pace.wait(5000) == 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "7"}, 7),
        ({"x-ratelimit-remaining-tokens": "99", "x-ratelimit-reset-tokens": "3s"}, 3),
        ({"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "3"}, 0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "soon"}, 0),
        ({"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "nan"}, 0),
        ({}, 0),
    ],
)
def test_what_the_headers_say_remains_is_kept(headers: dict[str, str], seconds: float) -> None:
    """A bucket that was told to be too empty is waited for; words that say nothing change nothing."""
    pace = Pace(None, None, now=Clock())
    pace.answered(headers, 100)
    assert pace.wait(100) == seconds


@hypothesis_settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 40), st.integers(100, 5000), st.lists(st.tuples(st.floats(0, 20), st.integers(1, 900)), max_size=60)
)
def test_who_waits_as_told_is_never_refused(requests: int, tokens: int, calls: list[tuple[float, int]]) -> None:
    """The sandbox's buckets, which refill like the service's, let every paced call through."""
    clock, ledger = Clock(), Ledger()
    pace = Pace(requests, tokens, now=clock)
    for pause, asked in calls:
        needed = min(asked, tokens)
        clock.now += pause
        clock.now += pace.wait(needed)
        pace.sent(needed)
        for name, most, wanted in (("requests", requests, 1), ("tokens", tokens, needed)):
            assert ledger.take(name, most, wanted, at=clock.now + 1e-6)[1] is None


def test_only_what_more_than_one_call_exceeded_is_our_doing() -> None:
    """A first call that is refused is the service's affair, whatever its limits say."""
    pace = Pace(None, None, now=Clock())
    pace.sent(500)
    refusal = answered(429, {}, x_ratelimit_limit_tokens="10", x_ratelimit_limit_requests="1")
    assert not pace.ours(refusal, foretold=False)
    assert pace.ours(refusal, foretold=True)
    pace.sent(500)
    assert pace.ours(refusal, foretold=False)
    assert not pace.ours(answered(429, {}), foretold=False)
    assert not pace.ours(answered(500, {}), foretold=True)


def test_the_prompt_is_counted_too() -> None:
    """The limiter's own rough rule: four characters a token, and the most that may be answered."""
    assert tokens_of({"input": "a" * 40, "max_output_tokens": 64}) == 74
    assert tokens_of({"response_id": "x"}) == 0
    assert number_of({"a": "1e9999"}, "a") is None


def asked(
    reply: Callable[[JsonObject], Any], monkeypatch: pytest.MonkeyPatch, **limits: int
) -> tuple[dict[str, Resource], list[float], list[Any]]:
    """What came of text and stateless turns on a deployment with these limits, and how long was waited for it."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("auditor.probe.talk.sleep", sleep)
    of = account()
    rates = [{"key": key, "count": count, "renewalPeriod": 60} for key, count in limits.items()]
    owner = settings({"name": "chat", "model": "gpt-4.1", "features": ["text", "function_calling"]})
    cloud = PretendCloud(PretendModels(reply))
    found, gaps = asyncio.run(
        probe(cloud, owner, [of, deployment(of, "chat", rateLimits=rates)], lambda _: None)  # type: ignore[arg-type]
    )
    return {one.body["probe"]: one for one in found}, slept, list(gaps)


def test_our_own_throttling_is_waited_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is put once more after Retry-After; the body says that it was our doing."""
    replies = iter((answered(200, ANSWER), answered(429, {}, retry_after="3", x_ratelimit_limit_requests="1")))
    found, slept, gaps = asked(lambda _: next(replies, answered(200, ANSWER)), monkeypatch)
    assert found["text"].body["outcome"] == "completed"
    assert found["function_calling"].body["own_throttles"] == 1
    assert found["function_calling"].body["outcome"] == "completed"
    assert slept == [3]
    assert gaps == []


def test_our_own_throttling_is_never_the_services_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the repetition is refused too the question was not asked: a gap, and no verdict on the deployment."""

    def reply(_: JsonObject) -> Any:
        first = len(seen) == 0
        seen.append(1)
        return answered(200, ANSWER) if first else answered(429, {}, retry_after="1", x_ratelimit_limit_requests="1")

    seen: list[int] = []
    found, _, gaps = asked(reply, monkeypatch)
    body = found["function_calling"].body
    assert (body["outcome"], body["own_doing"], body["error"]["http_status"]) == ("skipped", True, 429)
    assert [gap.reason for gap in gaps] == [GapReason.THROTTLED]


def test_a_rate_that_leaves_no_time_skips_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one request a minute, and less than a minute left, the second question is not put."""
    of = account()
    limit = [{"key": "request", "count": 1, "renewalPeriod": 60}]
    owner = settings(
        {"name": "chat", "model": "gpt-4.1", "features": ["text", "function_calling"]}, probes={"seconds": MINUTE / 2}
    )
    models = PretendModels(lambda _: answered(200, ANSWER))
    cloud = PretendCloud(models)
    monkeypatch.setattr("auditor.probe.talk.sleep", None)
    found, gaps = asyncio.run(
        probe(cloud, owner, [of, deployment(of, "chat", rateLimits=limit)], lambda _: None)  # type: ignore[arg-type]
    )
    assert {one.body["probe"]: one.body["outcome"] for one in found} == {
        "text": "completed",
        "function_calling": "skipped",
    }
    assert len(models.asked) == 1
    assert "rate limit" in gaps[0].detail
