"""The live calls of triage, stage by stage, and what each that failed says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rich.text import Text

from auditor.diagnosis import Stage, StageName, Trace
from auditor.report import hostile
from auditor.report.page import Page

_CALLS = 12
_NAMES = 4
_WIDE = 76
"""From so many columns on the stages stand in a table."""

_HEADS = ("resolve", "connect", "TLS", "token", "request", "1st text", "rest")
"""Of the stages, in their order."""


def calls(page: Page, traces: Sequence[Trace]) -> None:
    """All that were, or should have been, made; nothing where there are none."""
    told = [one for one in traces if one.outcome != "not_applicable"]
    if not told:
        return
    page.heading(f"Calls, stage by stage, in ms ({len(told):,})")
    shown = told[:_CALLS]
    if page.width >= _WIDE and any(one.stages for one in shown):
        rows = [
            [Text(hostile.line(one.deployment, 40)), *(Text(*_cell(stage)) for stage in _all(one))] for one in shown
        ]
        page.table(("deployment", *_HEADS), rows, numbers=len(_HEADS))
    else:
        for one in shown:
            page.text(hostile.line(one.deployment), indent=2, style="bold")
            parts = [f"{head} {_cell(stage)[0]}" for head, stage in zip(_HEADS, _all(one), strict=True)]
            page.text(" · ".join(parts), indent=4)
    alike: defaultdict[tuple[object, ...], list[Trace]] = defaultdict(list)
    for one in told:
        if one.failure_class is not None or one.outcome != "completed":
            alike[one.failure_class, one.outcome, one.http_status, one.said].append(one)
    for some in alike.values():
        _failed(page, some)
    for host, note in _unresolved(told).items():
        page.text(f"{host} does not resolve from here: {note}; the call went through a proxy", indent=2, hang=4)
    if len(told) > _CALLS:
        page.text(f"and {len(told) - _CALLS:,} more; --json lists them all", indent=2)


def _unresolved(told: Sequence[Trace]) -> dict[str, str]:
    """Host → why, of those whose name this machine can't resolve and that answered all the same."""
    return {
        hostile.line(one.host or "?"): hostile.line(stage.note or "no answer", 120)
        for one in told
        for stage in one.stages
        if stage.name == "resolve" and stage.outcome == "failed" and one.http_status is not None
    }


def _failed(page: Page, alike: Sequence[Trace]) -> None:
    """What calls say that failed in the same way."""
    one = alike[0]
    names = ", ".join(hostile.line(each.deployment, 60) for each in alike[:_NAMES])
    names += f" and {len(alike) - _NAMES:,} more" if len(alike) > _NAMES else ""
    status = f"HTTP {one.http_status}" if one.http_status is not None else one.outcome
    words = f": {hostile.line(one.said, 300)}" if one.said else ""
    where = next((stage for stage in one.stages if stage.outcome == "failed"), None)
    note = f" [{hostile.line(where.note, 120)}]" if where is not None and where.note else ""
    label = hostile.line(one.failure_class or one.outcome)
    page.text(f"{names}: {status}, {label}{words}{note}", indent=2, hang=4)


def _all(one: Trace) -> list[Stage | None]:
    by_name = {stage.name: stage for stage in one.stages}
    return [by_name.get(name) for name in StageName]


def _cell(stage: Stage | None) -> tuple[str, str]:
    """What a stage took: `-` not reached, `.` not measured."""
    if stage is None or stage.outcome == "not_reached":
        return "-", "dim"
    if stage.outcome == "failed":
        return (f"FAIL {stage.ms:,.0f}" if stage.ms is not None else "FAIL"), "bold red"
    return (f"{stage.ms:,.0f}", "") if stage.ms is not None else (".", "dim")
