"""Whether an activity log alert is met by an event of a known kind, whatever else the event may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from auditor.policy.facts.logic import all_of, any_of
from auditor.policy.facts.shape import objects, text, texts
from auditor.record import JsonObject

Event = Mapping[str, Callable[[str], bool]]
"""Field in lower case → whether a value asked for is one that such events have; a field that is not named here differs
from event to event, so that a rule which asks for one of its values misses some."""


def one_of(*values: str) -> Callable[[str], bool]:
    """A field that has one of those values; they compare without case, as the service does it."""
    folded = {value.lower() for value in values}
    return lambda asked: asked.lower() in folded


def anything(_: str) -> bool:
    """A field that decides nothing."""
    return True


def meets(properties: JsonObject, event: Event) -> bool | None:
    """Whether the condition of a rule of those properties is met; None where it is of no known shape.

    https://learn.microsoft.com/azure/templates/microsoft.insights/activitylogalerts
    """
    condition = properties.get("condition")
    parts = objects(condition.get("allOf")) if isinstance(condition, dict) else None
    return None if parts is None else all_of(_part(part, event) for part in parts)


def _part(part: JsonObject, event: Event) -> bool | None:
    if "anyOf" not in part:
        return _leaf(part, event)
    leaves = objects(part["anyOf"])
    return None if leaves is None else any_of(_leaf(leaf, event) for leaf in leaves)


def _leaf(leaf: JsonObject, event: Event) -> bool | None:
    field, asked = text(leaf.get("field")), _asked(leaf)
    if field is None or asked is None:
        return None
    told = event.get(field.lower())
    return told is not None and any(told(value) for value in asked)


def _asked(leaf: JsonObject) -> list[str] | None:
    equals: Any = leaf.get("equals")
    return [equals] if isinstance(equals, str) else texts(leaf.get("containsAny"))
