"""Facts quoted as evidence: the value that was judged, bounded in size, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.finding import Fact
from auditor.policy.facts.part import Note
from auditor.policy.paths import Missing, Path, around, written
from auditor.record import Json

NOT_KNOWN = "not known"

MAX_TEXT = 500
"""Characters of a quoted text."""

MAX_ITEMS = 20
"""Items of a quoted list, members of a quoted object."""

MAX_DEPTH = 5


def fact(path: Path, value: Json | Missing, told: Note | None) -> Fact:
    """What stands at the path, or that nothing does; `told` is why."""
    note, source = told or (None, None)
    if isinstance(value, Missing):
        return Fact(path=written(path), note=note or NOT_KNOWN, source=source)
    short = bounded(value)
    if short != value:
        note = f"{note}; shortened" if note else "shortened"
    return Fact(path=written(path), value=short, note=note or None, source=source)


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
