"""Who may use the keys of a vault: by its access policies, or by roles where the vault goes by these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from auditor.policy.facts.arm_id import fold, subscription_scope
from auditor.policy.facts.grants import ASSIGNMENT, DENIAL, NOTHING_READ, Grants
from auditor.policy.facts.logic import all_of
from auditor.policy.facts.rights import rights
from auditor.policy.facts.roles import KEY_USES
from auditor.policy.facts.roles import KIND as ROLE
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import JsonObject
from auditor.snapshot import Resource

NEEDED: Final = ("get", "wrapkey", "unwrapkey")
"""https://learn.microsoft.com/azure/foundry/concepts/encryption-keys-portal"""


@dataclass(frozen=True)
class Access:
    """Whether somebody may; None is not known, `gap` being why where there is one."""

    allowed: bool | None
    gap: str | None = None
    readings: tuple[str, ...] = ()


def access(vault: Resource, key_id: str, principal: str, grants: Mapping[str, Grants]) -> Access:
    """Whether a principal may read, wrap and unwrap with a key of the vault; `grants` by subscription.

    A vault goes by roles or by policies, never by both: https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy
    """
    by_roles = dig(vault.body, "properties", "enableRbacAuthorization")
    if by_roles is None or by_roles is False:
        return Access(_by_policies(vault.body, principal), readings=vault.readings)
    return _by_roles(vault, key_id, principal, grants) if by_roles is True else Access(None, readings=vault.readings)


def _by_policies(vault: JsonObject, principal: str) -> bool | None:
    policies = objects(dig(vault, "properties", "accessPolicies"))
    if policies is None:
        return None
    allowed = [
        texts(dig(one, "permissions", "keys") or [])
        for one in policies
        if (text(one.get("objectId")) or "").lower() == principal.lower()
    ]
    if any(one is not None and _enough(one) for one in allowed):
        return True
    return None if None in allowed else False


def _enough(permissions: list[str]) -> bool:
    have = {one.lower() for one in permissions}
    return "all" in have or have.issuperset(NEEDED)


def _by_roles(vault: Resource, key_id: str, principal: str, grants: Mapping[str, Grants]) -> Access:
    """An assignment under a condition may grant: what a condition says is not looked at."""
    scope = subscription_scope(vault.id)
    known = grants.get(fold(scope), NOTHING_READ) if scope is not None else NOTHING_READ
    at_key = rights(key_id, known)
    if at_key is None:
        return Access(None, known.why(ASSIGNMENT, ROLE))
    allowed = all_of(at_key.may(principal.lower(), [action]) for action in KEY_USES)
    if allowed:
        plain = replace(at_key, assignments=tuple(one for one in at_key.assignments if not one.conditional))
        allowed = all_of(plain.may(principal.lower(), [action]) for action in KEY_USES) or None
    return Access(allowed, known.why(DENIAL) if allowed is None else None, (*vault.readings, *known.readings))
