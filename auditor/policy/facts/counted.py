"""Whether a subscription's accounts are the same by two sources: their own provider's list, and Resource Manager's."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.scope import within
from auditor.policy.facts.seen import Seen
from auditor.settings import Scope

KIND: Final = "arm_resource"
"""An account as Resource Manager's list of all resources tells it."""

PAGE: Final = "https://learn.microsoft.com/rest/api/resources/resources/list"


def counted(scope: str, limits: Scope, seen: Seen) -> Part:
    """`subscription.population`, of the accounts that the settings' `limits` hold; known where both lists were read.

    What one of them alone lists stands in it by name; ids compare without case, and so do the lists.
    """
    told = Telling()
    lists = {kind: seen.listing(kind, scope) for kind in ("account", KIND)}
    ours, theirs = (
        {fold(one.id): last(one.id) for one in seen.children(kind, scope) if within(one, limits)} for kind in lists
    )
    whole = all(listing is not None for listing in lists.values())
    values = {
        "provider": len(ours),
        "resource_manager": len(theirs),
        "only_provider": sorted(ours[key] for key in ours.keys() - theirs.keys()),
        "only_resource_manager": sorted(theirs[key] for key in theirs.keys() - ours.keys()),
    }
    gap = seen.why(*((kind, scope) for kind, listing in lists.items() if listing is None))
    for name, value in values.items():
        told.tell(name, value if whole else None, because=gap)
    if whole:
        told.read("", [reading for listing in lists.values() if listing is not None for reading in listing.readings])
    return told.done()
