"""What a role grants of that which matters to an account and its key; roles are known by their ids, as names change.

A permission grants what one of its `actions` matches and none of its `notActions`, and permissions add up; data actions
likewise. https://learn.microsoft.com/azure/role-based-access-control/role-definitions
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from auditor.policy.facts.arm_id import last
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.permissions import granted, matches
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import JsonObject
from auditor.snapshot import Resource

KIND: Final = "role_definition"

_CS: Final = "Microsoft.CognitiveServices/accounts"

RESPOND: Final = f"{_CS}/OpenAI/responses/write"
"""What a call of the Responses API needs, as its refusal says."""

CALLS: Final = (
    RESPOND,
    f"{_CS}/OpenAI/deployments/chat/completions/action",
    f"{_CS}/OpenAI/deployments/embeddings/action",
    f"{_CS}/OpenAI/deployments/audio/action",
    f"{_CS}/OpenAI/images/generations/action",
)
"""Data actions by which models are called.

https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning#microsoftcognitiveservices
"""

KEY_USES: Final = (
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/keys/wrap/action",
    "Microsoft.KeyVault/vaults/keys/unwrap/action",
)
"""The data actions that encryption with a key of a vault needs; Key Vault Crypto Service Encryption User grants them.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security#key-vault-crypto-service-encryption-user
"""

LIST_KEYS: Final = f"{_CS}/listKeys/action"
WRITE_ACCOUNT: Final = f"{_CS}/write"
ASSIGN: Final = "Microsoft.Authorization/roleAssignments/write"
DELETE_GROUPS: Final = "Microsoft.Resources/subscriptions/resourceGroups/delete"

POWERS: Final = (
    ASSIGN,
    WRITE_ACCOUNT,
    f"{_CS}/delete",
    f"{_CS}/deployments/write",
    f"{_CS}/deployments/delete",
    f"{_CS}/regenerateKey/action",
    LIST_KEYS,
    DELETE_GROUPS,
)
"""Management actions that calling a model never needs."""


@dataclass(frozen=True)
class Grant:
    """Which of the actions above permissions grant, or a deny assignment denies."""

    powers: frozenset[str]
    calls: frozenset[str]
    key_uses: frozenset[str]

    def __contains__(self, action: str) -> bool:
        return action in self.powers or action in self.calls or action in self.key_uses

    def __bool__(self) -> bool:
        return bool(self.powers or self.calls or self.key_uses)


@dataclass(frozen=True)
class Role:
    """A role definition that was read."""

    id: str
    """Its GUID, in lower case."""
    name: str
    custom: bool | None
    grant: Grant | None
    """None where its permissions are of a shape never seen."""
    broad: tuple[str, ...]
    """Patterns of it by which it can list keys, or do everything with the data of the service."""

    @property
    def owns(self) -> bool | None:
        """Whether it may do everything, and let others do so."""
        return self.grants(ASSIGN, DELETE_GROUPS)

    @property
    def privileged(self) -> bool | None:
        """Whether it may let others in, or change what the account is."""
        return None if self.grant is None else bool(self.grant.powers & {ASSIGN, WRITE_ACCOUNT})

    def grants(self, *powers: str) -> bool | None:
        """Whether it grants all of the management actions."""
        return None if self.grant is None else self.grant.powers.issuperset(powers)


def role(resource: Resource) -> Role:
    """The role of a definition's raw body."""
    body, _ = fill(KIND, resource.body)
    told = text(dig(body, "properties", "type"))
    return Role(
        id=last(resource.id).lower(),
        name=text(dig(body, "properties", "roleName")) or last(resource.id),
        custom=None if told is None else told == "CustomRole",
        grant=grant(dig(body, "properties", "permissions")),
        broad=_broad(objects(dig(body, "properties", "permissions")) or []),
    )


def grant(permissions: Any) -> Grant | None:
    """What permissions add up to, of filled bodies; None where one of them is of a shape never seen."""
    found = objects(permissions)
    if found is None or not all(_is_whole(one) for one in found):
        return None
    data = [{"actions": one["dataActions"], "notActions": one["notDataActions"]} for one in found]
    return Grant(
        powers=frozenset(action for action in POWERS if granted(action, found)),
        calls=frozenset(action for action in CALLS if granted(action, data)),
        key_uses=frozenset(action for action in KEY_USES if granted(action, data)),
    )


def _is_whole(permission: JsonObject) -> bool:
    members = ("actions", "notActions", "dataActions", "notDataActions")
    return all(texts(permission.get(name)) is not None for name in members)


_EVERYTHING: Final = ("Microsoft.CognitiveServices/accounts/OpenAI/x", "Microsoft.CognitiveServices/accounts/x/y")
"""Data actions of two families, neither of which is named by a pattern that grants both."""


def _broad(permissions: Iterable[JsonObject]) -> tuple[str, ...]:
    """Wildcards that reach the keys, and those that reach all data, where nothing beside them takes that back."""
    found: dict[str, None] = {}
    for one in permissions:
        excepted = texts(one.get("notActions")) or []
        if not any(matches(pattern, LIST_KEYS) for pattern in excepted):
            keys = (pattern for pattern in texts(one.get("actions")) or [] if "*" in pattern)
            found.update(dict.fromkeys(pattern for pattern in keys if matches(pattern, LIST_KEYS)))
        if not any(map(_reaches_all_data, texts(one.get("notDataActions")) or [])):
            found.update(dict.fromkeys(filter(_reaches_all_data, texts(one.get("dataActions")) or [])))
    return tuple(found)


def _reaches_all_data(pattern: str) -> bool:
    return all(matches(pattern, action) for action in _EVERYTHING)
