"""Moments as Azure writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any


def moment(value: Any) -> datetime | None:
    """The moment that an RFC 3339 text names, in UTC, in which one without an offset is already; None for any other."""
    return _moment(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime | None:
    """Read once: the same stretches of time begin every metric's row."""
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def whole_days(since: datetime, until: datetime) -> int:
    """Whole days gone by; none where a clock that differs puts the beginning after the end."""
    return max(0, (until - since).days)


def written(at: datetime) -> str:
    """As facts tell it, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
