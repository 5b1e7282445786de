"""Whom an alert tells: its action groups, whether they are there and on, and whether anybody receives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from auditor.policy.facts.arm_id import last, subscription_scope
from auditor.policy.facts.logic import any_of
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, without_nulls
from auditor.record import JsonObject

KIND: Final = "action_group"

_RECEIVERS: Final = "receivers"
"""How the members of an action group end that hold its receivers: emailReceivers, webhookReceivers, …

https://learn.microsoft.com/rest/api/monitor/action-groups/get
"""


@dataclass(frozen=True)
class Reach:
    """Whether an alert reaches anybody."""

    heard: bool | None
    """None: not known."""
    words: str | None
    """Why nobody hears it, in a few words; None where somebody does, or where it is not known."""
    gap: str | None = None
    """Why it is not known."""
    readings: tuple[str, ...] = ()


def reach(ids: Iterable[str] | None, seen: Seen) -> Reach:
    """Of the action groups of those ARM ids; None where nobody understands what a rule names."""
    if ids is None:
        return Reach(None, None)
    groups = [_group(arm_id, seen) for arm_id in dict.fromkeys(ids)]
    if not groups:
        return Reach(False, "it names no action group")
    heard = any_of(one.heard for one in groups)
    return Reach(
        heard,
        "; ".join(one.words for one in groups if one.words) if heard is False else None,
        next((one.gap for one in groups if one.gap), None) if heard is None else None,
        tuple(dict.fromkeys(reading for one in groups for reading in one.readings)),
    )


def _group(arm_id: str, seen: Seen) -> Reach:
    name, scope = last(arm_id), subscription_scope(arm_id)
    found = seen.resource(KIND, arm_id)
    if found is None:
        listing = seen.listing(KIND, scope) if scope is not None else None
        if listing is not None:
            return Reach(False, f"its action group {name} is not there", readings=listing.readings)
        return Reach(None, None, seen.gap(KIND, scope) if scope is not None else None)
    properties = dig(without_nulls(found.body), "properties")
    enabled = dig(properties, "enabled")
    if enabled is False:
        return Reach(False, f"its action group {name} is switched off", readings=found.readings)
    receives = any_of(_receives(properties))
    if receives is False:
        return Reach(False, f"its action group {name} has no receiver that is on", readings=found.readings)
    return Reach(True if enabled is True and receives else None, None, readings=found.readings)


def _receives(properties: Any) -> Iterable[bool | None]:
    """Of each receiver whether it is on; None for what is of no known shape."""
    if not isinstance(properties, dict):
        yield None
        return
    for name, members in properties.items():
        if name.lower().endswith(_RECEIVERS):
            receivers = objects(members)
            yield from [None] if receivers is None else map(_is_on, receivers)


def _is_on(receiver: JsonObject) -> bool:
    """A person who unsubscribed is Disabled; receivers that can't be told so carry no status."""
    return (text(receiver.get("status")) or "").lower() != "disabled"
