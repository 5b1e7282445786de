"""One finding as a page: what, where, since when, expected and seen, readings, why, fix, controls, waiver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pydantic_core import to_jsonable_python
from rich.text import Text

from auditor.finding import Finding, Outcome
from auditor.history import Since
from auditor.record import JsonObject
from auditor.report import hostile, wording
from auditor.report.page import Page
from auditor.report.place import short_id
from auditor.run import CheckRecord, Run
from auditor.snapshot import Gap, Reading

GRACE = timedelta(days=30)
"""How long the suggested waiver lasts."""

_STYLES = {Outcome.FAIL: "bold red", Outcome.UNKNOWN: "bold yellow", Outcome.PASS: "bold green"}
_FLAPPING = 3


@dataclass(frozen=True, kw_only=True)
class Told:
    """A finding in its run, and what is known of the runs around it."""

    run: Run
    finding: Finding
    bundle: str
    since: Since | None = None
    """None where it is good, or no index tells."""
    indexed: bool = False
    """Whether there is an index to tell."""
    newest: str | None = None
    """The newest run's id, where the finding is not in it."""

    @property
    def check(self) -> CheckRecord | None:
        """The check as it was applied."""
        return next((check for check in self.run.policy.checks if check.id == self.finding.check), None)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The exchanges that it rests on, those of its gaps too."""
        wanted = {*self.finding.readings, *(one for gap in self.gaps for one in gap.readings)}
        return tuple(reading for reading in self.run.readings if reading.id in wanted)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be seen and would have decided it."""
        return tuple(gap for gap in self.run.gaps if gap.id in self.finding.gaps)


def render(told: Told, width: int, *, color: bool) -> str:
    """The page for `width` columns."""
    page, one, check = Page(width, color=color), told.finding, told.check
    head = Text(one.outcome.value.upper().replace("_", " "), style=_STYLES.get(one.outcome, "bold"))
    page.line(head.append(f"  {one.severity.upper()}  {one.id}", style="not bold default"))
    page.text(hostile.line(check.title if check else one.check), style="bold")
    page.text(hostile.line(one.message))
    _where(page, told)
    _seen(page, told)
    _readings(page, told)
    if check is not None:
        page.heading("Why it matters")
        page.text(hostile.line(check.why), indent=2)
    _fix(page, one)
    _controls(page, check)
    _waiver(page, told)
    page.blank()
    page.text(f"All of the check: auditor explain {hostile.line(one.check)}", hang=2)
    return page.finished()


def data(told: Told) -> JsonObject:
    """The same for tools."""
    return {
        "run": {"id": told.run.id, "bundle": told.bundle, "verdict": told.run.verdict.value, "newest": told.newest},
        "finding": to_jsonable_python(told.finding),
        "check": told.check.model_dump(mode="json") if told.check else None,
        "since": told.since.model_dump(mode="json") if told.since else None,
        "readings": [reading.model_dump(mode="json") for reading in told.readings],
        "gaps": [gap.model_dump(mode="json") for gap in told.gaps],
        "waiver_to_add": waiver_snippet(told),
    }


def waiver_snippet(told: Told) -> str | None:
    """An entry of a waivers file that accepts it, but for who and why; None where there is nothing to accept.

    YAML reads a JSON string as what it is (https://yaml.org/spec/1.2.2/), so that no id can say more than itself.
    """
    one = told.finding
    if one.outcome not in (Outcome.FAIL, Outcome.UNKNOWN) or _is_waived(one):
        return None
    lines = (
        f"- check: {one.check}",
        f"  subject: {hostile.block(json.dumps(one.subject.id, ensure_ascii=False))}",
        "  owner: WHO_ACCEPTS_IT",
        "  reason: WHY_IT_IS_ACCEPTED",
        "  ticket: TICKET",
        f"  expires: {(told.run.ended_at + GRACE).date().isoformat()}",
    )
    return "\n".join(lines)


def _is_waived(finding: Finding) -> bool:
    return finding.waiver is not None and not finding.waiver.expired


