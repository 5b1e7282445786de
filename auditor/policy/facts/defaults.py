"""Documented defaults filled in, words in the API's casing, what nobody understands left out; snapshots stay raw."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final

from auditor.policy.facts.known import KNOWN, NONE, Known
from auditor.policy.facts.shape import excerpt, number, whole, without_nulls
from auditor.record import Json, JsonObject

ABSENT: Final = object()
"""No value: unlike None, which JSON has."""


def fill(kind: str, body: JsonObject, *, whole: bool = True) -> tuple[JsonObject, dict[str, tuple[str, str]]]:
    """The object without its nulls and with documented defaults, and a note on each member that is not as it came.

    The notes map a dotted path within the object to (what was assumed or not understood, the page that documents it).
    Words that the API documents are given its casing. What a known member says in another word or type is left out:
    nobody knows what it means. Defaults are filled in only where `properties` was read, and only into a `whole` answer:
    a list may leave out what a read of the single object tells. Never raises, whatever the shape.
    """
    notes: dict[str, tuple[str, str]] = {}
    bare = without_nulls(body)
    filling = whole and isinstance(bare.get("properties"), dict)
    return _object(_TREES.get(kind, _Member()), bare, "", filling=filling, notes=notes), notes


@dataclass
class _Member:
    """One step of the known paths of a kind, with what lies below it."""

    known: Known | None = None
    members: dict[str, _Member] = field(default_factory=dict)
    element: _Member | None = None


def _trees() -> dict[str, _Member]:
    trees: dict[str, _Member] = {}
    for known in KNOWN:
        step = trees.setdefault(known.kind, _Member())
        for name in known.path.split("."):
            step = step.members.setdefault(name.removesuffix("[]"), _Member())
            if name.endswith("[]"):
                step.element = step.element or _Member()
                step = step.element
        step.known = known
    return trees


_TREES: Final = _trees()

_Notes = dict[str, tuple[str, str]]


def _object(member: _Member, raw: JsonObject, path: str, *, filling: bool, notes: _Notes) -> JsonObject:
    settled = dict(raw)
    for name, below in member.members.items():
        here = f"{path}.{name}" if path else name
        value = (
            _understood(below, raw[name], here, filling=filling, notes=notes)
            if name in raw
            else _assumed(below, here, filling=filling, notes=notes)
        )
        if value is ABSENT:
            settled.pop(name, None)
        else:
            settled[name] = value
    return settled


def _assumed(member: _Member, path: str, *, filling: bool, notes: _Notes) -> Any:
    """The documented default of what is absent, or of the members that it would have."""
    known = member.known
    if known is not None and known.default is not NONE and filling:
        note = (f"absent; documented default {_shown(known.default)}", known.page)
        below = known.default if isinstance(known.default, dict) else {}
        notes.update({path: note, **{f"{path}.{name}": note for name in below}})
        return copy(known.default)
    if member.members and filling:
        steps = {name: step for name, step in member.members.items() if step.known is None or not step.known.beside}
        return _object(_Member(members=steps), {}, path, filling=True, notes=notes) or ABSENT
    return ABSENT


def _understood(member: _Member, raw: Any, path: str, *, filling: bool, notes: _Notes) -> Any:
    """The value as the API documents it, or nothing (and a note) where it says what no page explains."""
    value: Any
    if member.members:
        value = _object(member, raw, path, filling=filling, notes=notes) if isinstance(raw, dict) else ABSENT
    else:
        value = _leaf(member.known, raw)
    if value is not ABSENT and member.element is not None:
        value = _elements(member.element, value, path, filling=filling, notes=notes)
    if value is ABSENT:
        notes[path] = (f"not understood: {excerpt(raw)}", _page(member))
    return value


def _elements(member: _Member, raw: list[Any], path: str, *, filling: bool, notes: _Notes) -> Any:
    """Each element settled; a list of which one element is of no known type is not understood at all."""
    settled = []
    for position, item in enumerate(raw):
        if member.members and not isinstance(item, dict):
            return ABSENT
        if not member.members and _leaf(member.known, item) is ABSENT:
            return ABSENT
        settled.append(_understood(member, item, f"{path}[{position}]", filling=filling, notes=notes))
    return settled


def _leaf(known: Known | None, raw: Any) -> Any:
    """The value where its type and words are known ones."""
    if known is None:
        return raw if isinstance(raw, list) else ABSENT
    if isinstance(known.values, tuple):
        return _word(known.values, raw, several=known.several)
    if known.values is float:
        return ABSENT if number(raw) is None else raw
    if known.values is int:
        found = whole(raw)
        return ABSENT if found is None else found
    return raw if isinstance(raw, known.values) else ABSENT


def _word(words: tuple[str, ...], raw: Any, *, several: bool) -> Any:
    """The word in the API's casing; where there may be several, each once, in the API's order."""
    if not isinstance(raw, str):
        return ABSENT
    spelled = {word.lower(): word for word in words}
    said = {spelled.get(part.strip().lower()) for part in (raw.split(",") if several else [raw])}
    if None in said or (len(said) > 1 and "None" in said):
        return ABSENT
    return ", ".join(word for word in words if word in said)


def _page(member: _Member) -> str:
    """The page of a member, or of the first below it."""
    if member.known is not None:
        return member.known.page
    below = [*member.members.values(), *([member.element] if member.element else [])]
    return _page(below[0])


def _shown(default: Json) -> str:
    if isinstance(default, dict):
        return ", ".join(_shown(value) for value in default.values()) or "none"
    return str(default).lower() if isinstance(default, bool) else str(default) if default else "none"
