"""Careful reading of JSON whose shape is only expected: what is not there, or not of its type, is None."""

from __future__ import annotations

from math import isfinite
from operator import is_
from typing import Any

from auditor.record import Json, JsonObject

MAX_DEPTH = 64
"""Deeper than any answer of the service; below it nulls are left alone."""


def dig(value: Any, *path: str) -> Any:
    """The member at the end of the path, or None where any step of it is missing or not an object."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: Any) -> str | None:
    """The value if it is a string that is not empty."""
    return value if isinstance(value, str) and value else None


def number(value: Any) -> float | int | None:
    """The value if it is a finite number; true and false are none."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def whole(value: Any) -> int | None:
    """The value if it is a whole number; 60.0 is one, as the service writes it."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def objects(value: Any) -> list[JsonObject] | None:
    """The value if it is a list of nothing but objects."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    return value


def texts(value: Any) -> list[str] | None:
    """The value if it is a list of nothing but strings."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return value


def without_nulls(value: Any, depth: int = 0) -> Any:
    """The value with every null member of every object left out; the same object where there is none."""
    if depth >= MAX_DEPTH or not (depth or _holds_null(value)):
        return value
    if isinstance(value, dict):
        members = {name: _bare(item, depth) for name, item in value.items() if item is not None}
        same = len(members) == len(value) and all(map(is_, members.values(), value.values()))
        return value if same else members
    if isinstance(value, list):
        items = [_bare(item, depth) for item in value]
        return value if all(map(is_, items, value)) else items
    return value


def _holds_null(value: Any) -> bool:
    """Whether there is a null anywhere in it, as there seldom is."""
    level = [value]
    while level:
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        if None in below:
            return True
        level = below
    return False


def _bare(value: Any, depth: int) -> Any:
    return without_nulls(value, depth + 1) if isinstance(value, dict | list) else value


def excerpt(value: Json) -> str:
    """The value in a few words, for a note; names of members are left out, since they may be anything."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    shown = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return shown if len(shown) <= 60 else shown[:59] + "…"  # noqa: PLR2004 - a line of a report
