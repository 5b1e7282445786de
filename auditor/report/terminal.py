"""What people read where they ran it: the verdict first and last, what failed with its cure, what could not be seen.

A command stands on lines of its own and is never wrapped, so that it can be pasted; nothing in it is shortened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from auditor.call import Call
from auditor.control import FrameworkResult
from auditor.finding import Finding, Severity
from auditor.report import completeness, controls, digest, hostile, live, wording
from auditor.report.page import Page
from auditor.report.place import short_id
from auditor.run import Run

_TOLD = 50
"""How many failures are told with their cure; the rest are counted."""

_NAMED = 8
"""How many reasons are told, and how many places or subjects a line names."""

_SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}

_SORT_STYLES = {"fail": "red", "waived": "yellow", "unknown": "yellow", "pass": "green", "not_applicable": "dim"}


def render(run: Run, width: int = 80, color: bool = True) -> str:
    """The report for `width` columns; without colour also without any sign that is not plain text."""
    page = Page(width, color=color)
    page.verdict(run, wording.summary(run))
    for notice in run.notices:
        page.text(f"NOTICE  {hostile.line(notice)}", style="bold black on yellow")
    reasons = wording.reasons(run)
    for reason in reasons[:_NAMED]:
        page.text(f"- {reason}", indent=2, hang=2)
    if len(reasons) > _NAMED:
        page.text(f"- and {wording.count(len(reasons) - _NAMED, 'further reason')}", indent=2)
    _failures(page, run)
    _causes(page, run)
    _waived(page, run)
    for framework in run.frameworks:
        _framework(page, framework)
    _calls(page, run)
    _routed(page, run)
    _counts(page, run)
    _basis(page, run)
    page.blank()
    page.verdict(run, reasons[0])
    return page.finished()


def _failures(page: Page, run: Run) -> None:
    failures = digest.failures(run)
    if not failures:
        return
    page.heading(f"Failed ({len(failures):,})")
    checks = digest.checks(run)
    for group in digest.by_workload(run, failures[:_TOLD]):
        owner = f", owner {hostile.line(group.owner)}" if group.owner else ""
        page.blank()
        page.text(
            f"{hostile.line(group.workload) if group.workload else wording.NO_WORKLOAD}{owner}", style="underline"
        )
        for number, finding in enumerate(group.findings):
            if number:
                page.blank()
            _failure(page, finding, checks[finding.check].title)
    if len(failures) > _TOLD:
        page.blank()
        page.text(
            f"{wording.count(len(failures) - _TOLD, 'further failure')}, none worse; every report lists them all."
        )


def _failure(page: Page, finding: Finding, title: str) -> None:
    severity = finding.severity
    head = Text("  ").append(f"{severity.value.upper():<9}", style=_SEVERITY_STYLES[severity])
    page.line(head.append(hostile.line(title), style="bold"))
    page.text(hostile.line(finding.message), indent=11)
    page.text(f"{wording.kind(finding.subject.kind)} {short_id(finding.subject.id)}", indent=11, style="dim")
    page.text(f"more: auditor explain {hostile.line(finding.id)}", indent=11, style="dim")
    terms = wording.waiver(finding)
    if terms:
        page.text(terms, indent=11, style="yellow")
    if finding.fix and finding.fix.text:
        page.text(hostile.line(finding.fix.text), indent=11)
    command = (finding.fix.cli or finding.fix.bicep) if finding.fix else None
    if command:
        page.command(command, indent=11)


def _causes(page: Page, run: Run) -> None:
    causes, undecided = digest.causes(run), digest.unknowns_without_gap(run)
    if not causes and not undecided:
        return
    page.heading(f"Unknown ({len(digest.unknowns(run)):,})")
    for cause in causes:
        page.blank()
        hanging = wording.count(len(cause.findings), "finding")
        places = wording.count(len(cause.gaps), "place")
        page.text(f"{wording.cause(cause)} in {places}; unknown for it: {hanging}", indent=2, style="yellow")
        page.text(_some(dict.fromkeys(short_id(gap.scope) for gap in cause.gaps)), indent=4, style="dim")
        page.text(hostile.line(cause.words[0]), indent=4)
        if cause.permissions:
            page.text(f"needed to see it: {_some(map(hostile.line, cause.permissions))}", indent=4)
        page.command(wording.cures(cause), indent=4)
        _named(page, cause.findings)
    if undecided:
        page.blank()
        page.text(wording.NO_GAP, indent=2, style="yellow")
        for finding in undecided[:_TOLD]:
            page.text(
                f"{finding.severity.value} {hostile.line(finding.check)}: {hostile.line(finding.message)}", indent=4
            )
            page.text(f"more: auditor explain {hostile.line(finding.id)}", indent=6, style="dim")


def _named(page: Page, findings: tuple[Finding, ...]) -> None:
    """Each check once, with the subjects that it could not judge."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    for check, unknown in by_check.items():
        subjects = _some(hostile.line(finding.subject.name) for finding in unknown)
        page.text(f"{unknown[0].severity.value} {hostile.line(check)}: {subjects}", indent=4, hang=2)


def _waived(page: Page, run: Run) -> None:
    waived = digest.waived(run)
    if not waived:
        return
    page.heading(f"Waived ({len(waived):,})")
    for finding in waived[:_TOLD]:
        about = f"{finding.severity.value} {hostile.line(finding.check)}: {hostile.line(finding.subject.name)}."
        page.text(f"{about} {wording.waiver(finding)}", indent=2, hang=2)
    if len(waived) > _TOLD:
        page.text(f"and {len(waived) - _TOLD:,} more", indent=2)


