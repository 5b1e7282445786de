"""Whose clock decides what has expired: Azure's, as its own answers tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.policy.facts.clock import azures_now, clock_trouble
from auditor.snapshot import Reading

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def answered(*dates: str | None) -> list[Reading]:
    return [
        Reading(id=f"r{number}", method="GET", url="https://x/", sent_at=NOW, service_date=date, duration_ms=1)
        for number, date in enumerate(dates)
    ]


@pytest.mark.parametrize(
    ("dates", "moment"),
    [
        ((), NOW),
        ((None, "yesterday", "Sat, 21 Nov 2026 10:00:07 GMT"), NOW),
        (("Sat, 21 Nov 2026 09:30:00 GMT",), NOW),
        (("Sat, 21 Nov 2026 12:00:00 GMT",), NOW + timedelta(hours=2)),
        ((None, "Fri, 11 Dec 2026 10:00:00 GMT"), NOW + timedelta(days=20)),
        (("Sun, 01 Nov 2026 10:00:00 GMT",), NOW - timedelta(days=20)),
    ],
)
def test_expiry_is_judged_by_azures_clock_where_the_two_differ(dates: tuple[str | None, ...], moment: datetime) -> None:
    """A machine that is weeks slow does not keep alive what has expired; seconds are no difference."""
    assert azures_now(NOW, answered(*dates)) == moment
    assert (clock_trouble(answered(*dates)) is None) is (moment == NOW)


def test_a_moment_without_a_zone_is_utc() -> None:
    assert azures_now(NOW.replace(tzinfo=None), ()) == NOW
