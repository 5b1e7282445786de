"""Numbers of Azure Monitor as courses, and the onset that they show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from auditor.policy.facts.metrics import Answer, Metrics, Series
from auditor.triage.meters import meters, onset_by

BEGIN = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)


def _series(status: str, values: Sequence[float]) -> Series:
    points = tuple((BEGIN + STEP * number, value) for number, value in enumerate(values))
    return Series({"modeldeploymentname": "chat", "statuscode": status}, points)


def _found(*series: Series, count: int) -> Metrics:
    answer = Answer(BEGIN, BEGIN + STEP * count, {"AzureOpenAIRequests": {"chat": series}, "ModelRequests": {}}, ())
    return {"account": {"requests": answer}}


def test_the_onset_is_the_first_interval_of_the_failures_that_last() -> None:
    """An hour of 200, then 401: it began with the first 401, whatever failed once before."""
    good, bad = [20, 20, 20, 20, 0, 0, 0], [0, 9, 0, 0, 12, 12, 3]
    found = _found(_series("200", good), _series("401", bad), count=7)
    onset = onset_by(found, ["chat"])
    assert onset is not None
    assert onset.at == BEGIN + STEP * 4
    assert "began to fail" in onset.how


def test_the_onset_is_when_calls_stopped_where_they_do_not_arrive() -> None:
    """With no name or no way to the endpoint nothing is counted any more."""
    found = _found(_series("200", [20, 20, 20, 0, 0, 0]), count=6)
    onset = onset_by(found, ["chat"])
    assert onset is not None
    assert (onset.at, "called no more" in onset.how) == (BEGIN + STEP * 3, True)


def test_nothing_is_said_of_the_onset_where_the_numbers_do_not_show_it() -> None:
    """It always failed, never did, recovered, or nothing is known of it."""
    for good, bad in (([0, 0, 0], [9, 9, 9]), ([9, 9, 9], [0, 0, 0]), ([9, 0, 9, 9], [0, 9, 0, 0])):
        assert onset_by(_found(_series("200", good), _series("500", bad), count=len(good)), ["chat"]) is None
    assert onset_by({}, ["chat"]) is None


def test_a_meter_tells_the_ordinary_value_and_the_last_whole_one() -> None:
    """The last interval is not over and is not `now`; intervals that nobody told count nought."""
    found = _found(_series("200", [10, 10, 10, 40, 5]), _series("429", [0, 0, 0, 30, 2]), count=5)
    told = {one.name: one for one in meters(found, ["chat"], BEGIN + STEP * 3)}
    assert set(told) == {"requests", "answers 429"}
    assert (told["requests"].before, told["requests"].now) == (10, 70)
    assert list(told["answers 429"].points) == [0, 0, 0, 30, 2]
    assert (told["answers 429"].before, told["answers 429"].now) == (0, 30)
