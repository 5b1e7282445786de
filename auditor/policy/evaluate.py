"""Every check on every subject, pure: the same snapshot, policy and waivers give the same findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.finding import Fact, Finding, Fix, Outcome, Severity, Subject, Waived, fingerprint
from auditor.policy.compiled import NOW
from auditor.policy.expression import PARAMETERS, Binder, Facts, Unknown
from auditor.policy.facts import SubjectFacts, join
from auditor.policy.fix import in_prose, render_fix
from auditor.policy.missing import cause
from auditor.policy.pack import AppliedCheck, Policy
from auditor.policy.quote import Quoted, SharedFacts, Told
from auditor.policy.template import TemplateFailure, render
from auditor.policy.waivers import Waivers
from auditor.record import Json
from auditor.settings import GateSettings, Settings
from auditor.snapshot import Gap, Snapshot

MAX_MESSAGE = 1_000

_OUTCOMES = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}
_SEVERITIES = {severity: -severity.rank for severity in Severity}

_MEMBERS = set(Finding.model_fields)
"""Shared by all findings, which are made of values that are right already: half of the memory of validated ones."""


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
    found: defaultdict[tuple[int, int, str], list[Finding]] = defaultdict(list)
    for subject in sorted(subjects, key=lambda subject: (subject.id.lower(), subject.workload or "")):
        for finding in bench.findings(subject):
            found[_rank(finding)].append(finding)
    return tuple(finding for rank in sorted(found) for finding in found[rank])


def rfc3339(moment: datetime) -> str:
    """A moment as rules see it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rank(finding: Finding) -> tuple[int, int, str]:
    return _SEVERITIES[finding.severity], _OUTCOMES[finding.outcome], finding.check


@dataclass(frozen=True)
class _Judgement:
    outcome: Outcome
    message: str
    fix: Fix | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class _Ready:
    """A check with all that its findings may have in common."""

    applied: AppliedCheck
    parameters: Quoted
    idle: _Judgement
    passed: _Judgement


@dataclass(frozen=True)
class _Hearing:
    """A subject while it is judged."""

    subject: SubjectFacts
    who: Subject
    facts: Facts
    quoted: Quoted
    told: Told


class _Bench:
    """All that is the same for every subject, made once."""

    def __init__(self, policy: Policy, waivers: Waivers, gaps: Mapping[str, Gap], gate: GateSettings, now: str) -> None:
        self._waivers = waivers
        self._gaps = gaps
        self._gate = gate
        self._now = now
        self._binder = Binder({each.check.id: each.parameters for each in policy.checks if each.parameters})
        self._shared = SharedFacts()
        self._checks: dict[str, list[_Ready]] = {}
        for applied in policy.checks:
            self._checks.setdefault(applied.check.subject, []).append(_ready(applied, self._shared))

    def findings(self, subject: SubjectFacts) -> Iterator[Finding]:
        """One per check of the subject's kind."""
        facts = self._binder.bind({**subject.variables, NOW: self._now})
        who = Subject(
            kind=subject.kind, id=subject.id, name=subject.name, workload=subject.workload, location=subject.location
        )
        quoted = Quoted(facts.variables, subject.notes, self._shared)
        hearing = _Hearing(subject, who, facts, quoted, Told(subject.readings))
        return (self._finding(each, hearing) for each in self._checks.get(subject.kind, ()))

    def _finding(self, ready: _Ready, of: _Hearing) -> Finding:
        applied, check = ready.applied, ready.applied.check
        quoted: tuple[Fact, ...] = ()
        try:
            judgement = self._judgement(ready, of)
            quoted = tuple([(ready.parameters if path[0] == PARAMETERS else of.quoted)[path] for path in applied.shows])
        except Exception as error:  # noqa: BLE001 - one defect must not take the other findings with it
            judgement = _Judgement(Outcome.UNKNOWN, f"Not known: the check crashed ({type(error).__name__})")
        waiver = None
        if judgement.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            waiver = self._waivers.accepting((check.id, *check.aliases), of.who)
        return Finding.model_construct(
            _MEMBERS,
            id=fingerprint(check.id, of.subject.id),
            check=check.id,
            severity=applied.severity,
            outcome=judgement.outcome,
            subject=of.who,
            message=judgement.message[:MAX_MESSAGE],
            facts=quoted,
            readings=_readings(applied, of.told, judgement.gaps),
            gaps=tuple([gap.id for gap in judgement.gaps]),
            fix=judgement.fix,
            waiver=waiver,
            gating=self._gates(applied, judgement.outcome, waiver),
        )

    def _judgement(self, ready: _Ready, of: _Hearing) -> _Judgement:
        """The outcome and its sentence; the facts that a failure's sentence and fix may name include `params`."""
        applied = ready.applied
        applies = applied.applies.evaluate(of.facts)
        if applies is False:
            return ready.idle
        passes = applied.passes.evaluate(of.facts) if applies is True else applies
        if isinstance(passes, Unknown):
            why = cause(passes, of.subject, self._gaps)
            return _Judgement(Outcome.UNKNOWN, why.sentence, gaps=why.gaps)
        if passes:
            return ready.passed
        variables = {**of.facts.variables, PARAMETERS: dict(applied.parameters)}
        return _Judgement(Outcome.FAIL, _failure(applied, variables), fix=render_fix(applied.check.fix, variables))

    def _gates(self, applied: AppliedCheck, outcome: Outcome, waiver: Waived | None) -> bool:
        if outcome not in (Outcome.FAIL, Outcome.UNKNOWN) or (waiver and not waiver.expired):
            return False
        blocks = outcome is Outcome.FAIL or self._gate.incomplete == "block"
        return blocks and applied.severity.rank >= self._gate.fail_on.rank


def _ready(applied: AppliedCheck, shared: SharedFacts) -> _Ready:
    check = applied.check
    return _Ready(
        applied,
        parameters=Quoted({PARAMETERS: dict(applied.parameters)}, {}, shared),
        idle=_Judgement(Outcome.NOT_APPLICABLE, f"Does not apply: {check.unless or check.applies_when}"),
        passed=_Judgement(Outcome.PASS, f"Not the case: {check.title}"),
    )


def _failure(applied: AppliedCheck, variables: Mapping[str, Json]) -> str:
    """The failure with the facts in it, or the title where they can't be filled in."""
    check = applied.check
    try:
        return " ".join(render(check.says, variables, in_prose).split()) if check.says else check.title
    except TemplateFailure:
        return check.title


def _readings(applied: AppliedCheck, told: Told, gaps: Iterable[Gap]) -> tuple[str, ...]:
    """Those that told the facts that are shown, then those that failed to tell, each once."""
    readings = dict.fromkeys([reading for path in applied.shows for reading in told[path]])
    for gap in gaps:
        readings.update(dict.fromkeys(gap.readings))
    return tuple(readings)
