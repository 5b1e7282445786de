"""Facts quoted as evidence: the value that was judged, bounded in size, with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from auditor.finding import Fact
from auditor.policy.expression import PARAMETERS
from auditor.policy.facts import SubjectFacts
from auditor.policy.facts.part import Note
from auditor.policy.paths import Missing, Path, around, follow, written
from auditor.record import Json

NOT_KNOWN = "not known"

MAX_TEXT = 500
"""Characters of a quoted text."""

MAX_ITEMS = 20
"""Items of a quoted list, members of a quoted object."""

MAX_DEPTH = 5


class Quotes:
    """What the findings of a run quote; facts that say the same are one fact, however many findings quote it."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Fact] = {}

    def fact(self, path: Path, value: Json | Missing, told: Note | None) -> Fact:
        """What stands at the path, or that nothing does; `told` is why."""
        if isinstance(value, float | list | dict):  # seldom said twice; and 0.0 equals -0.0
            return _fact(path, value, told)
        key = (path, type(value), None if isinstance(value, Missing) else value, told)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = _fact(path, value, told)
        return found


class Witness:
    """What the findings on one subject quote and rest on; a path that several of them show is looked up once."""

    def __init__(self, subject: SubjectFacts, variables: dict[str, Json], quotes: Quotes) -> None:
        self._subject = subject
        self._variables = variables
        self._quotes = quotes
        self._facts: dict[Path, Fact] = {}
        self._readings: dict[Path, tuple[str, ...]] = {}

    def facts(self, paths: Iterable[Path], parameters: Mapping[str, Json]) -> tuple[Fact, ...]:
        """What stands at each path, and why it is so where the subject's notes tell; `parameters` are the check's."""
        return tuple(
            [self._parameter(path, parameters) if path[0] == PARAMETERS else self._fact(path) for path in paths]
        )

    def readings(self, paths: Iterable[Path]) -> list[str]:
        """Those that told what stands at the paths, in their order; what told several stands there as often."""
        return [reading for path in paths for reading in self._told_by(path)]

    def _fact(self, path: Path) -> Fact:
        found = self._facts.get(path)
        if found is None:
            value = follow(path, self._variables)
            found = self._facts[path] = self._quotes.fact(path, value, note_on(path, self._subject.notes))
        return found

    def _parameter(self, path: Path, parameters: Mapping[str, Json]) -> Fact:
        value = follow(path, {PARAMETERS: dict(parameters)})
        return self._quotes.fact(path, value, note_on(path, self._subject.notes))

    def _told_by(self, path: Path) -> tuple[str, ...]:
        found = self._readings.get(path)
        if found is None:
            those = around(path, self._subject.readings)
            found = self._readings[path] = those[0] if len(those) == 1 else tuple(chain.from_iterable(those))
        return found


def note_on(path: Path, notes: Mapping[str, Note]) -> Note | None:
    """Why the value at a path is what it is, or why it is not there, and the page that tells."""
    found = around(path, notes)
    return found[0] if len(found) == 1 else None


def bounded(value: Json, depth: int = 0) -> Json:
    """The value, or as much of it as fits into a report."""
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}…"
    if isinstance(value, dict | list) and depth >= MAX_DEPTH:
        return "…" if value else value
    if isinstance(value, dict):
        members = list(value.items())[:MAX_ITEMS]
        return {name[:MAX_TEXT]: bounded(member, depth + 1) for name, member in members}
    if isinstance(value, list):
        return [bounded(item, depth + 1) for item in value[:MAX_ITEMS]]
    return value


def _fact(path: Path, value: Json | Missing, told: Note | None) -> Fact:
    note, source = told or (None, None)
    if isinstance(value, Missing):
        return Fact(path=written(path), note=note or NOT_KNOWN, source=source)
    short = bounded(value)
    if short != value:
        note = f"{note}; shortened" if note else "shortened"
    return Fact(path=written(path), value=short, note=note or None, source=source)
