"""Counts as a bar of shares that only repeats what the words beside it say."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.report.digest import Tally

WIDTH = 200.0
_GAP = 1.0
_LEAST = 2.0
"""So that one failure among thousands can still be seen."""


@dataclass(frozen=True)
class Segment:
    """A rectangle of the bar, in units of a bar WIDTH wide."""

    sort: str
    x: float
    width: float


def bar(tally: Tally) -> tuple[Segment, ...]:
    """The outcomes that occur, worst first, as shares that fill the bar."""
    counts = {
        "fail": tally.fail,
        "unknown": tally.unknown,
        "waived": tally.waived,
        "pass": tally.passed,
        "not_applicable": tally.not_applicable,
    }
    shown = {sort: number for sort, number in counts.items() if number}
    room = WIDTH - _GAP * max(len(shown) - 1, 0) - _LEAST * len(shown)
    segments: list[Segment] = []
    x = 0.0
    for sort, number in shown.items():
        width = _LEAST + room * number / tally.total
        segments.append(Segment(sort, round(x, 2), round(width, 2)))
        x += width + _GAP
    return tuple(segments)
