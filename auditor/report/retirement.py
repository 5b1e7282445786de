"""When models stop serving, as points on a line from the day of the run; the words beside each point say the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from auditor.inventory import DeploymentRow
from auditor.report import fleet, hostile, wording
from auditor.run import Run

WIDTH = 600.0
_EDGE = 6.0
_SHORTEST = 180
_LONGEST = 730
"""Days that the line covers at least and at most; what lies beyond stands at its end."""
_SOON = 90
"""Days within which a retirement is marked; a mark, not a judgement: that is for the checks."""
_MONTHS_BETWEEN = ((270, 1), (540, 3))
"""Up to so many days a line every so many months, else every six."""


@dataclass(frozen=True)
class Retirement:
    """A model that stops, and the deployments that stop with it."""

    model: str
    day: date
    words: str
    """When, how sure, in how many days."""
    deployments: tuple[DeploymentRow, ...]
    x: float
    sort: str
    """fail once it has passed, unknown when it is near, pass otherwise."""


@dataclass(frozen=True)
class Timeline:
    """The points, the nearest first, on one line WIDTH wide."""

    points: tuple[Retirement, ...]
    months: tuple[tuple[str, float], ...]
    """Label and place of the first days of some months."""
    undated: tuple[DeploymentRow, ...]
    """For which no day was told."""


def timeline(run: Run) -> Timeline | None:
    """Every model that a deployment serves, by the day that it stops; None where no day is known."""
    stopping: defaultdict[tuple[date, str, str], list[DeploymentRow]] = defaultdict(list)
    for row in run.deployments:
        if row.retires:
            stopping[row.retires, fleet.model(row), row.retirement_status or ""].append(row)
    if not stopping:
        return None
    days = {day: fleet.days_until(run, day) for day, _, _ in stopping}
    span = min(max(_SHORTEST, *days.values()), _LONGEST)

    def place(ahead: int) -> float:
        return round(_EDGE + (WIDTH - 2 * _EDGE) * min(max(ahead, 0), span) / span, 1)

    points = tuple(
        Retirement(
            model,
            day,
            hostile.line(f"{day.isoformat()}, {fleet.in_days(days[day])}{f' ({status})' if status else ''}"),
            tuple(rows),
            place(days[day]),
            "fail" if days[day] < 0 else "unknown" if days[day] <= _SOON else "pass",
        )
        for (day, model, status), rows in sorted(stopping.items(), key=lambda item: item[0])
    )
    months = tuple((label, place(ahead)) for label, ahead in _months(run, span))
    return Timeline(points, months, tuple(row for row in run.deployments if not row.retires))


def names(rows: tuple[DeploymentRow, ...]) -> str:
    """The first deployments by name."""
    told = ", ".join(row.name for row in rows[:5])
    return hostile.line(f"{told} and {len(rows) - 5:,} more" if rows[5:] else told)


def undated(line: Timeline) -> str:
    """A sentence on the deployments whose last day is not known; empty where each has one."""
    if not line.undated:
        return ""
    return f"No day was told for {wording.count(len(line.undated), 'deployment')}: {names(line.undated)}."


def _months(run: Run, span: int) -> list[tuple[str, int]]:
    begun = run.started_at.date()
    every = next((months for days, months in _MONTHS_BETWEEN if span <= days), 6)
    found: list[tuple[str, int]] = []
    for ahead in range(1, span + 1):
        day = begun + timedelta(days=ahead)
        if day.day == 1 and (day.month - 1) % every == 0:
            found.append((day.strftime("%b %Y" if day.month == 1 or not found else "%b"), ahead))
    return found
