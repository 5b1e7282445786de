"""Every check on every subject, pure: the same snapshot, policy and waivers give the same findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain

from auditor.finding import (
    Fact,
    Finding,
    Fix,
    OpenFinding,
    Outcome,
    Severity,
    Subject,
    Waived,
    check_mark,
    digest,
    subject_mark,
)
from auditor.policy.check import ROOTS
from auditor.policy.compiled import NOW
from auditor.policy.expression import PARAMETERS, Binder, Facts, Unknown
from auditor.policy.facts import SubjectFacts, join
from auditor.policy.fix import in_prose, render_fix
from auditor.policy.missing import cause
from auditor.policy.pack import AppliedCheck, Policy
from auditor.policy.paths import Path
from auditor.policy.sight import Cell, Looks, Pick, Sight
from auditor.policy.template import TemplateFailure, render
from auditor.policy.waivers import ACCEPTABLE, Waivers
from auditor.record import Json
from auditor.settings import GateSettings, Settings
from auditor.snapshot import Gap, Snapshot
from auditor.uncollected import uncollected

MAX_MESSAGE = 1_000

MAX_REMEMBERED = 4_096
"""Sets of values of which a check's answer is remembered; more of them and remembering does not pay."""

_OUTCOMES = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}
_SEVERITIES = {severity: -severity.rank for severity in Severity}

_Rank = tuple[int, int, str]
_Said = bool | Unknown | None
"""What the rules of a check say of a subject; None where it does not apply."""


def evaluate(snapshot: Snapshot, settings: Settings, policy: Policy, waivers: Waivers) -> tuple[Finding, ...]:
    """The findings, worst first: by severity, outcome, check and subject."""
    subjects = join(snapshot, settings)
    return judge(subjects, policy, waivers, gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at)


@uncollected
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
    for subject in sorted(subjects, key=lambda subject: (subject.id.lower(), subject.workload or "")):
        bench.hear(subject)
    return bench.findings()


def rfc3339(moment: datetime) -> str:
    """A moment as rules see it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What a check says of a subject, and of all others in which it sees the same where it passes or does not apply."""

    outcome: Outcome
    message: str
    facts: tuple[Fact, ...]
    fix: Fix | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class _Ready:
    """A check with all that its findings may have in common."""

    applied: AppliedCheck
    mark: bytes
    """What of its findings' fingerprints is its own."""
    sees: Pick[Cell]
    named: Pick[Cell]
    shown: Pick[Cell]
    told: Pick[tuple[str, ...]]
    ranks: dict[str, _Rank]
    settled: dict[tuple[Cell, ...], tuple[_Judgement, list[Finding]]] = field(default_factory=dict)
    """Where it passed or did not apply, by all that it saw: the judgement, and those that it was given for."""
    said: dict[tuple[Cell, ...], _Said] = field(default_factory=dict)
    """What its rules said, by what they name: they can't say anything else of the same values."""


@dataclass(frozen=True)
class _Kind:
    """All checks of a kind of subject, and where they look."""

    looks: Looks
    checks: tuple[_Ready, ...]


class _Hearing:
    """A subject while it is judged."""

    def __init__(self, subject: SubjectFacts, sight: Sight, now: str, binder: Binder) -> None:
        self.subject = subject
        self.sight = sight
        self.mark = subject_mark(subject.id)
        self.who = Subject(
            kind=subject.kind, id=subject.id, name=subject.name, workload=subject.workload, location=subject.location
        )
        self._now = now
        self._binder = binder

    @cached_property
    def facts(self) -> Facts:
        """Made ready for CEL when a rule must truly be asked."""
        return self._binder.bind({**self.subject.variables, NOW: self._now})


