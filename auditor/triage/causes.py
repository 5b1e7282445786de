"""The ranking: which causes explain what fails, surest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from auditor.diagnosis import Cause, Owner, Standing, Telltale
from auditor.difference import Side
from auditor.policy.expression import Facts, Rule, bind
from auditor.policy.facts.shape import dig, text, texts
from auditor.record import Json
from auditor.settings import Settings
from auditor.snapshot import Snapshot
from auditor.triage.case import Case, Cases, Judged
from auditor.triage.cases import cases
from auditor.triage.evidence import MOST, evidence, listed, rendered, unique
from auditor.triage.happenings import Happenings
from auditor.triage.nothing_wrong import nothing_wrong
from auditor.triage.reason import EVERYTHING, CompiledReason, Reason, reasons
from auditor.triage.steps import as_step, steps

_ORDER: Final = tuple(Standing)


@dataclass
class _Found:
    """One cause and all the cases that it explains."""

    id: str
    reason: Reason | None
    judged: list[Judged]

    @property
    def standing(self) -> Standing:
        return min((one.standing for one in self.judged), key=_ORDER.index)

    @property
    def rank(self) -> tuple[int, int, bool, bool, str]:
        """Surest first; of the same standing what explains more, what was seen to be done, what is told precisely."""
        explained = len({id(one.case) for one in self.judged if one.case.ill})
        changed = any(one.changed for one in self.judged)
        return (_ORDER.index(self.standing), -explained, not changed, self.reason is None, self.id)


def causes(snapshot: Snapshot, settings: Settings, before: Side | None) -> tuple[Cause, ...]:
    """Every cause that what was seen speaks for, the answer first; pure.

    One of id `nothing-wrong` where every call was answered; none at all where nothing fails and nothing was called.
    """
    return ranked(cases(snapshot, settings, before), reasons())


def ranked(of: Cases, known: Iterable[CompiledReason]) -> tuple[Cause, ...]:
    """The causes of these cases, ranked."""
    known = tuple(known)
    found: dict[str, _Found] = {}
    for case in of.ill:
        for judged_id, reason, judged in _of_case(case, of.happenings, known):
            found.setdefault(judged_id, _Found(judged_id, reason, [])).judged.append(judged)
    for reason_id, reason, judged in _of_everything(of, known):
        found.setdefault(reason_id, _Found(reason_id, reason, [])).judged.append(judged)
    explaining = [one for one in found.values() if any(each.case.ill for each in one.judged)]
    beside = [one for one in found.values() if one not in explaining]
    first = sorted(explaining, key=lambda one: one.rank)
    rest = sorted(beside, key=lambda one: one.rank)
    made = tuple(_cause(one, found, of, known) for one in (*first, *rest))
    if not made or (explaining and all(_is_guess(one) for one in explaining)):
        return (*nothing_wrong(of, made), *made)
    return made


def _is_guess(found: _Found) -> bool:
    """Whether it explains nothing that was seen: what was done may be all in order."""
    return all(one.against and one.case.suspected for one in found.judged)


def judge(compiled: CompiledReason, variables: Mapping[str, Json]) -> Standing | None:
    """What a cause is under these variables: confirmed, likely, or nothing; what is not known proves nothing."""
    facts = bind(dict(variables))
    if _is(compiled.ruled_out, facts):
        return None
    if _is(compiled.confirmed, facts):
        return Standing.CONFIRMED
    return Standing.LIKELY if _is(compiled.suspected, facts) else None


def _is(rule: Rule | None, facts: Facts) -> bool:
    return rule is not None and rule.evaluate(facts) is True


def _of_case(
    case: Case, happened: Happenings, known: tuple[CompiledReason, ...]
) -> Iterator[tuple[str, Reason | None, Judged]]:
    """The causes of one case: refined ones, and the error's own where none of them takes its place."""
    refined = _settled([one for each in known if (one := _judged(each, case, happened)) is not None])
    for compiled, judged in refined:
        yield compiled.reason.id, compiled.reason, judged
    if case.failure is None or any(not judged.doubted for _, judged in refined):
        return
    name = case.failure_class or "unclassified"
    if name not in {compiled.reason.id for compiled, _ in refined}:
        standing = Standing.POSSIBLE if name == "unclassified" else Standing.LIKELY
        yield name, None, Judged(case, standing, changed=False, variables=case.variables)


def _settled(found: list[tuple[CompiledReason, Judged]]) -> list[tuple[CompiledReason, Judged]]:
    """Consequences left out, and what is not decided between several called possible."""
    sure = [(one.reason, _ORDER.index(judged.standing)) for one, judged in found if not judged.doubted]

    def folded(name: str, judged: Judged) -> bool:
        """Whether another that is as sure says that this one follows from it."""
        own = _ORDER.index(judged.standing)
        return any(name in reason.over and reason.id != name and order <= own for reason, order in sure)

    kept = [(compiled, judged) for compiled, judged in found if not folded(compiled.reason.id, judged)]
    best = min((_weight(judged) for _, judged in kept), default=(0, False))
    likely = [one for one in kept if one[1].standing is Standing.LIKELY]
    tied = sum(_weight(judged) == best for _, judged in likely) > 1
    return [
        (compiled, _lowered(judged))
        if judged.standing is Standing.LIKELY and (_weight(judged) != best or tied)
        else (compiled, judged)
        for compiled, judged in kept
    ]


def _weight(judged: Judged) -> tuple[int, bool]:
    return (_ORDER.index(judged.standing), not judged.changed)


def _lowered(judged: Judged) -> Judged:
    return replace(judged, standing=Standing.POSSIBLE)


