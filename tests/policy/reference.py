"""Judging without a memory, straight from the definition: what the quick way is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.finding import Fact, Finding, Fix, Outcome, Subject, fingerprint
from auditor.policy.compiled import NOW
from auditor.policy.evaluate import MAX_MESSAGE, rfc3339
from auditor.policy.expression import PARAMETERS, Unknown, bind
from auditor.policy.facts import SubjectFacts
from auditor.policy.fix import in_prose, render_fix
from auditor.policy.missing import cause
from auditor.policy.pack import AppliedCheck, Policy
from auditor.policy.paths import Path, around, follow
from auditor.policy.quote import fact, note_on
from auditor.policy.template import TemplateFailure, render
from auditor.policy.waivers import Waivers
from auditor.record import JsonObject
from auditor.settings import GateSettings
from auditor.snapshot import Gap, Snapshot

SEVERITIES = ("critical", "high", "medium", "low", "info")
OUTCOMES = ("fail", "unknown", "pass", "not_applicable")


def findings(
    subjects: tuple[SubjectFacts, ...], policy: Policy, waivers: Waivers, snapshot: Snapshot, gate: GateSettings
) -> list[Finding]:
    """Every rule is asked of every subject, every fact looked up and quoted for itself."""
    made = [
        _finding(applied, subject, waivers, snapshot, gate)
        for subject in sorted(subjects, key=lambda one: (one.id.lower(), one.workload or ""))
        for applied in policy.checks
        if applied.check.subject == subject.kind
    ]
    return sorted(made, key=lambda one: (SEVERITIES.index(one.severity), OUTCOMES.index(one.outcome), one.check))


def _finding(
    applied: AppliedCheck, subject: SubjectFacts, waivers: Waivers, snapshot: Snapshot, gate: GateSettings
) -> Finding:
    check = applied.check
    variables = {**subject.variables, NOW: rfc3339(snapshot.taken_at)}
    named = {**variables, PARAMETERS: dict(applied.parameters)}
    gaps = {gap.id: gap for gap in snapshot.gaps}
    who = Subject(
        kind=subject.kind, id=subject.id, name=subject.name, workload=subject.workload, location=subject.location
    )
    outcome, message, behind, fix = _judged(applied, subject, variables, gaps)
    acted = outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    waiver = waivers.accepting((check.id, *check.aliases), who) if acted else None
    stops = outcome is Outcome.FAIL or (acted and gate.incomplete == "block")
    return Finding(
        id=fingerprint(check.id, subject.id),
        check=check.id,
        severity=applied.severity,
        outcome=outcome,
        subject=who,
        message=message[:MAX_MESSAGE],
        facts=tuple(_fact(path, named, subject) for path in applied.shows),
        readings=tuple(dict.fromkeys(_readings(applied.shows, subject, behind))),
        gaps=tuple(gap.id for gap in behind),
        fix=fix,
        waiver=waiver,
        gating=stops and (waiver is None or waiver.expired) and applied.severity.rank >= gate.fail_on.rank,
    )


def _judged(
    applied: AppliedCheck, subject: SubjectFacts, variables: JsonObject, gaps: dict[str, Gap]
) -> tuple[Outcome, str, tuple[Gap, ...], Fix | None]:
    check = applied.check
    facts = bind(variables, {check.id: applied.parameters})
    applies = applied.applies.evaluate(facts)
    if applies is False:
        return Outcome.NOT_APPLICABLE, f"Does not apply: {check.unless or check.applies_when}", (), None
    passes = applied.passes.evaluate(facts) if applies is True else applies
    if isinstance(passes, Unknown):
        why = cause(passes, subject, gaps)
        return Outcome.UNKNOWN, why.sentence, why.gaps, None
    if passes:
        return Outcome.PASS, f"Not the case: {check.title}", (), None
    named = {**variables, PARAMETERS: dict(applied.parameters)}
    try:
        message = " ".join(render(check.says, named, in_prose).split()) if check.says else check.title
    except TemplateFailure:
        message = check.title
    return Outcome.FAIL, message, (), render_fix(check.fix, named)


def _fact(path: Path, variables: JsonObject, subject: SubjectFacts) -> Fact:
    return fact(path, follow(path, variables), note_on(path, subject.notes))


def _readings(paths: tuple[Path, ...], subject: SubjectFacts, gaps: tuple[Gap, ...]) -> Iterator[str]:
    for path in paths:
        for told in around(path, subject.readings):
            yield from told
    for gap in gaps:
        yield from gap.readings
