"""What a pretended model can do: each talent answers what was asked with items, or leaves it to the next."""

from __future__ import annotations

from collections.abc import Callable

from auditor.record import JsonObject
from auditor.sandbox.asked import Asked, message

Talent = Callable[[Asked], list[JsonObject] | None]


def _plain(asked: Asked) -> list[JsonObject]:
    """OK where it is asked for, else that it is pretended."""
    return [message("OK" if "OK" in asked.text else "This is the sandbox; no model was asked.", "completed")]


TALENTS: tuple[Talent, ...] = (_plain,)
"""The first that answers is the one that does."""


def items(asked: Asked) -> list[JsonObject]:
    """The output after the reasoning."""
    return next(found for talent in TALENTS if (found := talent(asked)) is not None)
