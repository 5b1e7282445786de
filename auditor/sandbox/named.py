"""Mappings in which the key is the name of the value."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator

Item = TypeVar("Item")


def _with_names(value: Any) -> Any:
    """A mapping name → members, each with its name among the members."""
    if not isinstance(value, dict):
        return value
    return {key: {"name": key, **item} if isinstance(item, dict) else item for key, item in value.items()}


Named = Annotated[dict[str, Item], BeforeValidator(_with_names)]
"""A mapping in which each key is the name of its value, so that a change can say where it belongs."""
