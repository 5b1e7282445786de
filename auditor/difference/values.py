"""Two JSON values side by side: every place in which they differ, as a path with both values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from auditor.record import Json

Difference = tuple[str, Json, Json]
"""A path, and what stands there on either side; None where nothing does."""

_KEYS: Final = ("id", "name", "type", "category", "value")
"""Members by which the items of a list are known to be the same item, the first that all of them have."""

_DEEP: Final = 100


def places(before: Any, after: Any, skip: Callable[[str], bool], at: str = "") -> Iterator[Difference]:
    """Each difference; `skip` turns back paths.

    The order of a list's items is no difference. Items that have an id or a name are compared one with the other.
    """
    if (at and skip(at)) or before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and at.count(".") < _DEEP:
        for key in sorted(before.keys() | after.keys()):
            yield from places(before.get(key), after.get(key), skip, f"{at}.{key}" if at else str(key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, skip, at)
    else:
        yield at, before, after


def _lists(before: list[Any], after: list[Any], skip: Callable[[str], bool], at: str) -> Iterator[Difference]:
    if sorted(map(_canonical, before)) == sorted(map(_canonical, after)):
        return
    key = _key(before, after)
    if key is None:
        yield at, before, after
        return
    earlier, later = ({_named(item[key]): item for item in items} for items in (before, after))
    for name in sorted(earlier.keys() | later.keys()):
        yield from places(earlier.get(name), later.get(name), skip, f"{at}[{name}]")


def _key(before: list[Any], after: list[Any]) -> str | None:
    items = [*before, *after]
    if not all(isinstance(item, dict) for item in items):
        return None
    for key in _KEYS:
        if all(isinstance(item.get(key), str) for item in items) and all(
            len({_named(item[key]) for item in side}) == len(side) for side in (before, after)
        ):
            return key
    return None


def _named(value: str) -> str:
    return value.lower()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
