"""What people read where they ran it: the verdict first and last, what failed with its cure, what could not be seen.

A command stands on lines of its own and is never wrapped, so that it can be pasted; nothing in it is shortened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from textwrap import wrap

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from auditor.finding import Finding, Severity
from auditor.report import digest, hostile, wording
from auditor.report.place import short_id
from auditor.run import Call, Run, Verdict

_TOLD = 50
"""How many failures are told with their cure; the rest are counted."""

_NAMED = 8
"""How many places or subjects a line names."""

_NARROWEST = 40
_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCOMPLETE: "?"}
_STYLES = {Verdict.PASS: "bold green", Verdict.FAIL: "bold red", Verdict.INCOMPLETE: "bold yellow"}
_SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def render(run: Run, width: int = 80, color: bool = True) -> str:
    """The report for `width` columns; without colour also without any sign that is not plain text."""
    page = _Page(width, color=color)
    page.verdict(run, wording.summary(run))
    for notice in run.notices:
        page.text(f"NOTICE  {hostile.line(notice)}", style="bold black on yellow")
    for reason in wording.reasons(run):
        page.text(f"- {reason}", indent=2, hang=2)
    _failures(page, run)
    _causes(page, run)
    _waived(page, run)
    _calls(page, run)
    _counts(page, run)
    _basis(page, run)
    page.blank()
    page.verdict(run, wording.reasons(run)[0])
    return page.finished()


class _Page:
    """Lines as they will stand on the terminal."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.width = max(width, _NARROWEST)
        self.color = color
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=self.width,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def blank(self) -> None:
        self._console.print()

    def heading(self, text: str) -> None:
        self.blank()
        self.text(text, style="bold")

    def text(self, text: str, *, indent: int = 0, hang: int = 0, style: str = "") -> None:
        """A paragraph; a word longer than the line is left whole."""
        first, rest = " " * indent, " " * (indent + hang)
        for line in wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self.line(Text(line, style=style))

    def line(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)

    def command(self, command: str, *, indent: int) -> None:
        """The command on lines of its own, never wrapped."""
        for line in hostile.block(command).rstrip("\n").split("\n"):
            self.line(Text(" " * indent + line, style="cyan"))

    def verdict(self, run: Run, because: str) -> None:
        word = wording.VERDICTS[run.verdict].upper()
        mark = f"{_MARKS[run.verdict]} " if self.color else ""
        head = Text(f"{mark}{word}", style=_STYLES[run.verdict])
        self.line(head.append(f"  {because}", style="not bold default"))

    def table(self, headings: Iterable[str], rows: Iterable[Iterable[RenderableType]], *, numbers: int = 0) -> None:
        """A table whose last `numbers` columns are right-aligned; what is too long is folded, never cut."""
        names = list(headings)
        table = Table(box=box.SIMPLE_HEAD if self.color else None, pad_edge=False, show_edge=False)
        for position, name in enumerate(names):
            number = position >= len(names) - numbers
            table.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def finished(self) -> str:
        lines = (line.rstrip() for line in self._file.getvalue().split("\n"))
        return hostile.no_commands("\n".join(lines).strip("\n") + "\n")


def _failures(page: _Page, run: Run) -> None:
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


def _failure(page: _Page, finding: Finding, title: str) -> None:
    severity = finding.severity
    head = Text("  ").append(f"{severity.value.upper():<9}", style=_SEVERITY_STYLES[severity])
    page.line(head.append(hostile.line(title), style="bold"))
    page.text(hostile.line(finding.message), indent=11)
    page.text(f"{wording.kind(finding.subject.kind)} {short_id(finding.subject.id)}", indent=11, style="dim")
    terms = wording.waiver(finding)
    if terms:
        page.text(terms, indent=11, style="yellow")
    if finding.fix and finding.fix.text:
        page.text(hostile.line(finding.fix.text), indent=11)
    command = (finding.fix.cli or finding.fix.bicep) if finding.fix else None
    if command:
        page.command(command, indent=11)


def _causes(page: _Page, run: Run) -> None:
    causes, undecided = digest.causes(run), digest.unknowns_without_gap(run)
    if not causes and not undecided:
        return
    page.heading(f"Unknown ({len(digest.unknowns(run)):,})")
    for cause in causes:
        gap = cause.gaps[0]
        page.blank()
        hanging = wording.count(len(cause.findings), "finding")
        places = wording.count(len(cause.gaps), "place")
        title = f"{wording.GAP_REASONS[gap.reason]}: {wording.kind(gap.kind)} in {places}; unknown for it: {hanging}"
        page.text(title, indent=2, style="yellow")
        page.text(_some(short_id(each.scope) for each in cause.gaps), indent=4, style="dim")
        page.text(hostile.line(gap.detail), indent=4)
        if gap.permission:
            page.text(f"needed permission: {hostile.line(gap.permission)}", indent=4)
        page.command(gap.next_step, indent=4)
        _named(page, cause.findings)
    if undecided:
        page.blank()
        page.text(wording.NO_GAP, indent=2, style="yellow")
        for finding in undecided[:_TOLD]:
            page.text(
                f"{finding.severity.value} {hostile.line(finding.check)}: {hostile.line(finding.message)}", indent=4
            )


def _named(page: _Page, findings: tuple[Finding, ...]) -> None:
    """Each check once, with the subjects that it could not judge."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    for check, unknown in by_check.items():
        subjects = _some(hostile.line(finding.subject.name) for finding in unknown)
        page.text(f"{unknown[0].severity.value} {hostile.line(check)}: {subjects}", indent=4, hang=2)


def _waived(page: _Page, run: Run) -> None:
    waived = digest.waived(run)
    if not waived:
        return
    page.heading(f"Waived ({len(waived):,})")
    for finding in waived[:_TOLD]:
        about = f"{finding.severity.value} {hostile.line(finding.check)}: {hostile.line(finding.subject.name)}."
        page.text(f"{about} {wording.waiver(finding)}", indent=2, hang=2)
    if len(waived) > _TOLD:
        page.text(f"and {len(waived) - _TOLD:,} more", indent=2)


def _calls(page: _Page, run: Run) -> None:
    if not run.calls:
        return
    page.heading(f"Live calls ({len(run.calls):,})")
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
        told = [part for part in (call.failure, call.cause, call.next_step and f"Next: {call.next_step}") if part]
        if told:
            request = f" (request {call.request_id})" if call.request_id else ""
            page.text(hostile.line(f"{call.deployment}: {' - '.join(told)}{request}"), indent=2, hang=2)


def _asked(call: Call) -> str:
    """The deployment, and what the call named instead of it, where it did."""
    named = call.requested_model
    also = f" as {named}" if named and named != call.deployment else ""
    return hostile.line(f"{call.deployment}{also}")


def _counts(page: _Page, run: Run) -> None:
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


def _basis(page: _Page, run: Run) -> None:
    page.heading("Basis")
    for label, text in wording.provenance(run):
        page.text(f"{label}: {text}", indent=2, hang=2, style="dim")
    parameters = ", ".join(f"{check}.{name} = {setting}" for check, name, setting in wording.parameters(run))
    if parameters:
        page.text(f"Parameters: {parameters}", indent=2, hang=2, style="dim")


def _some(names: Iterator[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
