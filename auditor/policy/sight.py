"""What the checks of one kind of subject look at, looked up once for each object that several subjects share.

Of each object (an account, a workload, …) the checks see two rows, and each check picks its columns from them: a cell
for each value that a rule names or that is quoted, and the readings that told it.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from auditor.finding import Fact
from auditor.policy.facts.part import Note, Part
from auditor.policy.paths import ITEMS, Missing, Path, follow, names_around
from auditor.policy.quote import fact
from auditor.record import Json

Column = TypeVar("Column")
Pick = Callable[[Sequence[Column]], tuple[Column, ...]]
"""The columns of one check, out of a row of all of them."""

_Sources = tuple[list[tuple[str, ...]], Pick[Any]]
"""All names of which something is told, each group once, and what spreads that over the paths that are shown."""

MAX_SEEN = 1024
"""Objects whose sight is remembered; to look again costs no more than the first time."""


class Cell:
    """What stands at a path, and why: where two objects are alike in both, it is the same cell."""

    __slots__ = ("_fact", "_path", "note", "value")

    def __init__(self, path: Path, value: Json | Missing, note: Note | None) -> None:
        self.value = value
        self.note = note
        self._path = path
        self._fact: Fact | None = None

    @property
    def fact(self) -> Fact:
        """Quoted as evidence, once for all findings that rest on it."""
        if self._fact is None:
            self._fact = fact(self._path, self.value, self.note)
        return self._fact


@dataclass(frozen=True)
class Astray(Missing):
    """A member was asked of what is no object: a rule that does so fails in another way for each such value."""

    of: Json


class Cells:
    """All cells of a path: never the same for 1 and 1.0 or true."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[object, Cell] = {}

    def cell(self, value: Json | Missing, note: Note | None) -> Cell:
        """The cell of a value that stands at the path, or of how far facts reach towards it."""
        try:
            key = (value if type(value) is str else _written(value), note)
        except ValueError:  # nested too deep, or of no type of JSON's own: equal to nothing else
            return Cell(self._path, value, note)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Cell(self._path, value, note)
        return found


@dataclass(frozen=True)
class Sight:
    """What is seen of one object, or of all those of a subject; the columns are those of its `Looks`."""

    cells: list[Cell]
    told: Sequence[tuple[str, ...]]
    """Of each fact the ids of the readings that told it."""


