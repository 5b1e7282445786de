"""Whether an account's SKU is offered in its region to its subscription."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import fold, region
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import JsonObject
from auditor.snapshot import Resource

KIND: Final = "resource_sku"

AccountSkus = dict[tuple[str, str, str, str], tuple[Resource, ...]]
"""Subscription scope, kind, SKU name and region, in lower case → what the service lists.

https://learn.microsoft.com/rest/api/aiservices/accountmanagement/resource-skus/list
"""


def account_skus(seen: Seen) -> AccountSkus:
    """Every listed SKU of accounts by what an account is asked about."""
    found: dict[tuple[str, str, str, str], list[Resource]] = {}
    for resource in seen.all_of(KIND):
        kind, name = text(resource.body.get("kind")), text(resource.body.get("name"))
        if kind is None or name is None or resource.parent is None:
            continue
        for place in filter(None, map(region, texts(resource.body.get("locations")) or ())):
            found.setdefault((fold(resource.parent), kind.lower(), name.lower(), place), []).append(resource)
    return {key: tuple(resources) for key, resources in found.items()}


def account_sku(
    account: JsonObject, place: str | None, subscription: str | None, skus: AccountSkus, seen: Seen
) -> Part:
    """`sku_offered` and `sku_restrictions` of an account; the list must have been read whole to say that one is not."""
    told = Telling()
    kind, name = text(account.get("kind")), text(dig(account, "sku", "name"))
    if kind is None or name is None or place is None or subscription is None:
        return told.done()
    listed = skus.get((fold(subscription), kind.lower(), name.lower(), place), ())
    whole = seen.listing(KIND, subscription)
    gap = None if whole else seen.gap(KIND, subscription)
    told.tell("sku_offered", True if listed else False if whole else None, because=gap)
    told.tell("sku_restrictions", _restrictions(listed, place) if whole else None, because=gap)
    readings = [reading for resource in listed for reading in resource.readings] or (whole.readings if whole else ())
    told.read("sku_offered", readings)
    told.read("sku_restrictions", readings)
    return told.done()


def _restrictions(listed: tuple[Resource, ...], place: str) -> list[str] | None:
    """Why the SKU may not be used there after all (QuotaId, NotAvailableForSubscription); None where unclear."""
    reasons: list[str] = []
    for resource in listed:
        restrictions = objects(resource.body.get("restrictions") or [])
        if restrictions is None:
            return None
        reasons += [text(one.get("reasonCode")) or "not said" for one in restrictions if _applies(one, place)]
    return sorted(set(reasons))


def _applies(restriction: JsonObject, place: str) -> bool:
    places = texts(dig(restriction, "restrictionInfo", "locations")) or texts(restriction.get("values"))
    return not places or place in {region(one) for one in places}
