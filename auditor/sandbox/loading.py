"""Reads worlds and faults from their files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from auditor.errors import SandboxError
from auditor.record import Record
from auditor.sandbox import world as world_module
from auditor.sandbox.arm_routes import actions
from auditor.sandbox.patch import Change, change
from auditor.sandbox.world import World

WORLDS: tuple[str, ...] = ("release", "healthy", "denied", "throttled", "unprovisioned")
"""The worlds that are shipped; the first is the demo's."""

ROOM = Path(__file__).parent
_CATALOGUE = "see: auditor sandbox --list"


class Fault(Record):
    """One thing that is wrong, as changes to a world that has what they touch."""

    title: str
    """One sentence."""
    changes: tuple[Change, ...]


def load_world(name: str, faults: Sequence[str] = ()) -> World:
    """A shipped world with faults in it, its relative dates counted from now.

    Raises SandboxError for a name that is not there, with the nearest, and for a fault without a target in the world.
    """
    data = world_data(known_name(name, WORLDS, "world"))
    known = load_faults()
    for fault in faults:
        data = change(data, known[known_name(fault, known, "fault")].changes, f"the fault {fault}")
    return make_world({**data, "name": name})


def make_world(data: Mapping[str, Any]) -> World:
    """The world that raw data tells of; raises SandboxError with every problem, one a line."""
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        world = World.model_validate({"made_at": now, **_dated(json.loads(json.dumps(data)), now)})
    except ValidationError as error:
        problems = "\n".join(_problem(one) for one in error.errors())
        raise SandboxError(
            f"the world {data.get('name', '')} is not right:\n{problems}", next_step="correct it"
        ) from error
    for trouble in world.arm_troubles:
        known_name(trouble.kind, actions(), "kind of resource")
    return world


def settings_path(name: str) -> Path:
    """The auditor.yaml that is shipped with a world, its own or that of the world it is made of.

    Raises SandboxError for a world that is not there.
    """
    own = ROOM / "worlds" / f"{known_name(name, WORLDS, 'world')}.settings.yaml"
    return own if own.exists() else settings_path(read_yaml(ROOM / "worlds" / f"{name}.yaml")["base"])


@cache
def load_faults() -> Mapping[str, Fault]:
    """Every fault by its name, in the order of the files; last, for each kind of resource, that it may not be read.

    A fault is the least change to a world that makes it so. It is made for the world `healthy` and works on any world
    that has what it touches. One that bears a check's name fails that check; `arm-…` spoil Resource Manager's answers,
    `call-…` the models'.
    """
    files = sorted((ROOM / "faults").glob("*.yaml"))
    found = {name: fault for file in files for name, fault in read_yaml(file).items()}
    return {**TypeAdapter(dict[str, Fault]).validate_python(found), **_denials()}


def _denials() -> Mapping[str, Fault]:
    return {
        f"arm-denied-{kind.replace('_', '-')}": Fault(
            title=f"The identity may not read {kind.replace('_', ' ')}s.",
            changes=(Change(at="denied_actions", add=(action,)),),
        )
        for kind, action in actions().items()
    }


def read_yaml(path: Path) -> Any:
    """A file's data, in which dates and versions stay the text that they are."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader without dates


_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where PyYAML was built with it: ten times as fast."""

_Loader: Any = type(
    "_Loader",
    (_FAST,),
    {
        "yaml_implicit_resolvers": {
            first: [(tag, words) for tag, words in resolvers if tag != "tag:yaml.org,2002:timestamp"]
            for first, resolvers in _FAST.yaml_implicit_resolvers.items()
        }
    },
)
"""The safe loader, except that `2026-03-05` stays a text."""


@cache
def world_data(name: str) -> dict[str, Any]:
    """A world's raw data; one that names a `base` is that world with `changes`.

    Things that are stored stand in a folder of the world's name, a file for each area.
    """
    data: dict[str, Any] = read_yaml(ROOM / "worlds" / f"{name}.yaml")
    for file in sorted((ROOM / "worlds" / name).glob("*.yaml")):
        data["stored"] = {**data.get("stored", {}), **read_yaml(file)}
    if "base" not in data:
        return data
    changes = tuple(Change.model_validate(one) for one in data.get("changes", ()))
    changed = change(world_data(data["base"]), changes, f"the world {name}")
    return {**changed, "title": data["title"], "stored": {**changed.get("stored", {}), **data.get("stored", {})}}


def _dated(value: Any, now: datetime) -> Any:
    """The value with each `{days_from_now: N}` as a date, each `{minutes_from_now: N}` as a time, counted from now."""
    if isinstance(value, list):
        return [_dated(item, now) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"days_from_now"}:
        return (now + timedelta(days=value["days_from_now"])).strftime("%Y-%m-%dT00:00:00Z")
    if set(value) == {"minutes_from_now"}:
        return (now + timedelta(minutes=value["minutes_from_now"])).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {key: _dated(item, now) for key, item in value.items()}


def known_name(name: str, names: Sequence[str] | Mapping[str, object], what: str) -> str:
    """The name; SandboxError, with the nearest, where there is none such."""
    if name in names:
        return name
    near = get_close_matches(name, list(names), n=1, cutoff=0.4)
    hint = f"; nearest: {near[0]}" if near else ""
    raise SandboxError(f"there is no {what} {name!r}{hint}", next_step=_CATALOGUE)


def _problem(error: Any) -> str:
    path = ".".join(str(part) for part in error["loc"]) or "the world"
    near = (
        get_close_matches(str(error["loc"][-1]), tuple(_members()), n=1) if error["type"] == "extra_forbidden" else []
    )
    return f"{path}: {error['msg']}" + (f"; nearest: {near[0]}" if near else "")


def _members() -> Iterator[str]:
    """Every word that a world's file may use."""
    for kind in vars(world_module).values():
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from kind.model_fields
