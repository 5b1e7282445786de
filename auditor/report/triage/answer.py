"""The answer of triage: what it is, what shows it, what mends it; and what else it may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC

from auditor.diagnosis import Cause, Telltale, Triage, Verdict
from auditor.report import hostile, wording
from auditor.report.page import Page
from auditor.report.place import short_id
from auditor.report.triage.command import command
from auditor.report.triage.hour import hour

_WORDS = {
    Verdict.WRONG: ("WRONG", "bold red"),
    Verdict.WELL: ("WELL", "bold green"),
    Verdict.UNCLEAR: ("UNCLEAR", "bold yellow"),
}
_WHOSE = {
    "ours": "yours to mend",
    "network": "the network's",
    "azure": "Azure's",
    "unknown": "whose it is, is not known",
}
_OTHERS = 4

_READING = re.compile(r"[0-9a-f]{12}")
"""The id of a reading or a gap, which says nothing to a reader of the page."""

_REQUEST = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
"""The id of a request, as the service gives it."""

_EVENT = re.compile(r"/events/[^/]+/ticks/\d+$", re.IGNORECASE)
"""What makes an entry of the activity log of the thing that it is about."""


def answer(page: Page, told: Triage) -> None:
    """The first cause whole, or that there is none."""
    word, style = _WORDS[told.verdict]
    first = told.causes[0] if told.causes and told.verdict is Verdict.WRONG else None
    if told.interrupted:
        page.text("INTERRUPTED: this is what was seen until then", style="bold yellow")
    if first is None:
        page.text(f"{word}  {_no_cause(told)}", hang=len(word) + 2, style=style)
        page.text(_since(told), style="dim")
        if told.verdict is Verdict.WELL and told.causes:
            _shown(page, "Yet", told.causes[0].against)
        return
    page.text(f"{word}  {hostile.line(first.title)}", hang=len(word) + 2, style=style)
    page.text(f"{first.standing.value}; {_WHOSE[first.whose]}; explains {_explained(first, told)}")
    page.text(_since(told))
    _shown(page, "Because", first.evidence)
    _shown(page, "What speaks against it", first.against)
    if first.tells_apart:
        page.heading("What would tell it from its look-alikes")
        page.text(hostile.line(first.tells_apart), indent=2)
    page.heading("Do this")
    _steps(page, first)


def _no_cause(told: Triage) -> str:
    if told.verdict is Verdict.WELL:
        asked = [one for one in told.traces if one.outcome != "not_applicable"]
        return f"nothing is wrong as far as could be seen: {wording.count(len(asked), 'deployment')} answered"
    failing = [one.deployment for one in told.traces if one.failure_class is not None]
    if failing:
        names = ", ".join(hostile.line(name, 60) for name in failing[:_OTHERS])
        return f"{wording.count(len(failing), 'call')} failed, and what explains it was not found: {names}"
    if not told.deadline:
        return f"{hostile.line(told.asked_for or 'it', 80)} tells of no error that is known"
    return "it could not be told: no cause was found, and not everything could be seen"


def _explained(first: Cause, told: Triage) -> str:
    failing = [one for one in told.traces if one.failure_class is not None]
    names = ", ".join(hostile.line(name, 60) for name in first.explains[:_OTHERS])
    rest = len(first.explains) - _OTHERS
    more = f" and {rest} more" if rest > 0 else ""
    if not first.explains:
        return "no failed call"
    asked = [one for one in told.traces if one.outcome != "not_applicable"]
    if not asked:  # a text was read, or no call could be made
        return f"{names}{more}"
    if not failing:
        return f"{names}{more}, though every call from here was answered"
    return f"{names}{more} ({len(failing)} of {len(asked)} called fail)"


def _since(told: Triage) -> str:
    since = told.since
    if since.at is None:
        return f"since: {hostile.line(since.how)}"
    ago = (told.taken_at - since.at).total_seconds() / 60
    long = f"{ago:.0f} min" if ago < 120 else f"{ago / 60:.1f} h"  # noqa: PLR2004 - two hours
    return f"since {hour(since.at, told.taken_at)} UTC, {long} ago: {hostile.line(since.how)}"


def _shown(page: Page, title: str, seen: Sequence[Telltale]) -> None:
    if not seen:
        return
    page.heading(title)
    for one in seen:
        page.text(hostile.line(one.says, 600), indent=2, hang=2)
        where = [_named(one.source)] if one.source and not _READING.fullmatch(one.source) else []
        where += [f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"] if one.at else []
        if where:
            page.text(", ".join(where), indent=4, hang=2, style="dim")


def _named(source: str) -> str:
    """Where it was seen: a thing by its short id, a call by its request id."""
    called = _REQUEST.fullmatch(source) is not None
    return f"request id {source}" if called else short_id(_EVENT.sub("", source))


def _steps(page: Page, cause: Cause, indent: int = 2, most: int | None = None) -> None:
    for step in cause.next_steps[:most]:
        if step.text:
            page.text(hostile.line(step.text, 600), indent=indent, hang=2)
        if step.command:
            command(page, step.command, indent=indent + 2)


def others(page: Page, causes: Sequence[Cause], heading: str) -> None:
    """The causes after the first, each in a few lines."""
    if not causes:
        return
    page.heading(f"{heading} ({len(causes):,})")
    for one in causes[:_OTHERS]:
        names = f": {', '.join(hostile.line(name, 60) for name in one.explains[:3])}" if one.explains else ""
        page.text(f"{hostile.line(one.title)} ({one.standing.value}){names}", indent=2, hang=2, style="bold")
        for telltale in one.evidence[:1]:
            page.text(hostile.line(telltale.says, 300), indent=4, hang=2)
        for telltale in one.against[:1]:
            page.text(f"against: {hostile.line(telltale.says, 300)}", indent=4, hang=2)
        if one.tells_apart:
            page.text(f"told apart by: {hostile.line(one.tells_apart, 300)}", indent=4, hang=2)
        _steps(page, one, indent=4, most=1)
    if len(causes) > _OTHERS:
        page.text(f"and {len(causes) - _OTHERS:,} more; --json lists them all", indent=2)
