"""What holds of whole worlds, whatever is hidden, added or garbled: knowing less or worse never makes anything pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from auditor.collect import COLLECTORS
from auditor.finding import Finding, Fix, Outcome
from auditor.judgement import judge
from auditor.policy.dependencies import dependents, load_dependencies
from auditor.policy.evaluate import evaluate
from auditor.policy.waivers import NO_WAIVERS
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Resource, Snapshot
from tests.conftest import audit_world
from tests.stage import WHOLE

WORLDS = ("healthy", "release")

OURS = {"attestation", "probe", "required_actions"}
"""Kinds whose bodies the auditor writes itself."""

Outcomes = dict[tuple[str, str], Outcome]


@cache
def snapshot(world: str) -> Snapshot:
    return audit_world(world, packs=[WHOLE.pack]).audit.snapshot


@cache
def outcomes(world: str) -> Outcomes:
    return by_subject(judged(snapshot(world)))


def judged(seen: Snapshot) -> tuple[Finding, ...]:
    return evaluate(seen, Settings.model_validate(seen.settings), WHOLE.policy, NO_WAIVERS)


def words(findings: tuple[Finding, ...]) -> set[tuple[str, str, str, Fix | None]]:
    return {(one.check, one.subject.id, one.message, one.fix) for one in findings}


def by_subject(findings: tuple[Finding, ...]) -> Outcomes:
    return {(finding.check, finding.subject.id): finding.outcome for finding in findings}


@cache
def reads(world: str) -> tuple[tuple[str, str], ...]:
    """Kind and scope of everything that Azure was asked for."""
    seen = snapshot(world)
    listed = {(one.kind, one.scope) for one in seen.listings}
    under = {kind for kind, _ in listed}
    single = {(one.kind, one.id) for one in seen.resources if one.kind not in under}
    return tuple(sorted(read for read in listed | single if read[0] not in OURS))


def hidden(seen: Snapshot, *lost: tuple[str, str]) -> Snapshot:
    """The snapshot of a run in which these reads were refused."""
    gaps = [
        Gap(id=f"gap {kind} {scope}", kind=kind, scope=scope, reason=GapReason.DENIED, detail="no", next_step="ask")
        for kind, scope in lost
    ]
    return seen.model_copy(
        update={
            "resources": tuple(
                one for one in seen.resources if not {(one.kind, one.parent or ""), (one.kind, one.id)} & set(lost)
            ),
            "listings": tuple(one for one in seen.listings if (one.kind, one.scope) not in lost),
            "gaps": (*seen.gaps, *gaps),
        }
    )


@pytest.mark.parametrize("world", WORLDS)
@bounded(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data())
def test_what_was_not_seen_makes_an_answer_unknown_and_never_another(world: str, data: st.DataObject) -> None:
    """Any reads, refused together: each finding is what it was, or unknown, or without its subject."""
    lost = data.draw(st.lists(st.sampled_from(reads(world)), min_size=1, max_size=8, unique=True))
    before, after = outcomes(world), by_subject(judged(hidden(snapshot(world), *lost)))
    changed = {key: (before[key], now) for key, now in after.items() if key in before and now is not before[key]}
    assert {key: turned for key, turned in changed.items() if turned[1] is not Outcome.UNKNOWN} == {}


@pytest.mark.parametrize("world", WORLDS)
@bounded(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_evidence_adds_up_whatever_was_refused(world: str, data: st.DataObject) -> None:
    """Counts of checks to findings, populations to what is kept, and a second count only where its source was read."""
    lost = data.draw(st.lists(st.sampled_from(reads(world)), max_size=8, unique=True))
    seen = hidden(snapshot(world), *lost)
    made = judge(seen, Settings.model_validate(seen.settings), WHOLE.policy, NO_WAIVERS, run_id="test")
    counted = Counter(made.counts)
    for check in made.policy.checks:
        counted.subtract(check.counts)
    assert not any(counted.values())
    kept = Counter(one.kind for one in seen.resources)
    assert {one.kind: one.count for one in made.population if one.count} == kept - Counter({"required_actions": 1})
    population = {one.kind: one for one in made.population}
    refused = {kind for kind, _ in lost}
    assert population["account"].second is None or "arm_resource" not in refused
    assert population["account"].reconciled is not False or "account" in refused
    readings = {one.id for one in made.readings}
    assert {one for finding in made.findings for one in finding.readings} <= readings


@pytest.mark.parametrize("world", WORLDS)
@bounded(max_examples=10, deadline=None, derandomize=True)
@given(data=st.data())
def test_one_refused_read_changes_only_what_needs_it(world: str, data: st.DataObject) -> None:
    """As policies/dependencies.yaml tells."""
    kind, scope = data.draw(st.sampled_from([read for read in reads(world) if read[0] in load_dependencies()]))
    after = by_subject(judged(hidden(snapshot(world), (kind, scope))))
    changed = {check for (check, who), outcome in outcomes(world).items() if after.get((check, who)) is not outcome}
    assert changed <= set(dependents(WHOLE.policy.checks, load_dependencies()[kind]))


@pytest.mark.parametrize("world", WORLDS)
def test_members_that_no_description_lists_change_nothing(world: str) -> None:
    """One in every object of every body at once."""
    seen = snapshot(world)
    more = [one if one.kind in OURS else one.model_copy(update={"body": _more(one.body)}) for one in seen.resources]
    after = judged(seen.model_copy(update={"resources": tuple(more)}))
    assert by_subject(after) == outcomes(world)
    assert words(after) == words(judged(seen))


MAPS = {"tags", "userAssignedIdentities", "dimensions"}
"""Members whose keys are names of things: another key there is another thing."""


def _more(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        unheard = {} if name in MAPS else {"xUnheardOf": {"x": [1, None]}}
        return {**{key: _more(member, key) for key, member in value.items()}, **unheard}
    return [_more(item) for item in value] if isinstance(value, list) else value


Step = str | int
Place = tuple[Step, ...]


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Every path into a body."""
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        yield (*above, step)
        yield from places(below, (*above, step))


