"""Who may use the keys of a vault: by its access policies, or by roles where the vault goes by these."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.arm_id import fold, subscription_scope
from auditor.policy.facts.permissions import matches
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import JsonObject
from auditor.snapshot import Resource

NEEDED: Final = ("get", "wrapkey", "unwrapkey")
"""https://learn.microsoft.com/azure/foundry/concepts/encryption-keys-portal"""

DATA_ACTIONS: Final = (
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/keys/wrap/action",
    "Microsoft.KeyVault/vaults/keys/unwrap/action",
)
"""What Key Vault Crypto Service Encryption User grants.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security#key-vault-crypto-service-encryption-user
"""

ASSIGNMENT: Final = "role_assignment"
DEFINITION: Final = "role_definition"


@dataclass(frozen=True)
class Access:
    """Whether somebody may; None is not known, `gap` being why where there is one."""

    allowed: bool | None
    gap: str | None = None
    readings: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyRoles:
    """The role assignments that let somebody use keys, looked up once."""

    granting: dict[str, tuple[JsonObject, ...]]
    """Principal in lower case → the properties of the assignments whose role has what a key's user needs."""
    to_groups: tuple[JsonObject, ...]
    """Those of groups, whose members are not known."""
    unclear: dict[str, tuple[JsonObject, ...]]
    """Principal → assignments that grant under a condition, or of a role whose definition was not read."""


def key_roles(seen: Seen) -> KeyRoles:
    """The assignments of those roles whose definitions grant all of DATA_ACTIONS."""
    enough = {_guid(one.id): _grants(one.body) for one in seen.all_of(DEFINITION)}
    granting: defaultdict[str, list[JsonObject]] = defaultdict(list)
    unclear: defaultdict[str, list[JsonObject]] = defaultdict(list)
    groups: list[JsonObject] = []
    for one in seen.all_of(ASSIGNMENT):
        properties = dig(one.body, "properties")
        principal, role = text(dig(properties, "principalId")), text(dig(properties, "roleDefinitionId"))
        if principal is None or role is None or text(dig(properties, "scope")) is None:
            continue
        granted = enough.get(_guid(role))
        if granted is False:
            continue
        if granted is None or properties.get("condition"):
            unclear[principal.lower()].append(properties)
        elif (text(properties.get("principalType")) or "").lower() == "group":
            groups.append(properties)
        else:
            granting[principal.lower()].append(properties)
    return KeyRoles(
        granting={name: tuple(found) for name, found in granting.items()},
        to_groups=tuple(groups),
        unclear={name: tuple(found) for name, found in unclear.items()},
    )


def access(vault: Resource, key_id: str, principal: str, roles: KeyRoles, seen: Seen) -> Access:
    """Whether a principal may read, wrap and unwrap with a key of the vault.

    A vault goes by roles or by policies, never by both: https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy
    """
    by_roles = dig(vault.body, "properties", "enableRbacAuthorization")
    if by_roles is None or by_roles is False:
        return Access(_by_policies(vault.body, principal), readings=vault.readings)
    return _by_roles(vault, key_id, principal, roles, seen) if by_roles is True else Access(None)


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


def _by_roles(vault: Resource, key_id: str, principal: str, roles: KeyRoles, seen: Seen) -> Access:
    scope = subscription_scope(vault.id) or vault.id
    name = principal.lower()
    if any(_covers(one, key_id) for one in roles.granting.get(name, ())):
        return Access(True, readings=vault.readings)
    gap = seen.why((ASSIGNMENT, scope), (DEFINITION, scope))
    if seen.listing(ASSIGNMENT, scope) is None or seen.listing(DEFINITION, scope) is None:
        return Access(None, gap)
    maybe = (*roles.unclear.get(name, ()), *roles.to_groups)
    return Access(None if any(_covers(one, key_id) for one in maybe) else False, readings=vault.readings)


def _covers(assignment: JsonObject, key_id: str) -> bool:
    """Whether an assignment's scope is the key or above it; management groups stand above every subscription."""
    scope = fold(str(assignment.get("scope")))
    above = scope.startswith("/providers/microsoft.management/managementgroups/")
    return above or f"{fold(key_id)}/".startswith(f"{scope}/")


def _grants(definition: JsonObject) -> bool | None:
    """Whether one of a role's permissions grants all; None for a definition of another shape."""
    permissions = objects(dig(definition, "properties", "permissions"))
    if permissions is None:
        return None
    pairs = [(texts(one.get("dataActions") or []), texts(one.get("notDataActions") or [])) for one in permissions]
    if any(allowed is None or excepted is None for allowed, excepted in pairs):
        return None
    return all(
        any(
            any(matches(pattern, action) for pattern in allowed or ())
            and not any(matches(pattern, action) for pattern in excepted or ())
            for allowed, excepted in pairs
        )
        for action in DATA_ACTIONS
    )


def _guid(role: str) -> str:
    """Roles are told apart by the last part of their ids: the rest depends on where one asks."""
    return fold(role).rpartition("/")[2]
