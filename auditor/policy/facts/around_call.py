"""What the collectors saw around a live call, for the explanation of one that failed."""

from __future__ import annotations

from typing import Any, Final

from auditor.policy.facts.access import CallingRight, calling_right
from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import fold, subscription_scope
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.grants import ASSIGNMENT, NOTHING_READ
from auditor.policy.facts.moment import moment
from auditor.policy.facts.quota import pool
from auditor.policy.facts.shape import dig, objects, text, texts, whole
from auditor.policy.failure.surroundings import Surroundings
from auditor.record import JsonObject

_ZONE: Final = "zone"
"""The member of a row of `account.network` that names a private DNS zone."""


def surroundings(deployment: JsonObject, home: Home, basis: Basis, host: str | None) -> Surroundings:
    """All that facts tell of a called deployment's surroundings; `deployment` has its own facts, probes apart."""
    account = home.part.facts
    network = dig(account, "network")
    addresses = _addresses(network, host)
    public = texts(dig(network, "public_names"))
    right, role, age = _right(home.id, basis)
    usage = text(dig(deployment, "model", "usage_name"))
    quota = pool(home.location, usage, basis.seen) if usage is not None and home.location is not None else None
    return Surroundings(
        addresses=addresses,
        public=None if public is None or addresses is None else host in public,
        unlinked_zones=_zones(dig(network, "unlinked_zones")),
        missing_records=_zones(dig(network, "missing_records")),
        pending_endpoints=_tuple(dig(network, "pending_endpoints")),
        address_rules=_rules(dig(account, "properties", "networkAcls", "ipRules")),
        outbound_hosts=_outbound(dig(account, "properties")),
        keys_disabled=_flag(dig(account, "properties", "disableLocalAuth")),
        may_call=right.may,
        no_role_of_its_own=right.none_of_its_own,
        role=role,
        role_age_seconds=age,
        state=text(dig(deployment, "properties", "provisioningState")),
        pool=usage,
        pool_current=quota.current if quota is not None else None,
        pool_limit=quota.limit if quota is not None else None,
        utilisation=whole(dig(deployment, "telemetry", "utilisation_percent")),
        incident=next(iter(texts(dig(account, "service_events", "active")) or ()), None),
        health=text(dig(account, "health", "state")),
    )


def _right(account_id: str, basis: Basis) -> tuple[CallingRight, str | None, float | None]:
    """Whether who looked may call, by which role, and for how many seconds already."""
    principal, subscription = basis.principal.object_id, subscription_scope(account_id)
    if principal is None or subscription is None:
        return CallingRight(), None, None
    right = calling_right(principal, account_id, basis.grants.get(fold(subscription), NOTHING_READ))
    rows = [basis.seen.resource(ASSIGNMENT, str(one.row["id"])) for one in right.own]
    made = [moment(dig(one.body, "properties", "createdOn")) for one in rows if one is not None]
    known = [when for when in made if when is not None]
    # Every assignment that lets it in must be young: with an older one there was no time without the right.
    age = (basis.now - min(known)).total_seconds() if known and len(known) == len(right.own) else None
    return right, next((text(one.row.get("role")) for one in right.own), None), age


def _addresses(network: Any, host: str | None) -> tuple[str, ...] | None:
    for one in objects(dig(network, "host_names")) or ():
        if one.get("host") == host:
            return tuple(texts(one.get("addresses")) or ())
    return None


def _zones(rows: Any) -> tuple[str, ...] | None:
    """The names of zones, of rows that are such a name or tell it."""
    if not isinstance(rows, list):
        return None
    names = [text(one.get(_ZONE)) if isinstance(one, dict) else text(one) for one in rows]
    return tuple(dict.fromkeys(name for name in names if name))


def _rules(rules: Any) -> tuple[str, ...] | None:
    found = objects(rules)
    return None if found is None else tuple(value for one in found if (value := text(one.get("value"))))


def _outbound(properties: Any) -> tuple[str, ...] | None:
    if dig(properties, "restrictOutboundNetworkAccess") is not True:
        return None
    return tuple(texts(dig(properties, "allowedFqdnList")) or ())


def _tuple(value: Any) -> tuple[str, ...] | None:
    found = texts(value)
    return None if found is None else tuple(found)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
