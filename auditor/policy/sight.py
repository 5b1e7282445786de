"""What the checks of one kind of subject look at, looked up once for each object that several subjects share.

Of each object (an account, a workload, …) the checks see three rows, and each check picks its columns from them: a
token for each value that a rule names, the facts that are quoted, and the readings that told these.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from operator import itemgetter
from typing import Any, TypeVar, cast

from auditor.finding import Fact
from auditor.policy.facts.part import Note, Part
from auditor.policy.paths import ITEMS, Missing, Path, follow, names_around
from auditor.policy.quote import SharedFacts
from auditor.record import Json

Cell = TypeVar("Cell")
Pick = Callable[[Sequence[Cell]], tuple[Cell, ...]]
"""The columns of one check, out of a row of all of them."""


@dataclass(frozen=True)
class Broken:
    """Stands where a fact could not be quoted."""

    error: Exception


Quote = Fact | Broken

MAX_SEEN = 1024
"""Objects whose sight is remembered; to look again costs no more than the first time."""


@dataclass(frozen=True)
class Sight:
    """What is seen of one object, or of all those of a subject; the columns are those of its `Looks`."""

    tokens: list[int]
    """Of each value that rules name; two values of one token are the same to every rule."""
    facts: list[Quote]
    told: list[tuple[str, ...]]
    """Of each fact the ids of the readings that told it."""


class Tokens:
    """Values by number: the same number for the same value of the same types, never for 1 and 1.0 or true."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._next = count()

    def of(self, value: Json | Missing, variables: dict[str, Json]) -> int:
        """The number of what stands at a path of the variables, or of how far they reach towards it."""
        try:
            written = marshal.dumps([value] if not isinstance(value, Missing) else _reach(value, variables), 2)
        except ValueError:  # nested too deep, or of no type of JSON's own: equal to nothing else
            return next(self._next)
        number = self._numbers.get(written)
        if number is None:
            number = self._numbers[written] = next(self._next)
        return number


class Looks:
    """Where the checks of one kind look."""

    def __init__(self, roots: Sequence[str], named: Iterable[Path], shown: Iterable[Path], shared: SharedFacts) -> None:
        self._roots = roots
        self._named = _by_root(roots, map(_members, named))
        self._shown = _by_root(roots, shown)
        self._named_at = _columns(self._named)
        self._shown_at = _columns(self._shown)
        self._every = {root: list(dict.fromkeys([*self._named[root], *self._shown[root]])) for root in roots}
        self._shared = shared
        self._names: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        """Root and all names under it of which something is told → those that tell of each path that is shown."""
        self._seen: dict[tuple[str, int], tuple[Part | None, Sight]] = {}
        """Root and identity of an object → the object, held so that no other takes its identity, and the sight."""

    def named(self, paths: Iterable[Path]) -> Pick[int]:
        """The tokens of what a check's rules name; what is the same for all subjects has none."""
        return _pick(self._named_at[path] for path in _topmost(map(_members, paths)) if path in self._named_at)

    def shown(self, paths: Iterable[Path], constants: dict[str, Json]) -> Pick[Quote]:
        """The facts at these paths, of which those of the `constants` (root → value) are quoted once and for all."""
        cells = [(self._shown_at.get(path, -1), self._constant(path, constants)) for path in paths]
        if all(fixed is None for _, fixed in cells):
            return _pick(at for at, _ in cells)
        return lambda row: tuple([row[at] if fixed is None else fixed for at, fixed in cells])

    def told(self, paths: Iterable[Path]) -> Pick[tuple[str, ...]]:
        """The readings of the facts at these paths."""
        return _pick(self._shown_at[path] for path in paths if path in self._shown_at)

    def at(self, parts: Mapping[str, Part], tokens: Tokens) -> Sight:
        """All that is seen of a subject."""
        each = [self._of(root, parts.get(root), tokens) for root in self._roots]
        return Sight(
            list(chain.from_iterable([one.tokens for one in each])),
            list(chain.from_iterable([one.facts for one in each])),
            list(chain.from_iterable([one.told for one in each])),
        )

    def _of(self, root: str, part: Part | None, tokens: Tokens) -> Sight:
        known = self._seen.get((root, id(part)))
        if known is None:
            if (
                len(self._seen) >= MAX_SEEN
            ):  # subjects come by id, those that share an object mostly one after the other
                self._seen.clear()
            known = self._seen[root, id(part)] = (part, self._look(root, part, tokens))
        return known[1]

    def _look(self, root: str, part: Part | None, tokens: Tokens) -> Sight:
        variables: dict[str, Json] = {root: part.facts} if part is not None else {}
        values = {path: follow(path, variables) for path in self._every[root]}
        notes, readings = (part.notes, part.readings) if part is not None else ({}, {})
        shown = self._shown[root]
        noted = [notes[names[0]] if len(names) == 1 else None for names in self._names_around(root, notes)]
        told = [
            readings[names[0]] if len(names) == 1 else tuple(chain.from_iterable([readings[name] for name in names]))
            for names in self._names_around(root, readings)
        ]
        return Sight(
            [tokens.of(values[path], variables) for path in self._named[root]],
            [self._quote(path, values[path], note) for path, note in zip(shown, noted, strict=True)],
            told,
        )

    def _names_around(self, root: str, told: Collection[str]) -> list[tuple[str, ...]]:
        """Looked up once for all objects of which the same is told, as it is of most."""
        key = (root, *told)
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = [names_around(path, told) for path in self._shown[root]]
        return found

    def _constant(self, path: Path, constants: dict[str, Json]) -> Quote | None:
        return None if path in self._shown_at else self._quote(path, follow(path, constants), None)

    def _quote(self, path: Path, value: Json | Missing, note: Note | None) -> Quote:
        try:
            return self._shared.fact(path, value, note)
        except Exception as error:  # noqa: BLE001 - only the checks that show it are to suffer
            return Broken(error)


def whole(quotes: tuple[Quote, ...]) -> tuple[Fact, ...]:
    """The facts; raises what kept one of them from being quoted."""
    if Broken in map(type, quotes):
        raise next(each.error for each in quotes if isinstance(each, Broken))
    return cast("tuple[Fact, ...]", quotes)


def _reach(missing: Missing, variables: dict[str, Json]) -> tuple[Any, ...]:
    """Which step is missing, and of what, where that is no object: a rule that asks it fails in another way."""
    above = follow(missing.path[:-1], variables)
    return (missing.path,) if isinstance(above, dict) else (missing.path, above)


def _members(path: Path) -> Path:
    """As much of a path as goes through objects; the list at its end is looked at whole."""
    return path[: next((at for at, step in enumerate(path) if step == ITEMS or step.startswith("[")), len(path))]


def _topmost(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths that lie in no other of them, each once."""
    every = dict.fromkeys(paths)
    return (path for path in every if not any(path[:end] in every for end in range(1, len(path))))


def _by_root(roots: Sequence[str], paths: Iterable[Path]) -> dict[str, list[Path]]:
    found: dict[str, dict[Path, None]] = {root: {} for root in roots}
    for path in paths:
        if path[0] in found:
            found[path[0]][path] = None
    return {root: list(below) for root, below in found.items()}


def _columns(by_root: Mapping[str, list[Path]]) -> dict[Path, int]:
    return {path: at for at, path in enumerate(chain.from_iterable(by_root.values()))}


def _pick(columns: Iterable[int]) -> Callable[[Sequence[Cell]], tuple[Cell, ...]]:
    wanted = tuple(columns)
    if len(wanted) > 1:
        return itemgetter(*wanted)
    return lambda row: tuple([row[at] for at in wanted])
