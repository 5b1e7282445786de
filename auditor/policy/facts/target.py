"""Where a workload's account is: found, known not to exist, or not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import PROVIDER, fold, is_arm_id, last, location_scope, region, subscription_scope
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.places import Places
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.settings import Workload

NEW_KINDS: Final = ("AIServices", "OpenAI")
"""Kinds that an account which is still to be made may have, the newer first.

https://learn.microsoft.com/azure/foundry/how-to/upgrade-azure-openai
"""

SETTINGS_PAGE: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"

_AMBIGUOUS: Final[Note] = (
    "not known: more than one account in scope has this name; name the account by its ARM id",
    SETTINGS_PAGE,
)
_LEFT_OUT: Final[Note] = (
    "not known: the limits of the scope (accounts, groups or tags) may leave the account out",
    SETTINGS_PAGE,
)


@dataclass(frozen=True)
class Target:
    """What is known of a workload's account; `exists` None is not known."""

    workload: Workload
    exists: bool | None
    home: Home | None
    """The account, where it or its deployments were read and there is just one of that name."""
    gap: str | None
    note: Note | None
    subscriptions: tuple[str, ...]
    """Scopes of the subscriptions in which it is, or may be."""
    readings: tuple[str, ...]
    standbys: tuple[Target, ...] = ()
    """Of the accounts in other regions that are to take over."""

    @property
    def subscription(self) -> str | None:
        """The scope of its subscription, where it can only be one."""
        return self.subscriptions[0] if len(self.subscriptions) == 1 else None

    @property
    def location(self) -> str | None:
        """Where its models and usages are listed; the planned location counts only once it is known not to exist."""
        if self.home is not None:
            return self.home.location
        place = region(self.workload.planned_location)
        if self.exists is not False or place is None or self.subscription is None:
            return None
        return location_scope(self.subscription, place)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of account whose models it could deploy."""
        if self.home is not None:
            return (self.home.kind,) if self.home.kind is not None else ()
        return NEW_KINDS if self.exists is False else ()


def target(workload: Workload, homes: dict[str, Home], named: dict[str, tuple[Home, ...]], where: Places) -> Target:
    """The target of a workload; `homes` by folded account id, `named` by account name in lower case."""
    candidates: tuple[Home, ...]
    if is_arm_id(workload.account):
        found = homes.get(fold(workload.account))
        candidates = (found,) if found is not None else ()
        scopes = tuple(filter(None, (subscription_scope(workload.account),)))
    else:
        candidates = named.get(workload.account.lower(), ())
        scopes = where.subscriptions
    if candidates:
        homes_of = tuple(dict.fromkeys(filter(None, (subscription_scope(one.id) for one in candidates))))
        return Target(
            workload=workload,
            exists=True,
            home=candidates[0] if len(candidates) == 1 else None,
            gap=where.seen.gap("account", candidates[0].id) if not candidates[0].read else None,
            note=None if len(candidates) == 1 else _AMBIGUOUS,
            subscriptions=homes_of,
            readings=where.readings(homes_of),
        )
    own = where.unread_accounts.get(last(workload.account).lower())
    left_out = where.may_leave_out(workload.account)
    gap = own or where.seen.why(*(("account", scope) for scope in scopes if not where.listed("account", scope)))
    elsewhere = where.known_by_resource_manager(workload.account, scopes)
    hidden = left_out or elsewhere is not None
    whole = own is None and not hidden and bool(scopes) and all(where.listed("account", scope) for scope in scopes)
    note = _LEFT_OUT if left_out else _listed_elsewhere(elsewhere) if elsewhere is not None else None
    return Target(
        workload=workload,
        exists=False if whole else None,
        home=None,
        gap=gap,
        note=note if gap is None else None,
        subscriptions=scopes,
        readings=where.readings(scopes),
    )


def _listed_elsewhere(account: str) -> Note:
    """Why an account that was not found is not called missing: the scope shuts it out, or one of two lists is wrong."""
    return (
        (
            f"not known: Resource Manager lists {account}, and the list of accounts in the scope (subscriptions, "
            "resource_groups) does not hold it; widen the scope, or name the account by its ARM id"
        ),
        SETTINGS_PAGE,
    )


def workload_account(found: Target, where: Places) -> Part:
    """`account_exists` and `account_soft_deleted` of a workload."""
    told = Telling()
    told.tell("account_exists", found.exists, because=found.gap, note=found.note if found.exists is None else None)
    told.read("account_exists", found.readings)
    name = last(found.workload.account).lower()
    scopes = found.subscriptions if is_arm_id(found.workload.account) else where.subscriptions
    deleted = any(
        (text(one.body.get("name")) or last(one.id)).lower() == name
        for scope in scopes
        for one in where.seen.children("deleted_account", scope)
    )
    unread = [scope for scope in scopes if not where.listed("deleted_account", scope)]
    known = True if deleted else None if unread or not scopes else False
    told.tell("account_soft_deleted", known, because=where.seen.why(*(("deleted_account", scope) for scope in unread)))
    _tell_region(told, found, where)
    return told.done()


def _tell_region(told: Telling, found: Target, where: Places) -> None:
    """`region` of the account, or the one declared for it, and whether accounts can be made there.

    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
    """
    place = found.home.region if found.home is not None else region(found.workload.location)
    told.tell("region", place, because=found.gap)
    told.tell("region_told", True if place is not None else False if found.exists is False else None, because=found.gap)
    provider = f"{found.subscription}/{PROVIDER}" if found.subscription is not None else ""
    resource = where.seen.resource("provider", provider)
    types = objects(resource.body.get("resourceTypes")) if resource is not None else None
    ours = next((one for one in types or () if (text(one.get("resourceType")) or "").lower() == "accounts"), None)
    locations = texts(dig(ours, "locations"))
    offered = place in map(region, locations) if locations and place is not None else None
    told.tell("region_offered", offered, because=where.seen.gap("provider", provider) if resource is None else None)
    told.read("region_offered", resource.readings if resource is not None else ())
