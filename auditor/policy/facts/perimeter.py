"""The network security perimeter that an account is associated with, and whether it holds."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import last
from auditor.policy.facts.part import Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject

KIND: Final = "perimeter_configuration"


def tell_perimeter(told: Telling, account_id: str, seen: Seen) -> None:
    """`perimeter`: {`associated`, `names`, `modes`, `issues`}; a mode that is not told leaves all of it unknown.

    https://learn.microsoft.com/azure/private-link/network-security-perimeter-transition
    """
    listing = seen.listing(KIND, account_id)
    found = seen.children(KIND, account_id) if listing is not None else ()
    read = [_perimeter(one.body) for one in found]
    known = [one for one in read if one is not None]
    whole = listing is not None and len(known) == len(read) == listing.count
    facts: JsonObject = {
        "associated": bool(known),
        "names": [one["name"] for one in known],
        "modes": [one["mode"] for one in known],
        "issues": [issue for one in known for issue in one["issues"]],
    }
    told.tell("perimeter", facts if whole else None, because=seen.gap(KIND, account_id) if listing is None else None)
    told.read("perimeter", [reading for one in found for reading in one.readings])


def _perimeter(body: JsonObject) -> JsonObject | None:
    perimeter = text(dig(body, "properties", "networkSecurityPerimeter", "id"))
    mode = text(dig(body, "properties", "resourceAssociation", "accessMode"))
    state = text(dig(body, "properties", "provisioningState"))
    if perimeter is None or mode is None:
        return None
    issues = [_issue(one) for one in objects(dig(body, "properties", "provisioningIssues")) or ()]
    if state is not None and state.lower() != "succeeded":
        issues.append(f"its configuration is {state}")
    return {"name": last(perimeter), "mode": mode, "issues": issues}


def _issue(body: JsonObject) -> str:
    told = (text(dig(body, "properties", "description")), text(dig(body, "properties", "issueType")))
    return next((words for words in told if words), "an issue without words")
