"""What a CI system points at: the few worst findings, each at the line of the settings that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from auditor.finding import Finding, Outcome
from auditor.report import digest, hostile, wording
from auditor.report.place import short_id
from auditor.run import Run, Verdict

Level = Literal["error", "warning"]

MOST = 10
"""GitHub shows no more of each level for one step (https://docs.github.com/rest/checks/runs)."""

_TITLE, _MESSAGE = 200, 2000
"""Characters; GitHub cuts a title at 255 and a message at 64 KB."""


@dataclass(frozen=True)
class Lines:
    """The settings file as the CI system knows it, and the line on which each workload begins."""

    file: str
    """Relative to the repository, with forward slashes; empty where it is not in it."""
    workloads: Mapping[str, int] = field(default_factory=dict)

    def of(self, workload: str | None) -> int:
        """The workload's line, counted from 1; that of the first of several; the first line where none is known."""
        together = workload or ""
        names = (together, *together.split(", "))
        return next((self.workloads[name] for name in names if name in self.workloads), 1)


@dataclass(frozen=True)
class Issue:
    """One thing to point at; texts are on one line and inert for a reader, not yet for a CI system."""

    level: Level
    title: str
    message: str
    line: int


def issues(run: Run, lines: Lines) -> tuple[Issue, ...]:
    """At most ten errors and ten warnings, the worst first; where more would be, the tenth says how many.

    Errors are what decides the verdict, warnings what else failed. A verdict that no finding decides gives its reasons.
    """
    standing = digest.worst_first((*digest.failures(run), *digest.unknowns(run)))
    errors = [each for each in standing if each.gating]
    warnings = [each for each in standing if not each.gating and each.outcome is Outcome.FAIL]
    if not errors and run.verdict is not Verdict.PASS:
        title = f"Audit {wording.VERDICTS[run.verdict].lower()}"
        said = tuple(Issue("error", title, _cut(reason), 1) for reason in wording.reasons(run)[:MOST])
    else:
        said = _first("error", errors, run, lines)
    return (*said, *_first("warning", warnings, run, lines))


def listing(run: Run, most: int) -> Iterator[str]:
    """A line for each standing failure and unknown, worst first, at most so many, and how many more there are."""
    standing = digest.worst_first((*digest.failures(run), *digest.unknowns(run)))
    for finding in standing[:most]:
        yield f"{_word(finding)} {finding.severity.value}: {_about(finding)}: {_cut(finding.message)} ({finding.check})"
    if len(standing) > most:
        yield f"and {len(standing) - most:,} more, in evidence.json"


def _first(level: Level, found: list[Finding], run: Run, lines: Lines) -> tuple[Issue, ...]:
    checks = digest.checks(run) if found else {}
    kept = found if len(found) <= MOST else found[: MOST - 1]
    told = tuple(_issue(level, each, checks[each.check].title, lines) for each in kept)
    if len(kept) == len(found):
        return told
    more = wording.count(len(found) - len(kept), f"further {level}")
    return (*told, Issue(level, more, f"{more}: the summary and the report name them.", 1))


def _issue(level: Level, finding: Finding, title: str, lines: Lines) -> Issue:
    mends = f" What mends it: {finding.fix.text}" if finding.fix and finding.fix.text else ""
    return Issue(
        level,
        hostile.line(f"{_word(finding)} {finding.severity.value}: {title}", _TITLE),
        _cut(f"{_about(finding)}: {finding.message}{mends} ({finding.check})"),
        lines.of(finding.subject.workload),
    )


def _about(finding: Finding) -> str:
    return hostile.line(f"{wording.kind(finding.subject.kind)} {short_id(finding.subject.id)}", _TITLE)


def _word(finding: Finding) -> str:
    return "FAIL" if finding.outcome is Outcome.FAIL else "UNKNOWN"


def _cut(text: str) -> str:
    return hostile.line(text, _MESSAGE)
