"""What Azure Monitor counted lately, as courses; only what is not as ordinary."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.diagnosis import Meter, Triage
from auditor.report import hostile, wording
from auditor.report.history import spark
from auditor.report.page import Page

_METERS = 12
_OFF = 0.2
"""By which part of itself a number has to move to be told."""


def numbers(page: Page, told: Triage) -> None:
    """Of the deployments that fail or of which something moved; nothing where nothing was counted."""
    meters = told.meters
    if not meters:
        return
    failing = {one.deployment for one in told.traces if one.failure_class is not None}
    off = {one.deployment for one in meters if _moved(one)}
    moved = [one for one in meters if _moved(one) or (one.deployment in failing and one.deployment in off)]
    if not moved:
        count = wording.count(len({one.deployment for one in meters}), "deployment")
        page.heading("Numbers")
        page.text(f"as ordinary, by Azure Monitor's metrics of {count}; --json lists them", indent=2)
        return
    page.heading("Numbers, oldest first: ordinary → now")
    name = ""
    for one in moved[:_METERS]:
        if one.deployment != name:
            name = one.deployment
            page.text(hostile.line(name, 60), indent=2, style="bold")
        room = max(8, page.width - 4 - 22 - 24)
        plot = _plot(_thinned(one.points, room), color=page.color)
        course = f"{_number(one.before)} → {_number(one.now)} {hostile.line(one.unit, 40)}"
        page.text(f"{hostile.line(one.name, 40):21} {plot}  {course}", indent=4)
    if len(meters) > len(moved[:_METERS]):
        page.text(f"and {len(meters) - len(moved[:_METERS]):,} more; --json lists them all", indent=2)


def _moved(one: Meter) -> bool:
    """Whether it is a fifth off the ordinary, or counts what ordinarily is not there."""
    if one.before is None or one.now is None:
        return one.now is not None
    return abs(one.now - one.before) > _OFF * max(abs(one.before), abs(one.now))


def _plot(points: Sequence[float | None], *, color: bool) -> str:
    """From nought up, so that what hardly moves looks so."""
    return spark([0.0, *points], color=color)[1:]


def _thinned(points: Sequence[float | None], most: int) -> list[float | None]:
    """At most so many, each the greatest of those that it stands for."""
    if len(points) <= most:
        return list(points)
    size = -(-len(points) // most)
    groups = (points[begin : begin + size] for begin in range(0, len(points), size))
    return [max((value for value in group if value is not None), default=None) for group in groups]


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}"
