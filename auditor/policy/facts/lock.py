"""Whether a lock keeps an account from being deleted: its own, its group's or its subscription's."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import last, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.governed import above
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig, text

KIND: Final = "lock"
PAGE: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources"

_KEEPS: Final = {"cannotdelete": "CanNotDelete", "readonly": "ReadOnly"}
"""Levels that refuse a deletion, in lower case → as the API spells them."""

_NOT_UNDERSTOOD: Final[Note] = ("not understood: a lock of a level that is not documented", PAGE)


def locks(of: Around) -> Part:
    """`account.locks`: `protected`, and `names` of those that protect; a lock is inherited by all below it."""
    scope = subscription_scope(of.resource.id) or ""
    seen = of.basis.seen
    listing = seen.listing(KIND, scope)
    if listing is None:
        gap = seen.gap(KIND, scope)
        return Part(absences={"": gap} if gap else {})
    found = above(of.basis.governed.locks, of.resource.id)
    levels = [(last(one.id), (text(dig(one.body, "properties", "level")) or "").lower()) for one in found]
    names = [f"{name} ({_KEEPS[level]})" for name, level in levels if level in _KEEPS]
    strange = any(level not in {*_KEEPS, "notspecified"} for _, level in levels)
    told = Telling()
    told.read("", listing.readings)
    told.tell("names", names)
    unclear = not names and strange
    told.tell("protected", None if unclear else bool(names), note=_NOT_UNDERSTOOD if unclear else None)
    return told.done()
