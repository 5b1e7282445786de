"""What the identity that looks was not granted, so that its gaps have a cure before they are met."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, texts
from auditor.record import JsonObject

KIND: Final = "permission"
REQUIRED: Final = "required_actions"
REQUIRED_ID: Final = "/required-actions"


def missing_actions(subscription: str, seen: Seen) -> Part:
    """`missing_actions` of a subscription: those the collectors need and no permission entry grants there.

    An action that the built-in role Reader lacks is optional, and not among them: what it reads is unknown without it.

    An entry grants an action that one of its `actions` matches and none of its `notActions`; entries add up.
    https://learn.microsoft.com/azure/role-based-access-control/role-definitions
    """
    told = Telling()
    listing, required = seen.listing(KIND, subscription), seen.resource(REQUIRED, REQUIRED_ID)
    needed = required.body.get("actions") if required is not None else None
    if listing is None or not isinstance(needed, dict):
        told.tell("missing_actions", None, because=seen.gap(KIND, subscription) if listing is None else None)
        return told.done()
    entries = [entry.body for entry in seen.children(KIND, subscription)]
    optional = texts(dig(required.body, "optional")) if required is not None else None
    asked = needed.keys() - set(optional or ())
    told.tell("missing_actions", sorted(action for action in asked if not granted(action, entries)))
    told.read("missing_actions", listing.readings)
    return told.done()


def granted(action: str, entries: Iterable[JsonObject]) -> bool:
    """Whether any of the entries allows the action; an entry of another shape allows nothing."""
    return any(_grants(action, texts(entry.get("actions")), texts(entry.get("notActions") or [])) for entry in entries)


def _grants(action: str, allowed: list[str] | None, excepted: list[str] | None) -> bool:
    if allowed is None or excepted is None:
        return False
    return any(matches(one, action) for one in allowed) and not any(matches(one, action) for one in excepted)


def matches(pattern: str, action: str) -> bool:
    """Whether an action is of a pattern, in which `*` stands for anything, slashes too; case says nothing."""
    first, *rest = pattern.lower().split("*")
    said = action.lower()
    if not rest:
        return said == first
    if not said.startswith(first) or not said.endswith(rest[-1]) or len(said) < len(first) + len(rest[-1]):
        return False
    said = said[len(first) : len(said) - len(rest[-1])]
    for piece in rest[:-1]:
        _, found, said = said.partition(piece) if piece else ("", "*", said)
        if not found:
            return False
    return True
