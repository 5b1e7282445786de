"""The service's clock beside this machine's, as the answers of a run tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from auditor.policy.facts.clock import azures_now, sent, service_date
from auditor.population import Clock
from auditor.snapshot import Reading, Snapshot

_WHOLE = timedelta(seconds=1)
"""What a Date header leaves out at most: it has no fractions."""


def clock(readings: Iterable[Reading]) -> Clock | None:
    """The answer that pins the two clocks down best, the shortest exchange; None where no answer carried a date."""
    dated = [(one, theirs) for one in readings if (theirs := service_date(one.service_date)) is not None]
    if not dated:
        return None
    reading, theirs = min(dated, key=lambda each: (each[0].attempts, each[0].duration_ms, each[0].id))
    return Clock(
        ours=_came(reading),
        service=theirs,
        reading=reading.id,
        skew_seconds=skew(reading, theirs),
        largest_seconds=max((skew(*each) for each in dated), key=lambda apart: (abs(apart), apart)),
    )


def today(snapshot: Snapshot) -> date:
    """The day, in UTC, on which what people accepted or stated must count: by Azure's clock where ours is off."""
    return azures_now(snapshot.taken_at, snapshot.readings).date()


def skew(reading: Reading, theirs: datetime) -> float:
    """The least difference, ours less theirs in seconds, that explains a Date header.

    The service wrote it at some moment of the exchange, and cut its fraction of a second off: any difference from
    `sent - (theirs + 1 s)` to `came - theirs` may be the true one.
    """
    least = (sent(reading) - theirs - _WHOLE).total_seconds()
    most = (_came(reading) - theirs).total_seconds()
    return round(least if least > 0 else most if most < 0 else 0.0, 1)


def _came(reading: Reading) -> datetime:
    """When its answer had come."""
    try:
        return sent(reading) + timedelta(milliseconds=max(reading.duration_ms, 0.0))
    except (OverflowError, ValueError):  # a duration of no known sense
        return sent(reading).astimezone(UTC)
