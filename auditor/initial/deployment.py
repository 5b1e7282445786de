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

_FEATURES = "can't be seen: what else it uses (see the end)"


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
        entries=(
            Entry("name", name, "seen: the deployment; so what follows"),
            *_seen(facts, model),
            *_declared(speaks),
        ),
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
        yield Entry("capacity", capacity, f"seen, in {units}")
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
        *(
            (Entry("mode", mode, "seen: as it is set, or Azure's default"),)
            if mode is not None and mode in get_args(RoutingMode)
            else ()
        ),
        *((Entry("models", names, "seen: among which it may choose"),) if names else ()),
    )
    if said:
        yield Entry("router", said)


def _declared(speaks: object) -> Iterator[Entry]:
    if speaks is False:
        yield Entry("features", (), "seen: its model has no Responses API")
    elif speaks is True:
        yield Entry("features", ("text",), _FEATURES, open=True)
    else:
        unseen = "could not be seen: whether its model has the Responses API; [] where it has not"
        yield Entry("features", ("text",), unseen)


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
