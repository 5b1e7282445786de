"""A deployment as an expectation: model, version, SKU and capacity as they are, features to be said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from auditor.initial.draft import DeploymentDraft, Entry
from auditor.initial.home import Home
from auditor.initial.scalar import statable
from auditor.policy.facts.shape import dig, objects, text, whole
from auditor.record import JsonObject
from auditor.settings import RoutingMode

_PROMISES = ("region", "data-zone")
"""Residencies that say where prompts stay; `global` says nothing."""

_FEATURES = "can't be seen: what else of the Responses API the application uses; the list is at the end"


def deployment(home: Home, facts: JsonObject) -> DeploymentDraft | str:
    """The draft, or why there is none: what can't be an expectation."""
    name = str(facts["id"]).rpartition("/")[2]
    model = text(dig(facts, "properties", "model", "name"))
    if not statable("name", name):
        return f"deployment {name} of {home.name}: its name can't stand in settings"
    if model is None or not statable("model", model):
        return f"deployment {name} of {home.name}: its model is not told"
    speaks = facts.get("speaks_responses")
    return DeploymentDraft(
        name=name,
        entries=(Entry("name", name), *_seen(facts, model), *_declared(home, speaks)),
        speaks=speaks if isinstance(speaks, bool) else None,
        remarks=tuple(_remarks(facts)),
    )


def _seen(facts: JsonObject, model: str) -> Iterator[Entry]:
    yield Entry("model", model)
    for key, value in (
        ("version", text(dig(facts, "properties", "model", "version"))),
        ("format", text(dig(facts, "properties", "model", "format"))),
        ("sku", text(dig(facts, "sku", "name"))),
    ):
        if value is not None and (key, value) != ("format", "OpenAI") and statable(key, value):
            yield Entry(key, value)
        elif value is None and key != "format":
            yield Entry(key, "", f"could not be seen: the {key}", stated=False)
    capacity = whole(dig(facts, "sku", "capacity"))
    if capacity is not None and capacity > 0:
        units = "PTU" if facts.get("provisioned") is True else "thousands of tokens per minute"
        yield Entry("capacity", capacity, f"seen: what it holds, in {units}; less is a finding")
    residency = facts.get("residency")
    if residency in _PROMISES:
        yield Entry("data_residency", str(residency), "seen: by its SKU")
    yield from _router(facts)


def _router(facts: JsonObject) -> Iterator[Entry]:
    if dig(facts, "router", "routes") is not True:
        return
    mode, models = text(dig(facts, "router", "mode")), objects(dig(facts, "properties", "routing", "models")) or []
    names = tuple(dict.fromkeys(name for one in models if (name := text(one.get("name"))) and statable("models", name)))
    said = (
        *((Entry("mode", mode, "seen: as it is set, or Azure's default"),) if mode in get_args(RoutingMode) else ()),
        *((Entry("models", names, "seen: among which it may choose"),) if names else ()),
    )
    if said:
        yield Entry("router", said)


def _declared(home: Home, speaks: object) -> Iterator[Entry]:
    if speaks is False:
        yield Entry("features", (), "seen: its model has no Responses API")
        return
    unknown = speaks is not True
    unseen = "could not be seen: whether its model has the Responses API; [] where it has not"
    yield Entry("features", ("text",), unseen if unknown else _FEATURES, open=not unknown)
    projects = [name for one in objects(dig(home.account, "foundry", "projects")) or [] if (name := _project(one))]
    if projects and speaks is True:
        note = "can't be seen: whether it is called by a Foundry project's endpoint, too"
        yield Entry("surfaces", ("v1", "project"), note, stated=False)
        yield Entry("project", projects[0], f"seen: {', '.join(projects)}", stated=False)


def _project(facts: JsonObject) -> str | None:
    name = text(facts.get("name"))
    return name.rpartition("/")[2] if name is not None and statable("project", name) else None


def _remarks(facts: JsonObject) -> Iterator[str]:
    policy = text(dig(facts, "properties", "raiPolicyName"))
    state = text(dig(facts, "properties", "provisioningState"))
    spillover = text(dig(facts, "properties", "spilloverDeploymentName"))
    seen = (
        *((f"content policy {policy}",) if policy else ()),
        *((f"spills over to {spillover}",) if spillover else ()),
        *((f"its state is {state}",) if state not in (None, "Succeeded") else ()),
    )
    if seen:
        yield f"seen: {'; '.join(seen)}"
