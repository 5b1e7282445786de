"""What a subscription may still have: accounts, the tier that sets its quotas, what it has committed itself to."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from math import floor
from typing import Final

from auditor.policy.facts.arm_id import fold, last, subscription_scope
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

ACCOUNTS: Final = "accountcount"
"""The end, in lower case, of the names of the pools that count accounts instead of capacity.

https://learn.microsoft.com/azure/foundry/openai/quotas-limits
"""

USAGE: Final = "usage"
TIER: Final = "quota_tier"
PLAN: Final = "commitment_plan"

AccountQuotas = dict[str, tuple[Resource, ...]]
"""Subscription scope, folded → the pools of all its regions in use that count accounts."""


def account_quotas(seen: Seen) -> AccountQuotas:
    """Those pools, looked for once."""
    found: defaultdict[str, list[Resource]] = defaultdict(list)
    for one in seen.all_of(USAGE):
        scope = subscription_scope(one.id)
        if scope is not None and last(one.id).lower().endswith(ACCOUNTS):
            found[fold(scope)].append(one)
    return {scope: tuple(pools) for scope, pools in found.items()}


def entitlements(scope: str, quotas: AccountQuotas, seen: Seen, now: datetime) -> Part:
    """The members `account_quotas`, `accounts_left`, `quota_tier` and `commitments` of `subscription`; `now` in UTC."""
    part = _accounts(scope, quotas.get(fold(scope), ()), seen)
    return part.with_member("quota_tier", _tier(scope, seen)).with_member("commitments", _plans(scope, seen, now))


def _accounts(scope: str, pools: tuple[Resource, ...], seen: Seen) -> Part:
    """The least that is left decides: known to be nothing even where another region could not be read."""
    told = Telling()
    rows = [_pool(one) for one in pools]
    left = [row["left"] for row in rows if "left" in row]
    gap = next((id_ for (kind, place), id_ in seen.gaps.items() if kind == USAGE and _within(place, scope)), None)
    whole = gap is None and len(left) == len(rows)
    least = min(left, default=None)
    read = any(kind == USAGE and _within(place, scope) for kind, place in seen.listings)
    told.tell("account_quotas", rows if rows or (read and gap is None) else None, because=gap)
    told.tell("accounts_left", least if whole or (least is not None and least <= 0) else None, because=gap)
    told.read("account_quotas", [reading for one in pools for reading in one.readings])
    told.read("accounts_left", [reading for one in pools for reading in one.readings])
    return told.done()


def _within(place: str, scope: str) -> bool:
    return f"{place}/".startswith(f"{fold(scope)}/")


def _pool(one: Resource) -> JsonObject:
    current, limit = number(one.body.get("currentValue")), number(one.body.get("limit"))
    known = current is not None and limit is not None
    left = {"left": floor(limit - current), "limit": floor(limit)} if known and limit and current is not None else {}
    return {"name": last(one.id), "location": last(one.parent or ""), **left}


def _tier(scope: str, seen: Seen) -> Part:
    """Which tier, and whether the service may lift it; https://learn.microsoft.com/azure/templates/microsoft.cognitiveservices/quotatiers."""
    told = Telling()
    found = seen.children(TIER, scope)
    if not found:
        gap = seen.gap(TIER, scope)
        return Part(absences={"": gap} if gap is not None else {})
    told.tell("name", text(dig(found[0].body, "properties", "currentTierName")))
    told.tell("upgrade_policy", text(dig(found[0].body, "properties", "tierUpgradePolicy")))
    told.read("", found[0].readings)
    return told.done()


def _plans(scope: str, seen: Seen, now: datetime) -> Part:
    """The plans that several accounts share; those that end and are not followed by another period.

    https://learn.microsoft.com/rest/api/aiservices/accountmanagement/commitment-plans/list-plans-by-subscription
    """
    listing = seen.listing(PLAN, scope)
    if listing is None:
        gap = seen.gap(PLAN, scope)
        return Part(absences={"": gap} if gap is not None else {})
    told = Telling()
    found = seen.children(PLAN, scope)
    rows = [_plan(one, now) for one in found]
    ending = [row["name"] for row in rows if row.get("renews") is False]
    told.tell("count", len(rows))
    told.tell("plans", rows)
    told.tell("ending", ending if ending or all("renews" in row for row in rows) else None)
    told.read("", [*listing.readings, *(reading for one in found for reading in one.readings)])
    return told.done()


def _plan(one: Resource, now: datetime) -> JsonObject:
    properties = dig(one.body, "properties")
    renews = dig(properties, "autoRenew")
    follows = isinstance(dig(properties, "next"), dict) and bool(dig(properties, "next"))
    days = _days(dig(properties, "current", "endDate"), now)
    return {
        "name": last(one.id),
        **({"kind": kind} if (kind := text(one.body.get("kind"))) else {}),
        **({"renews": True} if follows else {"renews": renews} if isinstance(renews, bool) else {}),
        **({"days_left": days} if days is not None else {}),
    }


def _days(written: object, now: datetime) -> int | None:
    said = text(written)
    try:
        return (date.fromisoformat(said[:10]) - now.date()).days if said is not None else None
    except ValueError:
        return None
