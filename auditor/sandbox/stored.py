"""Things of the world that Resource Manager only hands out: each with its id, told alone or in a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import Field, field_validator

from auditor.record import JsonObject, Record


class Stored(Record):
    """One such thing."""

    name: str
    """Tells it apart in the world's file; Azure never says it."""
    id: str = Field(pattern=r"^/.+/providers/[^/]+/[^/]+/[^/]+")
    properties: JsonObject = {}
    more: JsonObject = {}
    """What Resource Manager tells beside the properties: location, tags, kind, sku, …"""

    @field_validator("id")
    @classmethod
    def _is_told(cls, value: str) -> str:
        if place_of(value) is None:
            raise ValueError(f"its type is not one that is told: {', '.join(TYPES)}")
        return value


@dataclass(frozen=True, slots=True)
class StoredType:
    """How things of one type are told."""

    kind: str
    """In the words of the auditor's snapshot."""
    inherited: bool = False
    """Whether a list holds what stands above its scope too, as role assignments do."""
    paged: bool = True


TYPES: Mapping[str, StoredType] = {
    "Microsoft.Authorization/policyAssignments": StoredType("policy_assignment", inherited=True),
}
"""Resource type → how it is told; a list at a scope always holds what stands below that scope."""

_BY_TYPE = {name.lower(): (name, told) for name, told in TYPES.items()}

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)(?:/.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """What a path names: a thing, or where `name` is None the list of those of its type under a scope."""

    scope: str
    """Lower case; of a type below another one its parent's id."""
    type: str
    """As Azure spells it."""
    told: StoredType
    subscription: str
    name: str | None

    @property
    def action(self) -> str:
        """What a caller needs to be told."""
        return f"{self.type}/read"

    @property
    def provider(self) -> str:
        """The namespace."""
        return self.type.partition("/")[0]


def place_of(path: str) -> Place | None:
    """What a path names, if it is of a type that is told here."""
    scope, found, rest = path.rpartition("/providers/")
    parts = rest.split("/")
    known = _BY_TYPE.get("/".join([parts[0], *parts[1::2]]).lower())
    if not found or known is None:
        return None
    whole = len(parts) % 2 == 1
    above = parts[:-2] if whole else parts[:-1]
    parent = f"{scope}/providers/{'/'.join(above)}" if len(above) > 1 else scope
    in_subscription = _SUBSCRIPTION.fullmatch(path)
    return Place(
        scope=parent.lower(),
        type=known[0],
        told=known[1],
        subscription=in_subscription[1] if in_subscription else "",
        name=parts[-1].lower() if whole else None,
    )


def told(place: Place, things: Iterable[Stored]) -> list[JsonObject]:
    """The thing, or all things, that a place names."""
    return [_body(one, own) for one, own in ((one, place_of(one.id)) for one in things) if own and _is_at(own, place)]


def _is_at(own: Place, asked: Place) -> bool:
    if own.type != asked.type:
        return False
    if asked.name is not None:
        return (own.scope, own.name) == (asked.scope, asked.name)
    below = f"{own.scope}/".startswith(f"{asked.scope}/")
    above = asked.told.inherited and (own.subscription == "" or f"{asked.scope}/".startswith(f"{own.scope}/"))
    return below or above


def _body(one: Stored, own: Place) -> JsonObject:
    name = one.id.rpartition("/")[2]
    return {"id": one.id, "name": name, "type": own.type, **one.more, "properties": one.properties}