def wronged(body: Any, place: Place, wrong: str) -> Any:
    """The body with the member gone, null, of another type, or an enumeration's word in another case."""
    changed = deepcopy(body)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    value = holder[place[-1]]
    if wrong == "gone":
        del holder[place[-1]]
    elif wrong == "null":
        holder[place[-1]] = None
    elif wrong == "type":
        holder[place[-1]] = {"x": 1} if isinstance(value, str | list) else "x" if value is not None else [1]
    elif isinstance(value, str):
        holder[place[-1]] = value.swapcase()
    return changed


@cache
def schematic(world: str) -> tuple[tuple[int, Place], ...]:
    """One place for each path that bodies of a kind have: which resource, and where in it."""
    found: dict[tuple[str, Place], tuple[int, Place]] = {}
    for number, one in enumerate(snapshot(world).resources):
        if one.kind not in OURS:
            for place in places(one.body):
                shape = tuple("[]" if isinstance(step, int) else step for step in place)
                found.setdefault((one.kind, shape), (number, place))
    return tuple(found.values())


def garbled(world: str, number: int, place: Place, wrong: str) -> tuple[Resource, tuple[Finding, ...]]:
    seen = snapshot(world)
    one = seen.resources[number]
    bad = one.model_copy(update={"body": wronged(one.body, place, wrong)})
    resources = (*seen.resources[:number], bad, *seen.resources[number + 1 :])
    return one, judged(seen.model_copy(update={"resources": resources}))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("wrong", ["null", "type", "case", "gone"])
@bounded(max_examples=6, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_garbled_value_never_crashes_a_check_and_never_mends_one(world: str, wrong: str, data: st.DataObject) -> None:
    """At any path of any kind; the same places in every run of this test."""
    number, place = data.draw(st.sampled_from(schematic(world)))
    _, findings = garbled(world, number, place, wrong)
    assert [finding.check for finding in findings if "the check crashed" in finding.message] == []
    assert mended(world, findings) == set()


AT_ONCE = 8
"""Paths of one kind that are garbled together: one after the other they would take minutes."""

NONE_BY_NULL = {
    ("account", ("properties", "privateEndpointConnections")),
    ("diagnostic_setting", ("properties", "workspaceId")),
}
"""Where null is Azure's own word for none: what is gone fails no check."""


def batches(world: str, wrong: str) -> list[list[tuple[int, Place]]]:
    """Every path of every kind, some of each kind together."""
    by_kind: dict[str, list[tuple[int, Place]]] = {}
    for number, place in schematic(world):
        kind = snapshot(world).resources[number].kind
        if wrong != "null" or (kind, place) not in NONE_BY_NULL:
            by_kind.setdefault(kind, []).append((number, place))
    longest = max(map(len, by_kind.values()))
    return [
        [one for those in by_kind.values() for one in those[start : start + AT_ONCE]]
        for start in range(0, longest, AT_ONCE)
    ]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("wrong", ["null", "type", "case"])
def test_no_path_of_any_kind_can_be_garbled_so_that_a_check_crashes_or_passes(world: str, wrong: str) -> None:
    """All of them, once each: what a check reads and what none does."""
    seen = snapshot(world)
    for batch in batches(world, wrong):
        resources = list(seen.resources)
        for number, place in sorted(batch, key=lambda one: -len(one[1])):  # the inner ones first
            one = resources[number]
            resources[number] = one.model_copy(update={"body": wronged(one.body, place, wrong)})
        findings = judged(seen.model_copy(update={"resources": tuple(resources)}))
        assert [finding.check for finding in findings if "the check crashed" in finding.message] == [], batch
        assert mended(world, findings) == set(), batch


def test_every_kind_that_is_read_is_garbled() -> None:
    """Nothing is left out because neither world has one."""
    kinds = {snapshot(world).resources[number].kind for world in WORLDS for number, _ in schematic(world)}
    assert {collector.kind for collector in COLLECTORS} - kinds == {"deleted_account"}, "nobody deleted any"


def mended(world: str, findings: tuple[Finding, ...]) -> set[str]:
    """Checks that failed and now pass, of a subject."""
    before = outcomes(world)
    return {
        finding.check
        for finding in findings
        if finding.outcome is Outcome.PASS and before.get((finding.check, finding.subject.id)) is Outcome.FAIL
    }
