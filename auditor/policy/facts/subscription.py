"""A subscription: its state, the provider's registration, and what the identity that looks may read in it."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import PROVIDER, last
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.defender import plans
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.permissions import missing_actions
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text

KIND: Final = "subscription"

DERIVED: Final = frozenset({"account_count", "defender", "missing_actions", "name", "registration"})
"""Members that are ours; should the service ever send one of these names, it does not pass for ours."""


def subscription(scope: str, seen: Seen) -> Part:
    """The `subscription` of rules; `scope` is `/subscriptions/{id}`."""
    found = seen.resource(KIND, scope)
    body, notes = fill(KIND, found.body) if found is not None else ({}, {})
    facts = {name: value for name, value in body.items() if name not in DERIVED}
    facts["subscriptionId"] = last(scope)
    gap = seen.gap(KIND, scope) if found is None else None
    part = Part(
        facts=facts,
        absences={"": gap} if gap is not None else {},
        notes=notes,
        readings={"": found.readings} if found is not None and found.readings else {},
    )
    told = part.and_also(_around(scope, text(facts.get("displayName")), seen)).and_also(missing_actions(scope, seen))
    return told.with_member("defender", plans(scope, seen))


def _around(scope: str, name: str | None, seen: Seen) -> Part:
    told = Telling()
    told.tell("name", name)
    provider = seen.resource("provider", f"{scope}/{PROVIDER}")
    if provider is not None:
        body, notes = fill("provider", provider.body)
        told.tell("registration", text(body.get("registrationState")), note=notes.get("registrationState"))
        told.read("registration", provider.readings)
    else:
        told.tell("registration", None, because=seen.gap("provider", f"{scope}/{PROVIDER}"))
    listing = seen.listing("account", scope)
    told.tell("account_count", listing.count if listing is not None else None, because=seen.gap("account", scope))
    told.read("account_count", listing.readings if listing is not None else ())
    return told.done()
