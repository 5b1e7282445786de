"""Counts as a bar of shares, and times as dots on a line; both only repeat what the words beside them say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.call import Call, Latency
from auditor.report.digest import Tally
from auditor.run import Run

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


STRIP = 600.0
_EDGE = 6.0
"""So that a dot at either end is whole."""


@dataclass(frozen=True)
class Strip:
    """The times of one question to one deployment, on a line STRIP wide; all strips of a page have one scale."""

    call: Call
    dots: tuple[float, ...]
    """A place for each call that was answered."""
    marks: tuple[tuple[str, float], ...]
    """Percentiles and where they lie."""


@dataclass(frozen=True)
class Strips:
    """All of them, from nought to `longest_ms`."""

    longest_ms: float
    strips: tuple[Strip, ...]


def strips(run: Run) -> Strips | None:
    """A strip for each question that was put several times; None where none was."""
    told = [(call, call.latency) for call in run.calls if call.latency is not None and call.latency.samples_ms]
    if not told:
        return None
    longest = max(1.0, *(max(latency.samples_ms) for _, latency in told))

    def place(value: float) -> float:
        return round(_EDGE + (STRIP - 2 * _EDGE) * min(1.0, max(0.0, value / longest)), 1)

    return Strips(
        longest,
        tuple(
            Strip(
                call,
                tuple(place(value) for value in latency.samples_ms),
                tuple((name, place(value)) for name, value in _percentiles(latency)),
            )
            for call, latency in told
        ),
    )


def _percentiles(latency: Latency) -> Iterator[tuple[str, float]]:
    for name, value in (("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99)):
        if value is not None:
            yield name, value
