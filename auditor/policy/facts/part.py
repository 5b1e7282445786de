"""What is known of one thing, and why the rest of it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from auditor.record import JsonObject

Value = TypeVar("Value")

Note = tuple[str, str]
"""Why a value is what it is, and the page that documents it."""


@dataclass(frozen=True)
class Part:
    """Facts of one object; each path is dotted and within it, and the empty path is the object itself."""

    facts: JsonObject = field(default_factory=dict)
    absences: dict[str, str] = field(default_factory=dict)
    """Path → id of the gap because of which it, and all below it, is absent."""
    notes: dict[str, Note] = field(default_factory=dict)
    readings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def under(self, root: str) -> Part:
        """The same, with every path below `root`; the facts stay the object they are."""
        return Part(
            facts=self.facts,
            absences=_below(root, self.absences),
            notes=_below(root, self.notes),
            readings=_below(root, self.readings),
        )

    def with_member(self, name: str, member: Part) -> Part:
        """The same, with another part as a member of the object; a member of which nothing is known is left out."""
        return Part(
            facts={**self.facts, name: member.facts} if member.facts else self.facts,
            absences=_both(self.absences, _below(name, member.absences)),
            notes=_both(self.notes, _below(name, member.notes)),
            readings=_both(self.readings, _below(name, member.readings)),
        )

    def and_also(self, other: Part) -> Part:
        """Both, as one object; the other's facts win."""
        return Part(
            facts=_both(self.facts, other.facts),
            absences=_both(self.absences, other.absences),
            notes=_both(self.notes, other.notes),
            readings=_both(self.readings, other.readings),
        )


class Telling:
    """Collects the facts of one object, one after the other, while they are being derived."""

    def __init__(self) -> None:
        self._part = Part()

    def tell(self, name: str, value: Any, *, because: str | None = None, note: Note | None = None) -> None:
        """A fact; None says that it is not known, `because` of a gap if one is named."""
        if value is not None:
            self._part.facts[name] = value
        elif because is not None:
            self._part.absences[name] = because
        if note is not None:
            self._part.notes[name] = note

    def read(self, name: str, readings: Iterable[str]) -> None:
        """The readings that a fact rests on."""
        found = tuple(dict.fromkeys(readings))
        if found:
            self._part.readings[name] = found

    def done(self) -> Part:
        """All that was told."""
        return self._part


def _both(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    """The members of both, of which the other's win; an object that is there already where one of them is empty."""
    return {**one, **other} if one and other else one or other


def _below(root: str, paths: dict[str, Value]) -> dict[str, Value]:
    return {_joint(root, path): value for path, value in paths.items()} if paths else paths


@lru_cache(maxsize=4096)
def _joint(root: str, path: str) -> str:
    """One text for all objects of which the same is told, as it is of thousands."""
    return f"{root}.{path}" if path else root
