"""How far the machine's clock, by which everything was asked and dated, is from Azure's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from auditor.policy.facts.part import Note
from auditor.snapshot import Reading

LEEWAY: Final = timedelta(hours=1)
"""What is counted in days does not mind less."""

PAGE: Final = "https://learn.microsoft.com/azure/azure-monitor/platform/rest-api-walkthrough"

_DATE: Final = "%a, %d %b %Y %H:%M:%S GMT"


def clock_trouble(readings: Iterable[Reading]) -> Note | None:
    """Why nothing that is counted in days is known, where the clocks differ; None where they agree, or none was told.

    One answer decides: a clock is as wrong at the end of a run as at its beginning.
    """
    apart = clocks_apart(readings)
    if apart is None or abs(apart) <= LEEWAY:
        return None
    hours = round(abs(apart) / timedelta(hours=1))
    side = "ahead of" if apart > timedelta() else "behind"
    return f"not known: the clock of the machine that asked was {hours} hours {side} Azure's", PAGE


def azures_now(taken_at: datetime, readings: Iterable[Reading]) -> datetime:
    """The moment of a snapshot, in UTC, by which expiry and retirement are judged: Azure's own where the clocks differ.

    A machine whose clock is days slow would else call valid what has expired.
    """
    ours = _utc(taken_at)
    apart = clocks_apart(readings)
    return ours if apart is None or abs(apart) <= LEEWAY else ours - apart


def clocks_apart(readings: Iterable[Reading]) -> timedelta | None:
    """Our clock less Azure's, of the first answer that tells its own; one decides, as `clock_trouble` says."""
    for reading in readings:
        theirs = service_date(reading.service_date)
        if theirs is not None:
            return sent(reading) - theirs
    return None


def sent(reading: Reading) -> datetime:
    """When it was sent, by this machine's clock; a time without a zone is taken for UTC."""
    return _utc(reading.sent_at)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def service_date(header: str | None) -> datetime | None:
    """What an answer's Date header says; None where it is not of the one form that servers may send.

    https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
    """
    try:
        return datetime.strptime(header, _DATE).replace(tzinfo=UTC) if header else None
    except ValueError:
        return None