class _Bench:
    """All that is the same for every subject, made once."""

    def __init__(self, policy: Policy, waivers: Waivers, gaps: Mapping[str, Gap], gate: GateSettings, now: str) -> None:
        self._waivers = waivers
        self._gaps = gaps
        self._gate = gate
        self._now = now
        self._binder = Binder({each.check.id: each.parameters for each in policy.checks if each.parameters})
        self._readings: dict[tuple[tuple[str, ...], ...], tuple[str, ...]] = {}
        self._found: defaultdict[_Rank, list[Finding]] = defaultdict(list)
        self._kinds = {kind: _kind(kind, policy, now) for kind in ROOTS}

    def hear(self, subject: SubjectFacts) -> None:
        """What each check of the subject's kind says of it."""
        kind = self._kinds[subject.kind]
        of = _Hearing(subject, kind.looks.at(subject.parts), self._now, self._binder)
        for ready in kind.checks:
            sees = ready.sees(of.sight.cells)
            settled = ready.settled.get(sees)
            if settled is not None:
                judgement, found = settled
                found.append(self._finding(ready, of, judgement))
                continue
            judgement = self._judgement(ready, of)
            found = self._found[ready.ranks[judgement.outcome.value]]
            if judgement.outcome in ACCEPTABLE:
                found.append(self._acceptable(ready, of, judgement))
                continue
            found.append(self._finding(ready, of, judgement))
            if len(ready.settled) < MAX_REMEMBERED:
                ready.settled[sees] = judgement, found

    def findings(self) -> tuple[Finding, ...]:
        """All of them, worst first, and those of one check and outcome as they were heard."""
        return tuple(chain.from_iterable([self._found[rank] for rank in sorted(self._found)]))

    def _finding(
        self,
        ready: _Ready,
        of: _Hearing,
        judgement: _Judgement,
        waiver: Waived | None = None,
        *,
        gating: bool = False,
    ) -> Finding:
        made = OpenFinding()
        made.id = digest(ready.mark, of.mark)
        made.check = ready.applied.check.id
        made.severity = ready.applied.severity
        made.outcome = judgement.outcome
        made.subject = of.who
        made.message = judgement.message[:MAX_MESSAGE]
        made.facts = judgement.facts
        made.readings = self._told(ready.told(of.sight.told), judgement.gaps)
        made.gaps = tuple([gap.id for gap in judgement.gaps])
        made.fix = judgement.fix
        made.waiver = waiver
        made.gating = gating
        return made.done()

    def _acceptable(self, ready: _Ready, of: _Hearing, judgement: _Judgement) -> Finding:
        """One that a waiver may accept and that may hold up the gate."""
        check = ready.applied.check
        waiver = self._waivers.accepting((check.id, *check.aliases), of.who)
        gating = self._gates(ready.applied, judgement.outcome, waiver)
        return self._finding(ready, of, judgement, waiver, gating=gating)

    def _judgement(self, ready: _Ready, of: _Hearing) -> _Judgement:
        try:
            said = self._said(ready, of)
            return self._judged(ready, of, said, tuple([cell.fact for cell in ready.shown(of.sight.cells)]))
        except Exception as error:  # noqa: BLE001 - one defect must not take the other findings with it
            return _Judgement(Outcome.UNKNOWN, f"Not known: the check crashed ({type(error).__name__})", ())

    def _judged(self, ready: _Ready, of: _Hearing, said: _Said, facts: tuple[Fact, ...]) -> _Judgement:
        """The outcome and its sentence; the facts that a failure's sentence and fix may name include `params`."""
        applied, check = ready.applied, ready.applied.check
        if said is True:
            return _Judgement(Outcome.PASS, f"Not the case: {check.title}", facts)
        if said is None:
            return _Judgement(Outcome.NOT_APPLICABLE, f"Does not apply: {check.unless or check.applies_when}", facts)
        if isinstance(said, Unknown):
            why = cause(said, of.subject, self._gaps)
            return _Judgement(Outcome.UNKNOWN, why.sentence, facts, gaps=why.gaps)
        variables = {**of.subject.variables, NOW: self._now, PARAMETERS: dict(applied.parameters)}
        return _Judgement(Outcome.FAIL, _failure(applied, variables), facts, fix=render_fix(check.fix, variables))

    def _said(self, ready: _Ready, of: _Hearing) -> _Said:
        key = ready.named(of.sight.cells)
        if key in ready.said:
            return ready.said[key]
        applies = ready.applied.applies.evaluate(of.facts)
        said: _Said = ready.applied.passes.evaluate(of.facts) if applies is True else applies or None
        if len(ready.said) < MAX_REMEMBERED:
            ready.said[key] = said
        return said

    def _gates(self, applied: AppliedCheck, outcome: Outcome, waiver: Waived | None) -> bool:
        if waiver and not waiver.expired:
            return False
        blocks = outcome is Outcome.FAIL or self._gate.incomplete == "block"
        return blocks and applied.severity.rank >= self._gate.fail_on.rank

    def _told(self, told: tuple[tuple[str, ...], ...], gaps: tuple[Gap, ...]) -> tuple[str, ...]:
        """The readings that told the facts that are shown, then those that failed to tell, each once."""
        if gaps:
            told = (*told, *[gap.readings for gap in gaps])
        found = self._readings.get(told)
        if found is None:
            found = self._readings[told] = tuple(dict.fromkeys(chain.from_iterable(told)))
        return found


def _kind(kind: str, policy: Policy, now: str) -> _Kind:
    checks = [applied for applied in policy.checks if applied.check.subject == kind]
    named = [path for applied in checks for path in _named(applied)]
    shown = [path for applied in checks for path in applied.shows]
    looks = Looks(ROOTS[kind], named, shown)
    return _Kind(looks, tuple(_ready(applied, looks, now) for applied in checks))


def _named(applied: AppliedCheck) -> tuple[Path, ...]:
    return (*applied.applies.paths, *applied.passes.paths)


def _ready(applied: AppliedCheck, looks: Looks, now: str) -> _Ready:
    check, named = applied.check, _named(applied)
    return _Ready(
        applied,
        mark=check_mark(check.id),
        sees=looks.all_of(named, applied.shows),
        named=looks.named(named),
        shown=looks.shown(applied.shows, {NOW: now, PARAMETERS: dict(applied.parameters)}),
        told=looks.told(applied.shows),
        ranks={outcome.value: (_SEVERITIES[applied.severity], _OUTCOMES[outcome], check.id) for outcome in Outcome},
    )


def _failure(applied: AppliedCheck, variables: Mapping[str, Json]) -> str:
    """The failure with the facts in it, or the title where they can't be filled in."""
    check = applied.check
    try:
        return " ".join(render(check.says, variables, in_prose).split()) if check.says else check.title
    except TemplateFailure:
        return check.title
