"""A deployment of the model router: by what it chooses, among which models, and what it chose.

https://learn.microsoft.com/azure/foundry/openai/how-to/model-router
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import JsonObject
from auditor.settings import ExpectedDeployment, Workload
from auditor.snapshot import Resource

MODEL: Final = "model-router"
"""A model that answers through others, whose names it gives."""

DEFAULT_MODE: Final = "balanced"

PAGE: Final = "https://learn.microsoft.com/azure/foundry/openai/how-to/model-router"

Declaring = Sequence[tuple[Workload, ExpectedDeployment]]


def router(deployment: Resource, body: JsonObject, declaring: Declaring, seen: Seen, untold: str | None) -> Part:
    """`deployment.router`; `untold` is the gap by which the api-version of the read tells no routing."""
    told = Telling()
    name = text(dig(body, "properties", "model", "name"))
    routes = None if name is None else name.lower() == MODEL
    told.tell("routes", routes)
    if not routes:
        return told.done()
    told.tell("wanted_modes", sorted({one.router.mode for _, one in declaring if one.router and one.router.mode}))
    subset = _tell_routing(told, dig(body, "properties", "routing"), untold)
    told.tell("approves", any(_approved(*one) for one in declaring))
    if subset is not None:
        names = [text(one.get("name")) or "" for one in subset]
        told.tell("outside_approved", sorted({one for one in names if not all(_allows(*by, one) for by in declaring)}))
    answered = responded(deployment, seen)
    told.tell("responded", answered)
    if subset and answered is not None:
        outside = [one for one in answered if not any(is_of(one, entry) for entry in subset)]
        told.tell("outside_subset", outside)
    return told.done()


def responded(deployment: Resource, seen: Seen) -> list[str] | None:
    """The models that answered the router's questions, and any other call to it, a repeated one too, each once; None
    where the questions were not all asked."""
    for probe in seen.children("probe", deployment.id):
        if text(probe.body.get("probe")) == "router" and probe.body.get("first") is not False:
            answers = objects(probe.body.get("answers"))
            named = [text(one.get("responded")) for one in answers or ()]
            whole = answers is not None and None not in named
            every = {*named, *_all_responded(deployment, seen)}
            return sorted(one for one in every if one is not None) if whole else None
    return None


def is_of(answered: str, model: Any) -> bool:
    """Whether the name in an answer is a model's: alone, with its version, or with a later part after that."""
    name, version = text(dig(model, "name")), text(dig(model, "version"))
    if name is None:
        return False
    full = f"{name}-{version}".lower()
    said = answered.lower()
    return said == name.lower() or (version is not None and (said == full or said.startswith(full + "-")))


def other_models(deployment: Resource, body: JsonObject, seen: Seen) -> list[str] | None:
    """The models that answered any probe of a deployment and are not the deployed one; a router's may be any."""
    model = dig(body, "properties", "model")
    name = text(dig(model, "name"))
    if name is not None and name.lower() == MODEL:
        return []
    if name is None or text(dig(model, "version")) is None:
        return None
    return sorted({one for one in _all_responded(deployment, seen) if not is_of(one, model)})


def _all_responded(deployment: Resource, seen: Seen) -> Iterable[str]:
    for probe in seen.children("probe", deployment.id):
        body = probe.body
        yield from texts(body.get("responded_models")) or ()
        one = text(body.get("responded_model"))
        if one is not None:
            yield one


def _tell_routing(told: Telling, routing: Any, untold: str | None) -> list[JsonObject] | None:
    """The subset, empty where the owner chose none; None where that is not known."""
    if routing is None and untold is not None:
        for name in ("mode", "subset", "limited"):
            told.tell(name, None, because=untold)
        return None
    mode = text(dig(routing, "mode"))
    note = ("absent; documented default balanced", PAGE) if mode is None else None
    told.tell("mode", mode.lower() if mode is not None else DEFAULT_MODE, note=note)
    subset = objects(dig(routing, "models")) if dig(routing, "models") is not None else []
    if subset is None:
        return None
    told.tell("subset", [f"{text(one.get('name'))} {text(one.get('version')) or ''}".strip() for one in subset])
    told.tell("limited", bool(subset))
    return subset


def _approved(workload: Workload, expected: ExpectedDeployment) -> tuple[str, ...]:
    """Names that a workload approves for the router; none: any."""
    own = expected.router.models if expected.router is not None else ()
    return own or tuple(name for name in workload.models if name.lower() != MODEL)


def _allows(workload: Workload, expected: ExpectedDeployment, name: str) -> bool:
    approved = {one.lower() for one in _approved(workload, expected)}
    return not approved or name.lower() in approved
