"""Which facts are lost where one kind of read is refused: derived from runs over the sandbox's healthy world.

The join of a snapshot says itself, path by path, which gap hides what. So nothing here knows of any fact or check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from auditor.policy.facts import SubjectFacts, join
from auditor.record import Json
from auditor.settings import Settings
from auditor.snapshot import Snapshot
from tests.stage import WHOLE, made, run, staged_for, without

ASKED = WHOLE.kinds
"""The kinds that a whole audit reads of Resource Manager."""

NO_CALLS = "call-no-role"
"""The fault in which every data action is refused."""


def derived() -> dict[str, dict[str, list[str]]]:
    """Kind → what its reads tell, as policies/dependencies.yaml has it; last what the live calls tell."""
    return {**{kind: told_by(kind) for kind in ASKED}, "probe": told_by_calls()}


def told_by(kind: str) -> dict[str, list[str]]:
    """What the reads of one kind tell."""
    before = subjects(run(WHOLE, *staged_for(kind)).audit.snapshot)
    return _told(kind, before, without(WHOLE, kind).audit.snapshot)


def told_by_calls() -> dict[str, list[str]]:
    """What the live calls tell."""
    healthy = subjects(run(WHOLE).audit.snapshot)
    called = _changed(healthy, subjects(run(WHOLE, NO_CALLS).audit.snapshot))
    later = subjects(made(WHOLE).audit.snapshot)
    passed = _changed(healthy, later)  # what differs from run to run: dates, latencies, ids of requests
    objects = {_told_by_calls(path) for path in called - passed if not path.startswith(AGES)}
    return {"hides": sorted(one for one in objects if not objects & _above(one))}


AGES = "account.keys."
"""Counted in days of the clock: two runs may lie on two sides of a day's end."""


def subjects(snapshot: Snapshot) -> tuple[SubjectFacts, ...]:
    return join(snapshot, Settings.model_validate(snapshot.settings))


def _told_by_calls(path: str) -> str:
    """A probe whole, of whatever in it the path tells; any other path is itself."""
    root, member, *below = path.split(".")
    return f"{root}.{member}.{below[0]}" if member == "probe" and below else path


def _told(kind: str, healthy: Sequence[SubjectFacts], snapshot: Snapshot) -> dict[str, list[str]]:
    kinds = {gap.id: gap.kind for gap in snapshot.gaps}
    left = subjects(snapshot)
    hidden = {path for one in left for path, gap in one.absences.items() if kinds[gap] == kind}
    hidden |= {_root(one) for one in healthy if (one.kind, one.id) not in {(other.kind, other.id) for other in left}}
    spared = {path for top in hidden for path in _known_below(top, left)}
    return {"hides": sorted(hidden), **({"spares": sorted(spared)} if spared else {})}


def _root(subject: SubjectFacts) -> str:
    """The variable that holds the subject itself."""
    return next(iter(subject.variables))


def _known_below(top: str, left: Iterable[SubjectFacts]) -> set[str]:
    """What is known below a hidden path in every subject in which it is hidden."""
    each = [
        {path for root, facts in one.variables.items() for path, _ in _leaves(facts, root) if top in _above(path)}
        for one in left
        if top in one.absences
    ]
    return set.intersection(*each) if each else set()


def _leaves(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}")
    elif value != {}:
        yield path, value


def _changed(before: Sequence[SubjectFacts], after: Sequence[SubjectFacts]) -> set[str]:
    """The paths at which the same subjects' values are not what they were."""
    found = set()
    for one, other in zip(before, after, strict=True):
        assert one.id == other.id
        then, now = (
            dict(leaf for root, facts in each.variables.items() for leaf in _leaves(facts, root))
            for each in (one, other)
        )
        found |= {path for path in then.keys() | now.keys() if then.get(path) != now.get(path)}
    return found


def _above(path: str) -> set[str]:
    """Every path that the path lies below."""
    steps = path.split(".")
    return {".".join(steps[:end]) for end in range(1, len(steps))}
