"""What `auditor doctor` found, as a page: worst news at the end, where it is read first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from auditor.doctor import State
from auditor.report import hostile
from auditor.report.page import Page

if TYPE_CHECKING:
    from auditor.doctor import Checkup, Row, Unseen

_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red", State.UNKNOWN: "yellow"}
_AREAS = ("This machine", "Network", "Endpoints", "Sign-in", "Permissions")
_LISTED = 8
"""Actions, with the most checks first."""

_CHECKS = 4


def page(found: Checkup, width: int, *, color: bool) -> str:
    """The page for `width` columns."""
    shown = Page(width, color=color)
    for notice in found.notices:
        shown.text(f"NOTICE  {hostile.line(notice)}", style="bold yellow")
    rows = sorted(found.rows, key=lambda row: _AREAS.index(row.area))
    for area, members in groupby(rows, key=lambda row: row.area):
        shown.heading(area)
        for row in members:
            _row(shown, row)
    if found.unseen:
        _unseen(shown, found.unseen)
    counts = {state: sum(row.state is state for row in found.rows) for state in State}
    word = {0: "HEALTHY", 1: "NOT WELL", 3: "NOT ALL SEEN"}[int(found.exit_code)]
    told = ", ".join(f"{number} {state.value}" for state, number in counts.items() if number)
    shown.blank()
    shown.line(Text(word, style="bold").append(f"  {told}, in {found.seconds:g} s", style="not bold default"))
    return shown.finished()


def _row(shown: Page, row: Row) -> None:
    shown.line(Text("  ").append(f"{row.state.value:8}", style=_STYLES[row.state]).append(hostile.line(row.name)))
    shown.text(hostile.line(row.says, limit=2000), indent=10)
    if row.next_step and row.state is not State.OK:
        shown.step(hostile.line(row.next_step, limit=2000), indent=10)


def _unseen(shown: Page, unseen: tuple[Unseen, ...]) -> None:
    """What a run would not see, gravest first."""
    shown.heading("A run would not see")
    for one in sorted(unseen, key=lambda one: (-len(one.checks), one.action))[:_LISTED]:
        kinds = ", ".join(kind.replace("_", " ") for kind in one.kinds)
        shown.text(hostile.line(f"{kinds}: {one.action}"), indent=2, hang=2)
        if one.checks:
            count, more = len(one.checks), len(one.checks) - _CHECKS
            named = ", ".join(one.checks[:_CHECKS]) + (f" and {more} more" if more > 0 else "")
            shown.text(f"{count} check{'s' if count > 1 else ''}: {named}", indent=6, hang=2, style="dim")
    if len(unseen) > _LISTED:
        shown.text(f"and {len(unseen) - _LISTED} more actions; --json lists them all", indent=2)
