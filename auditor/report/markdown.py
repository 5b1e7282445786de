"""report.md: fits a GitHub job summary, worst first, and says what it left out.

GitHub refuses a step's whole summary above 1 MiB (https://docs.github.com/actions/reference/workflow-commands#step-isolation-and-limits).
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.control import FrameworkResult
from auditor.finding import Finding
from auditor.population import Population
from auditor.report import completeness, controls, digest, wording
from auditor.report.hostile import line, markdown, markdown_code, markdown_fence, value
from auditor.report.markdown_calls import calls, routed
from auditor.report.markdown_section import Section, fitted, row, size, table
from auditor.report.place import short_id
from auditor.run import CheckRecord, Run

BUDGET = 900 * 1024
"""Bytes of UTF-8 that the whole report may take."""

_REASONS = 50
"""How many reasons of the verdict are told."""

_PLACES = 20
"""In how many places a cause is named."""


def render(run: Run) -> str:
    """The whole report, at most BUDGET bytes long."""
    head, tail = _head(run), _basis(run)
    sections = (
        _failures(run),
        _causes(run),
        _unknowns(run),
        _waived(run),
        *map(_framework, run.frameworks),
        calls(run),
        routed(run),
        _coverage(run),
    )
    return head + fitted(sections, BUDGET - size(head) - size(tail)) + tail


def _head(run: Run) -> str:
    lines = [f"# {wording.VERDICTS[run.verdict]}: audit {markdown(run.id)}", ""]
    lines += [f"> [!CAUTION]\n> **{markdown(notice)}**\n" for notice in run.notices]
    reasons = wording.reasons(run)
    lines += [f"- {markdown(reason)}" for reason in reasons[:_REASONS]]
    lines += [f"- and {wording.count(len(reasons) - _REASONS, 'further reason')}"] if len(reasons) > _REASONS else []
    rows = [_numbers(tally.name.capitalize(), tally) for tally in digest.tally_by_severity(run)]
    headings = ("Severity", "Failed", "Unknown", "Waived", "Passed", "Not applicable")
    lines += ["", table(headings, [*rows, _numbers("**All**", digest.tally(run))], numbers=5), ""]
    lines += [f"{wording.gate(run)} Policy {markdown(', '.join(run.policy.packs))}.", "", ""]
    return "\n".join(lines)


def _numbers(name: str, tally: digest.Tally) -> tuple[str, ...]:
    numbers = (tally.fail, tally.unknown, tally.waived, tally.passed, tally.not_applicable)
    return (name, *(f"{number:,}" for number in numbers))


def _failures(run: Run) -> Section:
    checks = digest.checks(run)
    blocks: list[str] = []
    for group in digest.by_workload(run, digest.failures(run)):
        owner = f", owner {markdown(group.owner)}" if group.owner else ""
        failed = wording.count(len(group.findings), "failure")
        title = f"### {markdown(group.workload or wording.NO_WORKLOAD)} ({failed}{owner})"
        blocks += _titled(title, [_card(finding, checks[finding.check]) for finding in group.findings])
    return Section("Failed", blocks, "failure")


def _titled(title: str, blocks: Sequence[str]) -> list[str]:
    """The blocks, the first of them under the title; without blocks no title."""
    return [f"{title}\n\n{blocks[0]}", *blocks[1:]] if blocks else []


def _card(finding: Finding, check: CheckRecord) -> str:
    facts = [
        f"{markdown_code(fact.path)} is {markdown_code(value(fact.value))}{_note(fact.note)}" for fact in finding.facts
    ]
    lines = [
        f"#### {finding.severity.value.capitalize()}: {markdown(check.title)}",
        "",
        f"{_about(finding)}: {markdown(finding.message)}",
        "",
        *([f"Seen: {'; '.join(facts)}."] if facts else []),
        f"Passes when {markdown_code(check.passes_when)}. Why it matters: {markdown(check.why)}",
    ]
    terms = wording.waiver(finding)
    lines += ["", f"**{markdown(terms)}**"] if terms else []
    if finding.fix:
        lines += ["", f"What mends it: {markdown(finding.fix.text)}"] if finding.fix.text else []
        lines += ["", markdown_fence(finding.fix.cli, "sh")] if finding.fix.cli else []
        lines += ["", markdown_fence(finding.fix.bicep, "bicep")] if finding.fix.bicep else []
    return "\n".join(lines) + "\n\n"


def _note(note: str | None) -> str:
    return f" ({markdown(note)})" if note else ""


def _about(finding: Finding) -> str:
    subject = finding.subject
    return f"**{markdown(subject.name)}** ({wording.kind(subject.kind)} {markdown_code(short_id(subject.id))})"


def _causes(run: Run) -> Section:
    return Section("What could not be seen", [_cause(cause) for cause in digest.causes(run)], "cause")


def _cause(cause: digest.Cause) -> str:
    places = ", ".join(markdown_code(short_id(each.scope)) for each in cause.gaps[:_PLACES])
    more = f" and {len(cause.gaps) - _PLACES:,} more" if len(cause.gaps) > _PLACES else ""
    permissions = ", ".join(markdown_code(action) for action in cause.permissions)
    return (
        f"### {markdown(wording.cause(cause))}\n\n"
        f"In {wording.count(len(cause.gaps), 'place')}: {places}{more}. "
        + (f"Needed to see it: {permissions}. " if permissions else "")
        + f"Findings that hang on it: {len(cause.findings):,}. The service said: {markdown(cause.words[0])}\n\n"
        f"{markdown_fence(wording.cures(cause), 'sh')}\n\n"
    )


def _unknowns(run: Run) -> Section:
    checks = digest.checks(run)
    blocks: list[str] = []
    for cause in digest.causes(run):
        blocks += _titled(
            f"\n### {markdown(wording.cause(cause))}", [f"{_row(each, checks)}\n" for each in cause.findings]
        )
    undecided = [f"{_row(each, checks)}\n" for each in digest.unknowns_without_gap(run)]
    return Section("Unknown", blocks + _titled(f"\n### {wording.NO_GAP}", undecided), "unknown")


def _row(finding: Finding, checks: dict[str, CheckRecord]) -> str:
    title = markdown(checks[finding.check].title)
    return f"- {finding.severity.value.capitalize()}: {title}: {_about(finding)}: {markdown(finding.message)}"


def _waived(run: Run) -> Section:
    checks = digest.checks(run)
    rows = [f"{_row(each, checks)} {markdown(wording.waiver(each) or '')}\n" for each in digest.waived(run)]
    return Section("Waived", rows, "waived finding")


def _framework(framework: FrameworkResult) -> Section:
    mapped = f"Mapped by {'; '.join(controls.published(framework))}."
    said = [controls.MEANING, framework.note, framework.unmapped, mapped]
    header = "\n\n".join([f"{controls.summary(framework)}.", *(markdown(text, 2000) for text in said)])
    rows = [
        row(
            (
                markdown(control.id),
                markdown(control.words),
                controls.state(control),
                "; ".join(markdown(controls.behind(check)) for check in control.checks),
            )
        )
        + "\n"
        for control in framework.controls
    ]
    headings = ("Control", "What it asks", "State", "Checks behind it")
    return Section(
        f"Controls of {markdown(controls.title(framework))}", rows, "control", f"{header}\n\n{table(headings, ())}\n"
    )


def _coverage(run: Run) -> Section:
    rows = [row((markdown(wording.kind(kind.kind)), *_counted(kind))) + "\n" for kind in run.population]
    headings = ("Kind", "Seen", "By a second source", "Lists read whole", "Not seen")
    intro = "Every resource that could be seen was judged; nothing was sampled.\n\n"
    told = "".join(f"- {label}: {markdown(text, 2000)}.\n" for label, text in completeness.told(run))
    header = intro + (f"{told}\n" if told else "") + table(headings, (), numbers=4) + "\n"
    return Section("Coverage", rows, "kind", header)


def _counted(kind: Population) -> tuple[str, ...]:
    again = "-" if kind.second is None else f"{kind.second.count:,}"
    return (f"{kind.count:,}", again, f"{kind.lists_read:,}", f"{kind.gaps:,}")


def _basis(run: Run) -> str:
    rows = [(markdown(label), markdown(text, limit=4000)) for label, text in wording.provenance(run)]
    parameters = [
        (markdown(check), f"{markdown(name)} = {markdown_code(setting)}")
        for check, name, setting in wording.parameters(run)
    ]
    checks = ", ".join(line(check.id) for check in run.policy.checks)
    lines = [
        "## Basis",
        "",
        table(("What", "Value"), rows),
        "",
        f"Checks applied: {markdown(checks, limit=20_000)}.",
        "",
    ]
    lines += ["Parameters:", "", table(("Check", "Value"), parameters), ""] if parameters else []
    return "\n".join(lines)
