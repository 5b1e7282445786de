"""Whose clock said when: the least difference that explains the Date headers of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.clock import clock
from auditor.snapshot import Reading

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def reading(
    theirs: str | None, sent: datetime = NOON, took: float = 100.0, name: str = "r", attempts: int = 1
) -> Reading:
    return Reading(
        id=name, method="GET", url="https://x", sent_at=sent, service_date=theirs, duration_ms=took, attempts=attempts
    )


def date(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


@pytest.mark.parametrize(
    ("sent", "took", "theirs", "skew"),
    [
        (0.0, 100, 0, 0.0),
        (0.9, 100, 0, 0.0),  # cut off: up to a second behind is the header's own
        (0.9, 100, 1, 0.0),  # written on the way back
        (0.0, 30_000, 0, 0.0),  # a long exchange, dated at its beginning
        (0.0, 30_000, 29, 0.0),
        (3.5, 100, 0, 2.5),
        (0.0, 500, 10, -9.5),
        (7200.0, 100, 0, 7199.0),
        (-7200.0, 100, 0, -7199.9),
    ],
)
def test_only_what_nothing_else_explains_is_skew(sent: float, took: float, theirs: int, skew: float) -> None:
    one = reading(date(NOON + timedelta(seconds=theirs)), NOON + timedelta(seconds=sent), took)
    found = clock([one])
    assert found is not None
    assert (found.skew_seconds, found.largest_seconds) == (skew, skew)
    assert found.service == NOON + timedelta(seconds=theirs)
    assert found.ours == one.sent_at + timedelta(milliseconds=took)
    assert found.differs is (abs(skew) > 2)


@pytest.mark.parametrize("header", [None, "", "yesterday", "Sat, 21 Nov 2026 12:00:00 +0100", "2026-11-21T12:00:00Z"])
def test_without_a_date_that_is_one_nothing_is_said(header: str | None) -> None:
    assert clock([reading(header)]) is None
    assert clock([]) is None


def test_the_shortest_exchange_tells_and_the_furthest_is_told_beside_it() -> None:
    slow = reading(date(NOON + timedelta(seconds=60)), took=900.0, name="slow")
    quick = reading(date(NOON), took=20.0, name="quick")
    again = reading(date(NOON), took=5.0, name="again", attempts=3)
    found = clock([slow, again, quick])
    assert found is not None
    assert (found.reading, found.skew_seconds, found.largest_seconds) == ("quick", 0.0, -59.1)
    assert found.differs


@given(
    sent=st.integers(0, 10**6).map(lambda millis: NOON + timedelta(milliseconds=millis)),
    took=st.integers(0, 120_000),
    share=st.floats(0, 1),
    apart=st.integers(-(10**8), 10**8),
)
def test_what_is_told_is_never_more_than_the_truth(sent: datetime, took: int, share: float, apart: int) -> None:
    """Whenever the service wrote it, of a clock that is `apart` milliseconds behind ours."""
    written = sent + timedelta(milliseconds=took * share - apart)
    found = clock([reading(date(written), sent, took)])
    assert found is not None
    true = apart / 1000
    assert abs(found.skew_seconds) <= abs(true) + 0.051
    assert found.skew_seconds * true >= -0.051 * abs(true)
    assert abs(found.skew_seconds) >= abs(true) - 1 - took / 1000 - 0.051
