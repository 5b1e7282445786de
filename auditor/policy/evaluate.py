"""Every check on every subject, pure: the same snapshot, policy and waivers give the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.finding import Fact, Finding, Fix, Outcome, Severity, Subject, Waived, fingerprint
from auditor.policy.compiled import NOW
from auditor.policy.expression import PARAMETERS, Facts, Unknown, bind
from auditor.policy.facts import SubjectFacts, join
from auditor.policy.fix import in_prose, render_fix
from auditor.policy.missing import cause
from auditor.policy.pack import AppliedCheck, Policy
from auditor.policy.paths import around
from auditor.policy.quote import quote
from auditor.policy.template import TemplateFailure, render
from auditor.policy.waivers import Waivers
from auditor.record import Json
from auditor.settings import GateSettings, Settings
from auditor.snapshot import Gap, Snapshot

MAX_MESSAGE = 1_000

_OUTCOMES = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}
_SEVERITIES = {severity: -severity.rank for severity in Severity}


def evaluate(snapshot: Snapshot, settings: Settings, policy: Policy, waivers: Waivers) -> tuple[Finding, ...]:
    """The findings, worst first: by severity, outcome, check and subject."""
    subjects = join(snapshot, settings)
    return judge(subjects, policy, waivers, gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at)


def judge(
    subjects: Iterable[SubjectFacts],
    policy: Policy,
    waivers: Waivers,
    *,
    gaps: Iterable[Gap],
    gate: GateSettings,
    now: datetime,
) -> tuple[Finding, ...]:
    """What the checks say of subjects that are already joined; `now` is when they were seen."""
    bench = _Bench(policy, waivers, {gap.id: gap for gap in gaps}, gate, rfc3339(now))
    return tuple(sorted((finding for subject in subjects for finding in bench.findings(subject)), key=_rank))


def rfc3339(moment: datetime) -> str:
    """A moment as rules see it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rank(finding: Finding) -> tuple[int, int, str, str, str]:
    subject = finding.subject
    worst = _SEVERITIES[finding.severity], _OUTCOMES[finding.outcome]
    return *worst, finding.check, subject.id.lower(), subject.workload or ""


@dataclass(frozen=True)
class _Judgement:
    outcome: Outcome
    message: str
    fix: Fix | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class _Bench:
    """All that is the same for every subject."""

    policy: Policy
    waivers: Waivers
    gaps: Mapping[str, Gap]
    gate: GateSettings
    now: str

    def findings(self, subject: SubjectFacts) -> Iterator[Finding]:
        """One per check of the subject's kind."""
        applied = [each for each in self.policy.checks if each.check.subject == subject.kind]
        variables = {**subject.variables, NOW: self.now}
        facts = bind(variables, {each.check.id: each.parameters for each in applied if each.parameters})
        who = Subject(
            kind=subject.kind, id=subject.id, name=subject.name, workload=subject.workload, location=subject.location
        )
        for each in applied:
            yield self._finding(each, subject, who, facts)

    def _finding(self, applied: AppliedCheck, subject: SubjectFacts, who: Subject, facts: Facts) -> Finding:
        variables = {**facts.variables, PARAMETERS: dict(applied.parameters)}
        quoted: tuple[Fact, ...] = ()
        try:
            judgement = self._judgement(applied, subject, facts, variables)
            quoted = tuple(quote(path, subject, variables) for path in applied.shows)
        except Exception as error:  # noqa: BLE001 - one defect must not take the other findings with it
            judgement = _Judgement(Outcome.UNKNOWN, f"Not known: the check crashed ({type(error).__name__})")
        check = applied.check
        waiver = None
        if judgement.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            waiver = self.waivers.accepting((check.id, *check.aliases), who)
        return Finding(
            id=fingerprint(check.id, subject.id),
            check=check.id,
            severity=applied.severity,
            outcome=judgement.outcome,
            subject=who,
            message=judgement.message[:MAX_MESSAGE],
            facts=quoted,
            readings=_readings(applied, subject, judgement.gaps),
            gaps=tuple(gap.id for gap in judgement.gaps),
            fix=judgement.fix,
            waiver=waiver,
            gating=self._gates(applied, judgement.outcome, waiver),
        )

    def _judgement(
        self, applied: AppliedCheck, subject: SubjectFacts, facts: Facts, variables: Mapping[str, Json]
    ) -> _Judgement:
        check = applied.check
        applies = applied.applies.evaluate(facts)
        if applies is False:
            return _Judgement(Outcome.NOT_APPLICABLE, f"Does not apply: {check.unless or check.applies_when}")
        passes = applied.passes.evaluate(facts) if applies is True else applies
        if isinstance(passes, Unknown):
            why = cause(passes, subject, self.gaps)
            return _Judgement(Outcome.UNKNOWN, why.sentence, gaps=why.gaps)
        if passes:
            return _Judgement(Outcome.PASS, f"Not the case: {check.title}")
        return _Judgement(Outcome.FAIL, _failure(applied, variables), fix=render_fix(check.fix, variables))

    def _gates(self, applied: AppliedCheck, outcome: Outcome, waiver: Waived | None) -> bool:
        if applied.severity.rank < self.gate.fail_on.rank or (waiver and not waiver.expired):
            return False
        return outcome is Outcome.FAIL or (outcome is Outcome.UNKNOWN and self.gate.incomplete == "block")


def _failure(applied: AppliedCheck, variables: Mapping[str, Json]) -> str:
    """The failure with the facts in it, or the title where they can't be filled in."""
    check = applied.check
    try:
        return " ".join(render(check.says, variables, in_prose).split()) if check.says else check.title
    except TemplateFailure:
        return check.title


def _readings(applied: AppliedCheck, subject: SubjectFacts, gaps: Iterable[Gap]) -> tuple[str, ...]:
    """Those that told the facts that are shown, then those that failed to tell."""
    told = (reading for path in applied.shows for those in around(path, subject.readings) for reading in those)
    failed = (reading for gap in gaps for reading in gap.readings)
    return tuple(dict.fromkeys([*told, *failed]))