def _where(page: Page, told: Told) -> None:
    subject = told.finding.subject
    page.heading("Where")
    page.text(f"{wording.kind(subject.kind)} {short_id(subject.id)}", indent=2, hang=2)
    page.text(hostile.line(subject.id), indent=2, hang=2, style="dim")
    workload = f"workload {hostile.line(subject.workload)}{_owner(told)}" if subject.workload else ""
    place = hostile.line(subject.location or "")
    if workload or place:
        page.text(", ".join(word for word in (workload, place) if word), indent=2, hang=2)
    page.heading("When")
    page.text(f"run {hostile.line(told.run.id)} of {wording.moment(told.run.started_at)}", indent=2, hang=2)
    page.text(hostile.line(told.bundle), indent=2, hang=2, style="dim")
    if told.newest:
        page.text(f"the newest run, {hostile.line(told.newest)}, has no such finding", indent=2, hang=2)
    for line in _since(told):
        page.text(line, indent=2, hang=2)
    if told.finding.gating:
        page.text("It stops the release.", indent=2)


def _owner(told: Told) -> str:
    workloads = told.run.settings.get("workloads")
    for each in workloads if isinstance(workloads, list) else ():
        if isinstance(each, dict) and each.get("name") == told.finding.subject.workload:
            return f", owner {hostile.line(str(each.get('owner')))}"
    return ""


def _since(told: Told) -> Iterator[str]:
    if told.since is not None:
        good = told.since.last_good
        yield f"so since {_minute(told.since.first)}, " + (f"was good {_minute(good)}" if good else "never seen good")
        flaps = f"; it flaps, {told.since.flips} changes" if told.since.flips >= _FLAPPING else ""
        yield f"runs, oldest first: {told.since.course}{flaps}"
    elif not told.indexed and told.finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        yield "since when is not known: there is no index of runs (auditor history makes it)"


def _minute(moment: str) -> str:
    return hostile.line(moment[:16].replace("T", " "))


def _seen(page: Page, told: Told) -> None:
    one, check = told.finding, told.check
    page.heading("Expected")
    if check is not None:
        page.text(hostile.line(check.passes_when), indent=2, hang=2)
        for name, value in check.parameters.items():
            page.text(f"{hostile.line(name)} = {hostile.value(value)}", indent=2, hang=2)
    else:
        page.text("the run does not tell the check", indent=2)
    page.heading("Seen")
    for fact in one.facts:
        note = f" ({hostile.line(fact.note)})" if fact.note else ""
        page.text(f"{hostile.line(fact.path)} = {hostile.value(fact.value)}{note}", indent=2, hang=2)
        if fact.source:
            page.text(hostile.line(fact.source), indent=4, style="dim")
    if not one.facts:
        page.text("no fact was seen", indent=2)
    for gap in told.gaps:
        why = f"{wording.GAP_REASONS[gap.reason].lower()}: {hostile.line(gap.detail)}"
        page.text(f"not seen: {wording.kind(gap.kind)}, {why}", indent=2, hang=2)
        page.command(gap.next_step, indent=4)


def _readings(page: Page, told: Told) -> None:
    if not told.readings:
        return
    page.heading("Readings")
    for reading in told.readings:
        status = "no answer" if reading.status is None else f"HTTP {reading.status}"
        page.text(
            f"{hostile.line(reading.method)} {hostile.line(reading.url)}: {status}, {wording.moment(reading.sent_at)}",
            indent=2,
            hang=2,
        )
        for name, value in reading.request_ids.items():
            page.text(f"{hostile.line(name)}: {hostile.line(value)}", indent=4, style="dim")
        if reading.body_sha256:
            page.text(f"body sha256: {reading.body_sha256}", indent=4, style="dim")


def _fix(page: Page, one: Finding) -> None:
    if one.fix is None:
        return
    page.heading("Fix")
    if one.fix.text:
        page.text(hostile.line(one.fix.text), indent=2)
    for command in (one.fix.cli, one.fix.bicep):
        if command:
            page.command(command, indent=2)


def _controls(page: Page, check: CheckRecord | None) -> None:
    if check is None or not check.controls:
        return
    page.heading("Controls")
    for each in check.controls:
        page.text(f"{each.framework} {each.control} ({each.relation}): {hostile.line(each.item)}", indent=2, hang=2)
        page.text(each.source, indent=4, style="dim")


def _waiver(page: Page, told: Told) -> None:
    accepted, snippet = wording.waiver(told.finding), waiver_snippet(told)
    if accepted is None and snippet is None:
        return
    page.heading("Waiver")
    if accepted:
        page.text(accepted, indent=2)
    if snippet:
        file = told.run.settings.get("waivers")
        where = hostile.line(file) if isinstance(file, str) else "waivers.yaml, named by `waivers` in settings"
        page.text(f"Accepted risk? Add to {where}:", indent=2)
        page.command(snippet, indent=2)
