"""One change of a world's raw data: where, and what becomes of it."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

from pydantic import model_validator

from auditor.errors import SandboxError
from auditor.record import Record


class Change(Record):
    """Exactly one of the four ways; `at` is a path of keys with slashes between, such as `accounts/x/tags`."""

    at: str
    set: Any = None
    """The value that stands there afterwards; the key may be new."""
    remove: bool = False
    add: tuple[Any, ...] = ()
    """Further elements of the list there."""
    copy_of: str | None = None
    """Path of what stands there afterwards too."""

    @model_validator(mode="after")
    def _is_one_way(self) -> Change:
        ways = {"set", "remove", "add", "copy_of"} & self.model_fields_set
        if len(ways) != 1:
            raise ValueError(f"a change is one of set, remove, add, copy_of; {self.at} says {sorted(ways) or 'none'}")
        return self


def change(data: dict[str, Any], changes: tuple[Change, ...], what: str) -> dict[str, Any]:
    """The data with the changes made, one after the other; raises SandboxError where it lacks what they change.

    `what` names who wants the changes, for the message.
    """
    changed: dict[str, Any] = json.loads(json.dumps(data))
    for one in changes:
        *parents, last = one.at.split("/")
        holder = _find(changed, parents, one.at, what)
        if "set" in one.model_fields_set:
            holder[last] = json.loads(json.dumps(one.set))
        elif one.copy_of is not None:
            *above, name = one.copy_of.split("/")
            source = _find(changed, above, one.copy_of, what)
            holder[last] = json.loads(json.dumps(_step(source, name, one.copy_of, what)))
            holder[last].pop("name", None)
        elif one.remove:
            _step(holder, last, one.at, what)
            del holder[last]
        else:
            holder.setdefault(last, [])
            holder[last] = [*holder[last], *json.loads(json.dumps(one.add))]
    return changed


def _find(data: dict[str, Any], keys: list[str], path: str, what: str) -> dict[str, Any]:
    found: Any = data
    for key in keys:
        found = _step(found, key, path, what)
    if not isinstance(found, dict):
        raise SandboxError(f"{what} changes {path}, and {keys[-1]} holds no keys", next_step="correct the path")
    return found


def _step(found: Any, key: str, path: str, what: str) -> Any:
    if isinstance(found, dict) and key in found:
        return found[key]
    near = get_close_matches(key, found if isinstance(found, dict) else (), n=1)
    hint = f"; nearest: {near[0]}" if near else ""
    raise SandboxError(
        f"{what} needs {path}, and this world has no {key!r} there{hint}",
        next_step="use it with the world healthy, for which the faults are made: auditor sandbox --list",
    )
