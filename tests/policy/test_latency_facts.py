"""Percentiles are single calls, by nearest rank, and none is told that too few calls tell."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.facts.latency import PERCENTILES, percentile
from auditor.policy.spend import spend
from auditor.record import JsonObject
from auditor.settings import ProbeSettings
from auditor.snapshot import Principal, Resource, Snapshot
from tests.policy.estate import ACCOUNT, estate

PROBE = f"{ACCOUNT}/deployments/chat/probes/text"


def facts(**members: Any) -> JsonObject:
    told: JsonObject = estate().changed("probe", PROBE, lambda body: body.update(first=True, **members)).deployment()
    return told.get("latency", {})


@given(st.lists(st.floats(0, 1e6), min_size=100, max_size=200), st.sampled_from(sorted(PERCENTILES)))
def test_a_percentile_is_a_sample_that_so_many_do_not_exceed(samples: list[float], percent: int) -> None:
    """The nearest rank of https://www.itl.nist.gov/div898/handbook/prc/section2/prc262.htm, never a mean."""
    found = percentile(samples, percent)
    assert found in samples
    assert found is not None
    assert sum(one <= found for one in samples) >= math.ceil(len(samples) * percent / 100)
    assert sum(one < found for one in samples) < len(samples) * percent / 100


@pytest.mark.parametrize(("count", "known"), [(1, {"p50"}), (19, {"p50"}), (20, {"p50", "p95"}), (99, {"p50", "p95"})])
def test_too_few_calls_tell_no_percentile(count: int, known: set[str]) -> None:
    """With 19 calls p95 is absent, with 99 so is p99."""
    told = facts(samples={"latencies_ms": [float(n) for n in range(count)]})
    assert told["count"] == count
    assert {name for name in told if name.startswith("p")} == known


def test_one_call_is_its_own_median() -> None:
    """What was put once has the one time that it took."""
    told = facts(latency_ms=312.4)
    assert (told["count"], told["p50"]) == (1, 312.4)


@pytest.mark.parametrize("outcome", ["refused", "failed", "unreachable", "skipped", "not_applicable", None, 7])
def test_what_was_not_answered_has_no_times(outcome: Any) -> None:
    """A fast refusal is no fast answer."""
    assert facts(outcome=outcome) == {}


@pytest.mark.parametrize("samples", [None, [], "fast", {"latencies_ms": "x"}, {"latencies_ms": [None, "1", True]}])
def test_times_of_shapes_never_seen_are_not_known(samples: Any) -> None:
    """Texts and truth values are no times; without a list the call's own time stands."""
    assert facts(samples=samples, latency_ms=None).get("p50") is None


def taken(*bodies: JsonObject) -> Snapshot:
    """A snapshot of these probes alone."""
    now = estate().snapshot().taken_at
    return Snapshot(
        cloud="public",
        taken_at=now,
        ended_at=now,
        principal=Principal(credential="environment"),
        settings={},
        resources=tuple(
            Resource(kind="probe", id=f"/p/{number}", body={"sent": True, "requested_model": "chat", **body})
            for number, body in enumerate(bodies)
        ),
    )


PRICE = {"input": 2.0, "output": 10.0, "currency": "USD", "source": "retail", "date": "2026-03-01"}
CALL = {"outcome": "completed", "calls": 1, "input_tokens": 100, "output_tokens": 50, "price": PRICE}


def test_money_is_tokens_by_their_prices_repetitions_too() -> None:
    """Input and output each by its own price, of the first call and of those that followed."""
    repeats = {"calls": 3, "input_tokens": 300, "output_tokens": 150}
    told = spend(taken(CALL, {**CALL, "repeats": repeats}), ProbeSettings())
    assert (told.calls, told.input_tokens, told.output_tokens) == (5, 500, 250)
    assert told.money == pytest.approx((500 * 2 + 250 * 10) / 1e6)
    assert (told.price_date, told.price_source, told.unpriced) == ("2026-03-01", "retail", None)


def test_a_key_that_is_refused_as_it_should_be_is_taken_to_cost_nothing() -> None:
    """The probe that proves it is completed, and nothing was processed."""
    refused = {"outcome": "completed", "calls": 1, "http_status": 403, "price": PRICE}
    assert spend(taken(CALL, refused), ProbeSettings()).money == pytest.approx((100 * 2 + 50 * 10) / 1e6)
    filtered = {**refused, "http_status": 400}
    assert spend(taken(CALL, filtered), ProbeSettings()).money is None


@pytest.mark.parametrize(
    ("error", "known"),
    [
        ({"phase": "http", "http_status": 401, "code": "PermissionDenied"}, True),
        ({"phase": "http", "http_status": 429, "code": "RateLimitReached"}, True),
        ({"phase": "http", "http_status": 404, "code": "DeploymentNotFound"}, True),
        ({"phase": "timeout", "during": "connect"}, True),
        ({"phase": "dns"}, True),
        ({"phase": "http", "http_status": 400, "code": "content_filter"}, False),
        ({"phase": "http", "http_status": 408}, False),
        ({"phase": "timeout", "during": "answer"}, False),
        ({"phase": "timeout", "during": "stream"}, False),
        ({"phase": "body", "during": "stream", "http_status": 200}, False),
    ],
)
def test_what_was_processed_may_be_charged_whatever_came_of_it(error: JsonObject, known: bool) -> None:
    """And what was turned away is not."""
    told = spend(taken(CALL, {"outcome": "refused", "calls": 1, "error": error, "price": PRICE}), ProbeSettings())
    assert (told.money is not None) is known
    assert known or "after its processing had begun" in str(told.unpriced)


def test_what_is_paid_besides_tokens_is_named() -> None:
    """Once each, and by the calls that were made alone."""
    besides = {**CALL, "besides": "a session"}
    told = spend(taken(CALL, besides, besides, {"sent": False, "besides": "another"}), ProbeSettings())
    assert told.besides == ("a session",)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({**CALL, "price": None, "unpriced": "nobody knows"}, "nobody knows"),
        ({**CALL, "price": None}, "no price was asked for"),
        ({**CALL, "output_tokens": None}, "does not tell what it used"),
    ],
)
def test_money_of_which_a_part_is_not_known_is_not_known(body: JsonObject, why: str) -> None:
    """Never a sum that leaves something out, and the reason stands beside it."""
    told = spend(taken(CALL, body), ProbeSettings())
    assert told.money is None
    assert why in str(told.unpriced)


def test_no_calls_cost_nothing() -> None:
    """A run that called nobody spent nothing, and that is known."""
    told = spend(taken({"sent": False, "outcome": "skipped"}), ProbeSettings())
    assert (told.calls, told.money) == (0, 0)