def _framework(page: Page, framework: FrameworkResult) -> None:
    page.heading(f"Controls of {controls.title(framework)} ({controls.summary(framework)})")
    rows = [
        (
            hostile.line(control.id),
            hostile.line(control.words),
            Text(controls.state(control), style=_SORT_STYLES[controls.sort(control)]),
            "\n".join(map(controls.behind, control.checks)),
        )
        for control in framework.controls
    ]
    page.table(("Control", "What it asks", "State", "Checks behind it"), rows)
    mapped = f"Mapped by {'; '.join(controls.published(framework))}."
    for said in (controls.MEANING, framework.note, framework.unmapped, mapped):
        page.text(hostile.line(said, 2000), indent=2, style="dim")


def _calls(page: Page, run: Run) -> None:
    if not run.calls:
        return
    page.heading(f"Live calls ({len(run.calls):,})")
    matrix = live.matrix(run)
    for proven in matrix.rows if len(matrix.features) > 1 else ():
        found = [(word, proven.with_mark(word)) for word in live.WORST]
        marks = "; ".join(f"{word}: {', '.join(names)}" for word, names in found if names)
        page.text(hostile.line(f"{proven.deployment} - {marks}"), indent=2, hang=4)
    rows = [
        (
            _asked(call),
            Text(wording.kind(call.outcome), style="green" if call.outcome == "completed" else "yellow"),
            hostile.line(call.responded_model or "-"),
            wording.milliseconds(call.latency_ms),
            wording.tokens(call),
        )
        for call in run.calls
    ]
    page.table(("Asked", "Outcome", "Answered by", "Latency", "Tokens"), rows, numbers=2)
    for call in run.calls:
        if (took := wording.latency(call)) is not None:
            page.text(f"{_asked(call)}: {took}", indent=2, hang=2)
    if (used := wording.spend(run)) is not None:
        page.text(used, indent=2, hang=2)
    _failed_calls(page, run.calls)


def _failed_calls(page: Page, made: tuple[Call, ...]) -> None:
    """Why calls failed, and what to do next; what several have in common is said once."""
    for calls in _alike(made):
        first = calls[0]
        told = [part for part in (first.failure, first.cause) if part]
        if told:
            ids = [call.request_id for call in calls if call.request_id]
            request = f" (request {_some(ids)})" if ids else ""
            page.text(hostile.line(f"{_asked(*calls)}: {' - '.join(told)}{request}"), indent=2, hang=2)
        if first.next_step:
            page.command(first.next_step, indent=4)


def _alike(calls: tuple[Call, ...]) -> Iterator[tuple[Call, ...]]:
    """Calls to one deployment of which the same is said, once each."""
    found: dict[tuple[str | None, ...], list[Call]] = {}
    for call in calls:
        said = (call.account, call.deployment, call.requested_model, call.failure, call.cause, call.next_step)
        found.setdefault(said, []).append(call)
    return map(tuple, found.values())


def _routed(page: Page, run: Run) -> None:
    if not run.routed:
        return
    models = len({call.responded_model for call in run.routed if call.responded_model})
    page.heading(
        f"Model router ({wording.count(models, 'model')} answered {wording.count(len(run.routed), 'question')})"
    )
    rows = [
        (
            hostile.line(call.task),
            hostile.line(call.requested_model),
            Text(hostile.line(call.responded_model or "-"), style="red" if call.in_subset is False else "green"),
            wording.in_subset(call.in_subset),
            wording.milliseconds(call.latency_ms),
        )
        for call in run.routed
    ]
    page.table(("Asked for", "Requested", "Responded", "In its subset", "Latency"), rows, numbers=1)


def _asked(call: Call, *others: Call) -> str:
    """The deployment, what the call named instead of it, where it did, and what it was asked besides text."""
    named = call.requested_model
    also = f" as {named}" if named and named != call.deployment else ""
    probes = [one.probe for one in (call, *others)]
    return hostile.line(f"{call.deployment}{also}{'' if probes == ['text'] else f', {_some(probes)}'}")


def _counts(page: Page, run: Run) -> None:
    page.heading("Counts")
    rows = [
        (tally.name, *(f"{n:,}" for n in (tally.fail, tally.unknown, tally.waived, tally.passed, tally.not_applicable)))
        for tally in digest.tally_by_severity(run)
    ]
    page.table(("Severity", "Failed", "Unknown", "Waived", "Passed", "Not applicable"), rows, numbers=5)
    seen = [
        f"{wording.kind(kind.kind)} {kind.count:,}{f' ({kind.gaps:,} not seen)' if kind.gaps else ''}"
        for kind in run.population
    ]
    page.text(f"Seen: {', '.join(seen) or 'nothing'}. Nothing was sampled.")
    for label, text in completeness.told(run):
        page.text(f"{label}: {text}.", hang=2)


def _basis(page: Page, run: Run) -> None:
    page.heading("Basis")
    for label, text in wording.provenance(run):
        page.text(f"{label}: {text}", indent=2, hang=2, style="dim")
    parameters = ", ".join(f"{check}.{name} = {setting}" for check, name, setting in wording.parameters(run))
    if parameters:
        page.text(f"Parameters: {parameters}", indent=2, hang=2, style="dim")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
