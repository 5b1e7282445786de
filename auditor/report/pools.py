"""Quota as bars: what is used, what is planned on top, and what is left; the words beside each bar say the same."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.inventory import QuotaRow
from auditor.report import fleet, hostile, wording
from auditor.run import Run

WIDTH = 600.0
_LEAST = 3.0
"""So that one unit of thousands can still be seen."""
_MOST = 40
"""How many pools are drawn, the fullest first."""


@dataclass(frozen=True)
class Pool:
    """A bar WIDTH wide that stands for the limit, or for what is asked where that is more."""

    row: QuotaRow
    used: float
    """Width."""
    planned: float
    """Width, from the end of what is used."""
    limit: float
    """Where the limit lies."""
    short: bool
    """Whether nothing is left."""
    words: str


@dataclass(frozen=True)
class Pools:
    """The bars, and how many pools have none."""

    drawn: tuple[Pool, ...]
    further: int
    """Used as well, and less full."""
    unused: int
    """That nothing draws on and nothing is planned on."""
    untold: int
    """Whose use or limit is not known."""


def pools(run: Run) -> Pools | None:
    """Of all pools those that somebody draws on, the fullest first; None where the evidence tells of no quota."""
    if not run.quota:
        return None
    told = [row for row in run.quota if fleet.left(row) is not None]
    used = sorted((row for row in told if row.used or row.planned), key=_fullest)
    return Pools(
        tuple(_pool(row) for row in used[:_MOST]),
        max(len(used) - _MOST, 0),
        len(told) - len(used),
        len(run.quota) - len(told),
    )


def _fullest(row: QuotaRow) -> tuple[float, str, str]:
    asked = (row.used or 0) + (row.planned or 0)
    return -(asked / row.limit if row.limit else float("inf")), row.location, row.name


def _pool(row: QuotaRow) -> Pool:
    used, planned, limit = row.used or 0, row.planned or 0, row.limit or 0
    scale = WIDTH / max(limit, used + planned, 1)
    more = f", {planned:,} planned" if planned else ""
    return Pool(
        row,
        _width(used, scale),
        _width(planned, scale),
        round(limit * scale, 1),
        fleet.is_short(row),
        hostile.line(f"{used:,} of {limit:,} used{more}: {_rest(row)}"),
    )


def _rest(row: QuotaRow) -> str:
    rest = fleet.left(row) or 0
    if rest < 0:
        return f"{-rest:,} too few"
    share = f" ({100 * rest // row.limit} %)" if row.limit else ""
    return f"{rest:,} left{share}" if rest else "nothing left"


def _width(amount: int, scale: float) -> float:
    return round(max(amount * scale, _LEAST), 1) if amount > 0 else 0.0


def rest_words(all_of_them: Pools) -> str:
    """A sentence on the pools that have no bar; empty where each has one."""
    parts = (
        (all_of_them.further, "less full than these"),
        (all_of_them.unused, "unused"),
        (all_of_them.untold, "whose use or limit is not known"),
    )
    return "; ".join(f"{wording.count(number, 'further pool')} {what}" for number, what in parts if number)
