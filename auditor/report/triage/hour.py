"""When something was, for somebody who reads it the same night."""

from __future__ import annotations

from datetime import UTC, datetime


def hour(at: datetime, now: datetime) -> str:
    """The hour, with the day where it was another."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
