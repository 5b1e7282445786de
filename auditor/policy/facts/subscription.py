"""A subscription: its state, the provider's registration, and what the identity that looks may read in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from auditor.policy.facts.activity_log import activity_log
from auditor.policy.facts.arm_id import PROVIDER, last
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.budget import budget
from auditor.policy.facts.counted import counted
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.defender import plans
from auditor.policy.facts.entitlements import entitlements
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.permissions import missing_actions
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.service_health import service_health
from auditor.policy.facts.shape import text
from auditor.policy.facts.subscription_access import subscription_access

KIND: Final = "subscription"


def _access(scope: str, basis: Basis) -> Part:
    return subscription_access(scope, basis.grants)


def _service_health(scope: str, basis: Basis) -> Part:
    return service_health(scope, basis.alert_rules, basis.seen)


def _budget(scope: str, basis: Basis) -> Part:
    return budget(scope, basis.seen, basis.now)


def _activity_log(scope: str, basis: Basis) -> Part:
    return activity_log(scope, basis.seen)


def _defender(scope: str, basis: Basis) -> Part:
    return plans(scope, basis.seen)


def _population(scope: str, basis: Basis) -> Part:
    return counted(scope, basis.settings.scope, basis.seen)


ASPECTS: Final[Mapping[str, Callable[[str, Basis], Part]]] = {
    "access": _access,
    "activity_log": _activity_log,
    "budget": _budget,
    "defender": _defender,
    "population": _population,
    "service_health": _service_health,
}
"""Member of `subscription` → what tells it, given the subscription's scope."""

DERIVED: Final = frozenset(
    {
        "account_count",
        "account_quotas",
        "accounts_left",
        "commitments",
        "missing_actions",
        "name",
        "quota_tier",
        "registration",
        *ASPECTS,
    }
)
"""Members that are ours; should the service ever send one of these names, it does not pass for ours."""


def subscription(scope: str, basis: Basis) -> Part:
    """The `subscription` of rules; `scope` is `/subscriptions/{id}`."""
    seen = basis.seen
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
    part = part.and_also(_around(scope, text(facts.get("displayName")), seen)).and_also(missing_actions(scope, seen))
    part = part.and_also(entitlements(scope, basis.account_quotas, seen, basis.now))
    for name, aspect in ASPECTS.items():
        part = part.with_member(name, aspect(scope, basis))
    return part


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
