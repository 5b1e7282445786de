"""What a pretend model can do: each talent answers what was asked with output items, or leaves it to the next."""

from __future__ import annotations

from collections.abc import Callable

from auditor.record import JsonObject
from auditor.sandbox.asked import Asked, message, recalled, words
from auditor.sandbox.sight import seeing
from auditor.sandbox.talents_calling import calling, shaped
from auditor.sandbox.talents_files import drawing, reading, searching
from auditor.sandbox.talents_mcp import remote
from auditor.sandbox.talents_tools import browsing, computing, steering

Talent = Callable[[Asked], list[JsonObject] | None]


_NUMBERS = (
    "one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, "
    "seventeen, eighteen, nineteen, twenty"
)


def _counting(asked: Asked) -> list[JsonObject] | None:
    """The numbers from one to twenty, where the last turn asks for them."""
    last = words(asked.given[-1]) if asked.given else ""
    return [message(_NUMBERS, "completed")] if "count from one to twenty" in last.lower() else None


def _plain(asked: Asked) -> list[JsonObject]:
    """`OK` where the prompt asks for it, else a sentence that says that no model was asked."""
    return [message("OK" if "OK" in asked.text else "This is the sandbox; no model was asked.", "completed")]


def _recalling(asked: Asked) -> list[JsonObject] | None:
    """The code word that the conversation holds, where the last turn asks for it."""
    last = words(asked.given[-1]) if asked.given else ""
    return [message(recalled(asked), "completed")] if "which code word" in last.lower() else None


TALENTS: tuple[Talent, ...] = (
    calling,
    shaped,
    seeing,
    reading,
    remote,
    computing,
    searching,
    browsing,
    steering,
    drawing,
    _recalling,
    _counting,
    _plain,
)
"""The first that answers is the one that does."""


def items(asked: Asked) -> list[JsonObject]:
    """The items of the response's output, without those of its reasoning."""
    return next(found for talent in TALENTS if (found := talent(asked)) is not None)
