"""One look at a fault for a terminal: the answer, what shows it, what mends it; then all that was seen on the way."""

from __future__ import annotations

from datetime import datetime

from auditor.diagnosis import Happened, Standing, Triage, Verdict
from auditor.report import hostile, wording
from auditor.report.page import Page
from auditor.report.place import short_id
from auditor.report.triage.answer import answer, others
from auditor.report.triage.calls import calls
from auditor.report.triage.hour import hour
from auditor.report.triage.numbers import numbers

_CHANGES = 8
_IDS = 5


def render(told: Triage, width: int = 80, color: bool = True) -> str:
    """The page for `width` columns; without colour the plots are made of digits 0 to 7."""
    page = Page(width, color=color)
    answer(page, told)
    for note in told.notes:
        page.text(hostile.line(note), hang=2, style="yellow")
    calls(page, told.traces)
    others(page, told.causes[1:], _beside(told))
    _happened(page, told)
    numbers(page, told)
    _support(page, told)
    if told.not_whose and told.verdict is not Verdict.UNCLEAR:
        page.heading("What it is not")
        for line in told.not_whose:
            page.text(hostile.line(line), indent=2, hang=2)
    _not_seen(page, told)
    _closing(page, told)
    return page.finished()


def _beside(told: Triage) -> str:
    """What stands over the causes after the first."""
    if told.verdict is Verdict.WELL:
        return "May be all the same"
    return "Beside it" if told.causes[1:] and told.causes[1].standing is Standing.CONFIRMED else "Less probable"


def _happened(page: Page, told: Triage) -> None:
    if not told.happened:
        return
    page.heading(f"What changed before ({len(told.happened):,}), newest first, times in UTC")
    for one in told.happened[:_CHANGES]:
        page.text(_change(one, told.taken_at), indent=2, hang=4)
    if len(told.happened) > _CHANGES:
        page.text(f"and {len(told.happened) - _CHANGES:,} more; --json lists them all", indent=2)


def _change(one: Happened, now: datetime) -> str:
    at = hour(one.at, now) if one.at is not None else "since then"
    who = f", by {hostile.line(one.who, 80)}" if one.who else ""
    return f"{at}  {hostile.line(one.what, 300)}: {short_id(one.on)}{who} ({one.source})"


def _support(page: Page, told: Triage) -> None:
    asked = told.support
    fails = any(one.failure_class is not None for one in told.traces) or not told.traces
    if not fails or told.verdict is Verdict.WELL or not (asked.request_ids or asked.endpoint):
        return
    page.heading("For Azure support")
    for label, words in (
        ("endpoint", asked.endpoint),
        ("region", asked.region),
        ("subscription", asked.subscription),
        ("resource", asked.resource),
    ):
        if words:
            page.text(f"{label + ':':14}{hostile.line(words)}", indent=2, hang=14)
    for number, name in enumerate(asked.request_ids[:_IDS]):
        at = f"  {wording.moment(asked.times[number])}" if number < len(asked.times) else ""
        page.text(f"{'request id:':14}{hostile.line(name)}{at}", indent=2, hang=14)


def _not_seen(page: Page, told: Triage) -> None:
    if not told.not_seen:
        return
    page.heading(f"Not seen ({len(told.not_seen):,})")
    for one in told.not_seen:
        page.text(f"{hostile.line(one.what)}: {hostile.line(one.why, 200)}", indent=2, hang=4)
        if one.next_step and told.verdict is not Verdict.WELL:
            page.text(f"cure: {hostile.line(one.next_step, 300)}", indent=6, hang=2, style="dim")


def _closing(page: Page, told: Triage) -> None:
    page.blank()
    if not told.deadline:
        page.text(
            f"Read {hostile.line(told.asked_for or 'it')} in {told.seconds:.1f} s; Azure was not asked.", style="dim"
        )
        return
    green = f"last green {wording.moment(told.last_green.taken_at)}" if told.last_green else "no last green"
    looked = f"Looked {told.seconds:.1f} s (of {told.deadline:g} s) at {wording.moment(told.taken_at)}"
    page.text(f"{looked}, {told.hours:g} h back; {green}.", style="dim")
    for notice in told.notices:
        page.text(hostile.line(notice), style="yellow")
