"""Every check on every subject, pure: the same snapshot, policy and waivers give the same findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain

from auditor.finding import Fact, Finding, Fix, Outcome, Severity, Subject, Waived, fingerprint
from auditor.policy.check import ROOTS
from auditor.policy.compiled import NOW
from auditor.policy.expression import PARAMETERS, Binder, Facts, Unknown
from auditor.policy.facts import SubjectFacts, join
from auditor.policy.fix import in_prose, render_fix
from auditor.policy.missing import cause
from auditor.policy.pack import AppliedCheck, Policy
from auditor.policy.paths import Path
from auditor.policy.quote import SharedFacts
from auditor.policy.sight import Looks, Pick, Quote, Sight, Tokens, whole
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
    found: defaultdict[_Rank, list[Finding]] = defaultdict(list)
    for subject in sorted(subjects, key=lambda subject: (subject.id.lower(), subject.workload or "")):
        for rank, finding in bench.findings(subject):
            found[rank].append(finding)
    return tuple(chain.from_iterable([found[rank] for rank in sorted(found)]))


def rfc3339(moment: datetime) -> str:
    """A moment as rules see it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


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
    named: Pick[int]
    shown: Pick[Quote]
    told: Pick[tuple[str, ...]]
    ranks: dict[str, _Rank]
    idle: _Judgement
    passed: _Judgement
    said: dict[tuple[int, ...], _Said] = field(default_factory=dict)
    """What its rules said, by the tokens of what they name: they can't say anything else of the same values."""


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
        self._tokens = Tokens()
        self._readings: dict[tuple[tuple[str, ...], ...], tuple[str, ...]] = {}
        shared = SharedFacts()
        self._kinds = {kind: _kind(kind, policy, shared, now) for kind in ROOTS}

    def findings(self, subject: SubjectFacts) -> Iterator[tuple[_Rank, Finding]]:
        """One per check of the subject's kind, with its place among all."""
        kind = self._kinds[subject.kind]
        of = _Hearing(subject, kind.looks.at(subject.parts, self._tokens), self._now, self._binder)
        return (self._finding(each, of) for each in kind.checks)

    def _finding(self, ready: _Ready, of: _Hearing) -> tuple[_Rank, Finding]:
        applied, check = ready.applied, ready.applied.check
        quoted: tuple[Fact, ...] = ()
        try:
            judgement = self._judgement(ready, of)
            quoted = whole(ready.shown(of.sight.facts))
        except Exception as error:  # noqa: BLE001 - one defect must not take the other findings with it
            judgement = _Judgement(Outcome.UNKNOWN, f"Not known: the check crashed ({type(error).__name__})")
            quoted = ()
        waiver, gating = None, False
        if judgement.outcome in ACCEPTABLE:
            waiver = self._waivers.accepting((check.id, *check.aliases), of.who)
            gating = self._gates(applied, judgement.outcome, waiver)
        members = {
            "id": fingerprint(check.id, of.subject.id),
            "check": check.id,
            "severity": applied.severity,
            "outcome": judgement.outcome,
            "subject": of.who,
            "message": judgement.message[:MAX_MESSAGE],
            "facts": quoted,
            "readings": self._told(ready.told(of.sight.told), judgement.gaps),
            "gaps": tuple([gap.id for gap in judgement.gaps]),
            "fix": judgement.fix,
            "waiver": waiver,
            "gating": gating,
        }
        return ready.ranks[judgement.outcome.value], Finding.trusted(members)

    def _judgement(self, ready: _Ready, of: _Hearing) -> _Judgement:
        """The outcome and its sentence; the facts that a failure's sentence and fix may name include `params`."""
        said = self._said(ready, of)
        if said is True:
            return ready.passed
        if said is None:
            return ready.idle
        if isinstance(said, Unknown):
            why = cause(said, of.subject, self._gaps)
            return _Judgement(Outcome.UNKNOWN, why.sentence, gaps=why.gaps)
        applied = ready.applied
        variables = {**of.subject.variables, NOW: self._now, PARAMETERS: dict(applied.parameters)}
        return _Judgement(Outcome.FAIL, _failure(applied, variables), fix=render_fix(applied.check.fix, variables))

    def _said(self, ready: _Ready, of: _Hearing) -> _Said:
        key = ready.named(of.sight.tokens)
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


def _kind(kind: str, policy: Policy, shared: SharedFacts, now: str) -> _Kind:
    checks = [applied for applied in policy.checks if applied.check.subject == kind]
    named = [path for applied in checks for path in _named(applied)]
    shown = [path for applied in checks for path in applied.shows]
    looks = Looks(ROOTS[kind], named, shown, shared)
    return _Kind(looks, tuple(_ready(applied, looks, now) for applied in checks))


def _named(applied: AppliedCheck) -> tuple[Path, ...]:
    return (*applied.applies.paths, *applied.passes.paths)


def _ready(applied: AppliedCheck, looks: Looks, now: str) -> _Ready:
    check = applied.check
    return _Ready(
        applied,
        named=looks.named(_named(applied)),
        shown=looks.shown(applied.shows, {NOW: now, PARAMETERS: dict(applied.parameters)}),
        told=looks.told(applied.shows),
        ranks={outcome.value: (_SEVERITIES[applied.severity], _OUTCOMES[outcome], check.id) for outcome in Outcome},
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