def _fits(reason: Reason, case: Case) -> bool:
    told = case.failure_class in reason.explains or (EVERYTHING in reason.explains and case.failure is not None)
    return told or not case.symptoms.isdisjoint(reason.symptoms)


def _judged(compiled: CompiledReason, case: Case, happened: Happenings) -> tuple[CompiledReason, Judged] | None:
    if not _fits(compiled.reason, case):
        return None
    variables = _with_happenings(compiled.reason, case, happened)
    standing = judge(compiled, variables)
    if standing is None:
        return None
    against, beside = tuple(_against(compiled, variables)), tuple(_answering(compiled.reason, variables))
    if "misled" in case.symptoms and "misled" in compiled.reason.symptoms:
        beside = ()  # what answered was called by another name
    if (against or beside) and standing is Standing.LIKELY:
        standing = Standing.POSSIBLE
    changed = bool(variables.get("changes") or variables.get("events"))
    return compiled, Judged(case, standing, changed, variables, against, beside)


def _with_happenings(reason: Reason, case: Case, happened: Happenings) -> dict[str, Json]:
    changed = happened.changed(reason.changes, case.surrounding) if reason.changes is not None else None
    events = happened.done(reason.events, case.surrounding) if reason.events is not None else None
    variables = dict(case.variables)
    if changed is not None:
        variables["changes"] = list(changed)
    if events is not None:
        variables["events"] = list(events)
    return variables


def _against(compiled: CompiledReason, variables: dict[str, Json]) -> Iterator[str]:
    facts = bind(variables)
    for rule, says in compiled.against:
        if _is(rule, facts):
            yield rendered(says, variables) or says


def _answered(reason: Reason, judged: Iterable[Judged]) -> Iterator[str]:
    """What speaks against it that answered all the same, in one sentence."""
    names = sorted({name for one in judged for name in one.beside})
    if names:
        place = {"account": " on the same account", "region": " in the same region"}.get(reason.reach, "")
        yield f"{listed(names)}{place} answered."


def _answering(reason: Reason, variables: Mapping[str, Json]) -> list[str]:
    """Deployments that would fail too, were it so."""
    everywhere = ("answer_in_region", "answer_elsewhere")
    members = {"account": ("answer_on_account",), "region": everywhere[:1], "machine": everywhere}
    members["subscription"] = everywhere
    return [
        name for member in members.get(reason.reach, ()) for name in texts(dig(variables.get("call"), member)) or ()
    ]


def _of_everything(of: Cases, known: tuple[CompiledReason, ...]) -> Iterator[tuple[str, Reason, Judged]]:
    """Causes that need nothing to fail: what ails the reading itself, and not the calls."""
    plain: dict[str, Json] = {"call": {}, "seen": of.seen, "subscription": of.subscription, "now": of.now}
    nobody = Case(name="", id="", variables=plain)
    for compiled in known:
        asked = compiled.reason.explains or compiled.reason.symptoms
        standing = None if asked else judge(compiled, plain)
        if standing is not None:
            yield compiled.reason.id, compiled.reason, Judged(nobody, standing, changed=False, variables=plain)


def _cause(found: _Found, all_: Mapping[str, _Found], of: Cases, known: tuple[CompiledReason, ...]) -> Cause:
    first = min(found.judged, key=lambda one: _ORDER.index(one.standing))
    explains = tuple(sorted({one.case.name for one in found.judged if one.case.ill}))
    if found.reason is None:
        return _base(found, first, explains, known)
    reason = found.reason
    surest = [one for one in found.judged if one.standing is found.standing]
    against = dict.fromkeys((*(words for one in surest for words in one.against), *_answered(reason, surest)))
    alike = [name for name in reason.like if name in all_]
    return Cause(
        id=reason.id,
        title=reason.title,
        standing=found.standing,
        whose=reason.whose,
        explains=explains,
        evidence=tuple(unique(evidence(reason, found.judged)))[:MOST],
        against=tuple(Telltale(says=words) for words in against),
        next_steps=steps(reason, first.variables, text((first.case.failure or {}).get("next_step")), of.now),
        tells_apart=reason.apart if found.standing is not Standing.CONFIRMED or alike else None,
    )


def _base(found: _Found, first: Judged, explains: tuple[str, ...], known: tuple[CompiledReason, ...]) -> Cause:
    failure = first.case.failure or {}
    step = str(failure.get("next_step") or "")
    said = (
        Telltale(says=str(one.case.failure["cause"]), source=one.case.source)
        for one in found.judged
        if one.case.failure
    )
    call = first.variables.get("call")
    answering = texts(dig(call, "answer_on_account")) or []
    return Cause(
        id=found.id,
        title=str(failure.get("title") or found.id),
        standing=found.standing,
        whose=_owner(failure.get("whose")),
        explains=explains,
        evidence=tuple(unique(said))[:MOST],
        against=(Telltale(says=f"{listed(answering)} on the same account answered."),) if answering else (),
        next_steps=(as_step(step),) if step else (),
        tells_apart=_undecided(found.id, first, known),
    )


def _undecided(name: str, first: Judged, known: tuple[CompiledReason, ...]) -> str | None:
    """What would decide whether something more precise is behind a failure; None where nothing more is known."""
    behind = [one for one in known if name in one.reason.explains and one.ruled_out is not None]
    behind += [one for one in known if name in one.reason.explains and one.ruled_out is None]
    facts = bind(dict(first.variables))
    return next((one.reason.apart for one in behind if not _is(one.ruled_out, facts)), None)


def _owner(whose: object) -> Owner:
    known: dict[str, Owner] = {"ours": "ours", "network": "network", "azure": "azure"}
    return known.get(str(whose), "unknown")
