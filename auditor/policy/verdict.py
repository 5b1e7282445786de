"""The gate's word over a run's findings, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.errors import EmptyAuditError
from auditor.finding import Finding, Outcome
from auditor.policy.missing import gap_phrase, hides_subjects
from auditor.run import Verdict
from auditor.settings import GateSettings
from auditor.snapshot import Gap

_NAMED = 3
"""Subjects named in one reason."""

_REASON = 200
"""Characters of a message that stands as a reason."""

_UNDECLARED = "No workload is declared: what is set up was judged, not whether a release finds what it needs."

_BARE = "No account is in scope and no workload is declared: nothing that a release rests on was judged."


def counts(findings: Iterable[Finding]) -> dict[Outcome, int]:
    """How many findings have each outcome; every outcome is there."""
    totals = dict.fromkeys(Outcome, 0)
    for finding in findings:
        totals[finding.outcome] += 1
    return totals


def verdict(
    findings: Sequence[Finding],
    gaps: Sequence[Gap],
    gate: GateSettings,
    interrupted: bool = False,
    *,
    bare: bool = False,
    declared: bool = True,
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict and its reasons, worst first, one sentence each; `bare` is a scope without account and workload,
    `declared` says whether the settings declare one.

    A gating failure gives fail. Otherwise a gating unknown, or a gap that may hide subjects, gives incomplete, unless
    the gate allows that. Whatever the gate allows, an interrupted audit is never a pass, nor is one of a bare scope,
    such as a misspelt resource group gives. One that judged nothing at all is incomplete where something stood in the
    way, else EmptyAuditError is raised.
    """
    failures = _told([each for each in findings if each.gating and each.outcome is Outcome.FAIL], "fails on")
    hidden = [gap for gap in gaps if hides_subjects(gap)]
    judged = [finding for finding in findings if finding.outcome is not Outcome.NOT_APPLICABLE]
    if not (judged or hidden or interrupted):
        raise EmptyAuditError(
            "nothing was judged: the scope matched nothing that a check of these packs is about",
            next_step="look at scope and packs in the settings",
        )
    barred = [
        *(["The audit was interrupted."] if interrupted else []),
        *([_BARE] if bare and judged else []),
    ]
    missing = [
        *dict.fromkeys(f"Subjects may be missing: {gap_phrase(gap)} for {gap.scope}." for gap in hidden),
        *_unknown([each for each in findings if _is_open(each, gate)], gaps),
    ]
    if not judged:
        return Verdict.INCOMPLETE, (*barred, *missing, "Nothing was judged.")
    if gate.incomplete == "allow":
        missing = [f"Allowed by the gate: {reason}" for reason in missing]
    if failures:
        return Verdict.FAIL, (*failures, *barred, *missing)
    if barred or (missing and gate.incomplete == "block"):
        return Verdict.INCOMPLETE, (*barred, *missing)
    alone = () if declared else (_UNDECLARED,)
    return Verdict.PASS, (f"No finding of severity {gate.fail_on} or worse stops the release.", *alone, *missing)


def _is_open(finding: Finding, gate: GateSettings) -> bool:
    """Whether it is unknown and severe enough to hold up the gate, if the gate does not allow that, and not waived."""
    severe = finding.severity.rank >= gate.fail_on.rank
    accepted = finding.waiver is not None and not finding.waiver.expired
    return finding.outcome is Outcome.UNKNOWN and severe and not accepted


def _unknown(findings: Iterable[Finding], gaps: Iterable[Gap]) -> list[str]:
    """One sentence per cause, however many findings hang on it; those without a known cause check by check."""
    known = {gap.id: gap for gap in gaps}
    by_cause: dict[str, list[Finding]] = {}
    others = []
    for finding in findings:
        cause = next((known[gap] for gap in finding.gaps if gap in known), None)
        if cause is None:
            others.append(finding)
        else:
            by_cause.setdefault(gap_phrase(cause), []).append(finding)
    told = [
        f"{len(those)} gating {'finding is' if len(those) == 1 else 'findings are'} unknown, "
        f"{those[0].check} ({those[0].severity}) on {those[0].subject.name} first: {phrase}."
        for phrase, those in by_cause.items()
    ]
    return [*told, *_told(others, "is unknown on")]


def _told(findings: Iterable[Finding], verb: str) -> list[str]:
    """One sentence per check, in the order of the findings: a single one in its own words, more by their names."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    told = []
    for check, those in by_check.items():
        if len(those) == 1 and those[0].outcome is Outcome.FAIL:
            told.append(f"{_short(those[0].message)} ({check}, {those[0].severity})")
            continue
        names = [finding.subject.name for finding in those]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        why = f": {_short(those[0].message.removeprefix('Not known: '))}" if len(those) == 1 else ""
        told.append(f"{check} ({those[0].severity}) {verb} {', '.join(names[:_NAMED])}{more}{why}.")
    return told


def _short(message: str) -> str:
    return message if len(message) <= _REASON else f"{message[: _REASON - 1].rstrip()}…"
