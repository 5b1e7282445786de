"""The regions as people read them: a table for each workload, and under it why the others do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.text import Text

from auditor.policy.region import RegionFit, Regions, WorkloadRegions
from auditor.report import hostile, wording
from auditor.report.page import Page

_STYLES = {"yes": "green", "unknown": "yellow", "no": "red"}


def page(found: Regions, width: int, color: bool) -> str:
    """The page for so many columns; every reason of every region stands in it."""
    made = Page(width, color=color)
    for notice in found.notices:
        made.text(f"NOTICE  {hostile.line(notice)}", style="bold black on yellow")
    for workload in found.workloads:
        _workload(made, workload)
    return made.finished()


def _workload(made: Page, workload: WorkloadRegions) -> None:
    fitting = sum(one.fits == "yes" for one in workload.regions)
    asked = wording.count(len(workload.regions), "region")
    made.heading(f"{hostile.line(workload.name)} ({hostile.line(workload.account)}): fits in {fitting} of {asked}")
    made.blank()
    if workload.regions:
        rows = [_row(one, workload) for one in workload.regions]
        made.table(("Region", "Fits", "Tightest pool", "Asked", "Left"), rows, numbers=2)
    _reasons(made, "Why not", workload, lambda one: one.against)
    _reasons(made, "Not known", workload, lambda one: one.unknown)
    for reason in workload.unknown:
        made.text(f"- {hostile.line(reason)}", indent=2, hang=2, style="yellow")


def _row(one: RegionFit, workload: WorkloadRegions) -> tuple[str, Text, str, str, str]:
    room = one.tightest
    return (
        _place(one, workload),
        Text(one.fits, style=_STYLES[one.fits]),
        hostile.line(room.pool) if room else "-",
        f"{room.asked:,}" if room else "-",
        f"{room.left:,}" if room else "-",
    )


def _place(one: RegionFit, workload: WorkloadRegions) -> str:
    several = len({other.subscription for other in workload.regions}) > 1
    return hostile.line(one.region) + (f" in {one.subscription}" if several else "")


def _reasons(made: Page, title: str, workload: WorkloadRegions, told: Callable[[RegionFit], Iterable[str]]) -> None:
    """Each reason once, with the regions in which it holds."""
    places: dict[str, list[str]] = {}
    for one in workload.regions:
        for reason in told(one):
            places.setdefault(reason, []).append(_place(one, workload))
    if not places:
        return
    made.blank()
    made.text(title, indent=2, style="underline")
    for reason, where in places.items():
        made.text(f"- {', '.join(where)}: {hostile.line(reason)}", indent=2, hang=2)
