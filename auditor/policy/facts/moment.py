"""Moments as Azure writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def moment(value: Any) -> datetime | None:
    """The moment that an RFC 3339 text names, in UTC, in which one without an offset is already; None for any other."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found and (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def whole_days(since: datetime, until: datetime) -> int:
    """Whole days gone by; none where a clock that differs puts the beginning after the end."""
    return max(0, (until - since).days)


def written(at: datetime) -> str:
    """As facts tell it, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