class Looks:
    """Where the checks of one kind look."""

    def __init__(self, roots: Sequence[str], named: Iterable[Path], shown: Iterable[Path]) -> None:
        self._roots = roots
        self._shown = _by_root(roots, shown)
        self._every = _by_root(roots, [*chain.from_iterable(self._shown.values()), *map(_members, named)])
        self._shown_at = _columns(self._shown)
        self._every_at = _columns(self._every)
        self._ways = {root: _Ways(root, paths) for root, paths in self._every.items()}
        self._cells = {root: [Cells(path).cell for path in paths] for root, paths in self._every.items()}
        self._before = {
            root: [Cell(path, Missing(path), None) for path in paths] for root, paths in self._every.items()
        }
        """Root → the cells of the object that was last looked at."""
        self._known: dict[tuple[str, ...], _Sources] = {}
        """By root and all names under it of which something is told."""
        self._seen: dict[tuple[str, int], tuple[Part | None, Sight]] = {}
        """Root and identity of an object → the object, held so that no other takes its identity, and the sight."""

    def named(self, paths: Iterable[Path]) -> Pick[Cell]:
        """The cells of what a check's rules name; what is the same for all subjects has none."""
        return self._picked(_topmost(map(_members, paths)))

    def all_of(self, named: Iterable[Path], shown: Iterable[Path]) -> Pick[Cell]:
        """The cells of what a check's rules name and of what it shows: its whole sight of a subject."""
        return self._picked(dict.fromkeys([*_topmost(map(_members, named)), *shown]))

    def shown(self, paths: Iterable[Path], constants: dict[str, Json]) -> Pick[Cell]:
        """The cells at these paths, of which those of the `constants` (root → value) are the same for all subjects."""
        cells = [(self._every_at.get(path), Cell(path, follow(path, constants), None)) for path in paths]
        return lambda row: tuple([fixed if at is None else row[at] for at, fixed in cells])

    def told(self, paths: Iterable[Path]) -> Pick[tuple[str, ...]]:
        """The readings of the facts at these paths."""
        return _pick(self._shown_at[path] for path in paths if path in self._shown_at)

    def at(self, parts: Mapping[str, Part]) -> Sight:
        """All that is seen of a subject."""
        each = [self._of(root, parts.get(root)) for root in self._roots]
        return Sight(
            list(chain.from_iterable([one.cells for one in each])),
            list(chain.from_iterable([one.told for one in each])),
        )

    def _picked(self, paths: Iterable[Path]) -> Pick[Cell]:
        return _pick(self._every_at[path] for path in paths if path in self._every_at)

    def _of(self, root: str, part: Part | None) -> Sight:
        known = self._seen.get((root, id(part)))
        if known is None:
            if len(self._seen) >= MAX_SEEN:  # subjects come by id, those that share an object mostly one by one
                self._seen.clear()
            known = self._seen[root, id(part)] = (part, self._look(root, part))
        return known[1]

    def _look(self, root: str, part: Part | None) -> Sight:
        notes, readings = (part.notes, part.readings) if part is not None else ({}, {})
        sources, spread = self._sources(root, notes)
        noted = spread([notes[names[0]] if len(names) == 1 else None for names in sources])
        noted += (None,) * (len(self._every[root]) - len(noted))  # what is only named stands last
        sources, spread = self._sources(root, readings)
        told = spread([tuple(chain.from_iterable([readings[name] for name in names])) for names in sources])
        values = self._ways[root].ends(part)
        cells = self._before[root] = [
            before if before.value is value and before.note is note else cell(value, note)
            for before, value, note, cell in zip(self._before[root], values, noted, self._cells[root], strict=True)
        ]
        return Sight(cells, told)

    def _sources(self, root: str, told: Collection[str]) -> _Sources:
        """Looked up once for all objects of which the same is told, as it is of most."""
        key = (root, *told)
        found = self._known.get(key)
        if found is None:
            each = [names_around(path, told) for path in self._shown[root]]
            at = {names: at for at, names in enumerate(dict.fromkeys(each))}
            found = self._known[key] = (list(at), _pick(at[names] for names in each))
        return found


class _Ways:
    """Many paths of one root followed at once, each object on the way looked into once."""

    def __init__(self, root: str, paths: Sequence[Path]) -> None:
        self._root = root
        members: dict[Path, dict[str, None]] = {}
        for path in paths:
            for end in range(1, len(_members(path))):
                members.setdefault(path[:end], {})[path[end]] = None
        at: dict[Path, int] = {(root,): 0}
        self._objects: list[tuple[int, list[tuple[str, Missing]]]] = []
        """Where each object stands among what was found, and its members, each with what stands for it if missing."""
        for above, names in members.items():
            self._objects.append((at[above], [(name, Missing((*above, name))) for name in names]))
            for name in names:
                at[*above, name] = len(at)
        self._ends = [at.get(path, path) for path in paths]

    def ends(self, part: Part | None) -> list[Json | Missing]:
        """What stands at each of the paths, or where the facts end."""
        found: list[Json | Missing] = [part.facts if part is not None else Missing((self._root,))]
        for at, members in self._objects:
            above = found[at]
            if isinstance(above, dict):
                found += [above.get(name, missing) for name, missing in members]
            elif isinstance(above, Missing):
                found += [above] * len(members)
            else:
                found += [Astray(missing.path, above) for _, missing in members]
        variables: dict[str, Json] = {self._root: part.facts} if part is not None else {}
        return [found[end] if isinstance(end, int) else follow(end, variables) for end in self._ends]


def _written(value: Json | Missing) -> object:
    """The same for the same value of the same types, and for the same member that is missing in the same way."""
    if isinstance(value, Astray):
        return value.path, marshal.dumps(value.of, 2)
    return value.path if isinstance(value, Missing) else marshal.dumps(value, 2)


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


def _pick(columns: Iterable[int]) -> Callable[[Sequence[Column]], tuple[Column, ...]]:
    wanted = tuple(columns)
    if len(wanted) > 1:
        return itemgetter(*wanted)
    return lambda row: tuple([row[at] for at in wanted])
