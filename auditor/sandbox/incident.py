"""Incidents: what was well, what happened to it, and what somebody who is called out should be told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import TypeAdapter

from auditor.record import JsonObject, Record
from auditor.sandbox.loading import ROOM, known_name, load_faults, make_world, read_yaml, settings_path, world_data
from auditor.sandbox.patch import Change, change
from auditor.sandbox.world import World


class Ask(Record):
    """How triage is asked."""

    of: str | None = None
    """A workload or a deployment; None: all."""
    error: str | None = None
    """A text that somebody pastes: it alone is judged, without a look at Azure."""
    deadline: float = 20
    """Seconds."""


class Expected(Record):
    """What triage should say."""

    first: str
    """Id of the first cause; `nothing-wrong` where all is well."""
    mends: str | None = None
    """A regular expression that one of the first cause's commands, or its advice, fits; None where nothing is wrong."""
    beside: tuple[str, ...] = ()
    """Ids of further causes that may be named after it."""
    whose: Literal["ours", "network", "azure"] | None = None
    apart: bool = False
    """Whether something else looks just like it, so that it should say what would tell them apart."""


class Incident(Record):
    """One of them."""

    title: str
    """One sentence: what happened."""
    base: str = "healthy"
    """The world as it was when all was well, with `before`."""
    before: tuple[Change, ...] = ()
    workloads: dict[str, JsonObject] = {}
    """Workload → members of it that the base world's settings state otherwise."""
    green: bool = True
    """Whether an audit was kept from when all was well."""
    faults: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    ask: Ask = Ask()
    expect: Expected


@cache
def load_incidents() -> Mapping[str, Incident]:
    """Every incident by its id, in the order of the files."""
    files = sorted((ROOM / "incidents").glob("*.yaml"))
    found = {name: incident for file in files for name, incident in read_yaml(file).items()}
    return TypeAdapter(dict[str, Incident]).validate_python(found)


def incident_of(name: str) -> Incident:
    """The incident of that id; SandboxError, with the nearest, where there is none."""
    return load_incidents()[known_name(name, load_incidents(), "incident")]


def world_before(name: str) -> World:
    """The world when all was well."""
    return make_world({**_before(name), "name": incident_of(name).base})


def world_of(name: str) -> World:
    """The world once it happened, its minutes counted from now."""
    incident = incident_of(name)
    data = _before(name)
    for fault in incident.faults:
        data = change(data, load_faults()[known_name(fault, load_faults(), "fault")].changes, f"the fault {fault}")
    return make_world({**change(data, incident.changes, f"the incident {name}"), "name": name})


def settings_of(name: str, folder: Path) -> Path:
    """Its auditor.yaml: the base world's own, or one written into the folder with what it names beside it."""
    incident = incident_of(name)
    shipped = settings_path(incident.base)
    if not incident.workloads:
        return shipped
    data = read_yaml(shipped)
    data["workloads"] = [{**one, **incident.workloads.get(one["name"], {})} for one in data["workloads"]]
    for beside in shipped.parent.glob(f"{incident.base}.*"):
        shutil.copy(beside, folder)
    path = folder / shipped.name
    path.write_text(yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False), encoding="utf-8")
    return path


def _before(name: str) -> JsonObject:
    incident = incident_of(name)
    return change(world_data(incident.base), incident.before, f"the incident {name}")
