"""Whether an account that is still to be made can be: its place is said, its kind sold there, its name free."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.account_name import name_troubles
from auditor.policy.facts.account_sku import KIND as SKU
from auditor.policy.facts.account_sku import account_sku
from auditor.policy.facts.arm_id import PROVIDER, last, region
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig, text, texts
from auditor.policy.facts.target import NEW_KINDS, SETTINGS_PAGE, Target

DOMAIN: Final = "domain_availability"

NEW_SKU: Final = "S0"
"""What an account that carries models is sold as.

https://learn.microsoft.com/azure/templates/microsoft.cognitiveservices/accounts
"""

_WHICH: Final[Note] = (
    "not known: the scope has several subscriptions; name the account by the ARM id that it will have",
    SETTINGS_PAGE,
)


def new_account(of: Target, basis: Basis) -> Part:
    """`location_known`, `name_troubles`, `name_available`, `name_reason`, `offered_kinds` and `kind_restrictions`.

    Of a workload; all but the first two are told of an account that does not exist.
    """
    told = Telling()
    told.tell("name_troubles", name_troubles(last(of.workload.account)))
    _tell_location(told, of)
    if of.exists is None:
        for name in ("name_available", "name_reason", "offered_kinds", "kind_restrictions"):
            told.tell(name, None, because=of.gap, note=of.note)
    if of.exists is not False:
        return told.done()
    _tell_name(told, of, basis)
    place = region(of.workload.planned_location)
    if of.subscription is None:
        told.tell("offered_kinds", None, note=_WHICH)
        return told.done()
    return told.done() if place is None else told.done().and_also(offered_kinds(of.subscription, place, basis))


def offered_kinds(subscription: str, place: str, basis: Basis) -> Part:
    """The kinds of account for models that the subscription may make in a region, and why not the others."""
    told = Telling()
    parts = {
        kind: account_sku({"kind": kind, "sku": {"name": NEW_SKU}}, place, subscription, basis.account_skus, basis.seen)
        for kind in NEW_KINDS
    }
    gap = basis.seen.gap(SKU, subscription)
    reasons = {kind: texts(part.facts.get("sku_restrictions")) for kind, part in parts.items()}
    known = all("sku_offered" in part.facts and reasons[kind] is not None for kind, part in parts.items())
    offered = [kind for kind, part in parts.items() if part.facts.get("sku_offered") is True and reasons[kind] == []]
    told.tell("offered_kinds", offered if known else None, because=gap)
    restrictions = sorted({reason for found in reasons.values() for reason in found or ()})
    told.tell("kind_restrictions", restrictions if known else None, because=gap)
    for part in parts.values():
        told.read("offered_kinds", part.readings.get("sku_offered", ()))
    return told.done()


def _tell_location(told: Telling, of: Target) -> None:
    """Whether it is known where: of an account that exists, from itself."""
    if of.home is not None:
        known = True if of.home.region is not None else None
    else:
        known = bool(of.workload.planned_location) if of.exists is False else None
    told.tell("location_known", known, because=of.gap, note=of.note if known is None else None)
    told.read("location_known", of.readings)


def _tell_name(told: Telling, of: Target, basis: Basis) -> None:
    ids = [f"{scope}/{PROVIDER}/domains/{last(of.workload.account)}" for scope in of.subscriptions]
    found = next(filter(None, (basis.seen.resource(DOMAIN, one) for one in ids)), None)
    available = dig(found.body, "isSubdomainAvailable") if found is not None else None
    gap = basis.seen.why(*((DOMAIN, one) for one in ids)) if found is None else None
    told.tell("name_available", available if isinstance(available, bool) else None, because=gap)
    told.tell("name_reason", text(dig(found.body, "reason")) if found is not None else None, because=gap)
    told.read("name_available", found.readings if found is not None else ())
