"""The places that logs are sent to: whether they are still there, how long they keep logs, and who can reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.part import Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text, whole
from auditor.record import JsonObject

KINDS: Final = {
    "microsoft.operationalinsights/workspaces": "workspace",
    "microsoft.storage/storageaccounts": "storage_account",
    "microsoft.eventhub/namespaces": "event_hub_namespace",
}
"""Resource type in lower case → kind in the snapshot; other places (partners' solutions) are not looked at."""

UNLIMITED: Final = 36_500
"""Days that stand for the -1 by which a workspace of a legacy tier says for ever.

https://learn.microsoft.com/rest/api/loganalytics/workspaces/get
"""

_STORE: Final = re.compile(
    r"(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/([^/]+/[^/]+)/[^/]+)(?:/.*)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Store:
    """One place."""

    id: str
    kind: str
    exists: bool | None
    body: JsonObject
    gap: str | None
    readings: tuple[str, ...]

    @property
    def retention_days(self) -> int | None:
        """The default of a workspace's tables; of other kinds nothing tells it."""
        days = whole(dig(self.body, "properties", "retentionInDays")) if self.kind == "workspace" else None
        return UNLIMITED if days == -1 else days if days is None or days > 0 else None

    @property
    def public(self) -> bool | None:
        """Of a storage account whether any network reaches it; what is absent says Enabled, or Allow.

        https://learn.microsoft.com/azure/storage/common/storage-network-security-set-default-access
        """
        properties = dig(self.body, "properties")
        if self.kind != "storage_account" or not isinstance(properties, dict):
            return None
        access = _word(properties.get("publicNetworkAccess"), "Enabled")
        default = _word(dig(properties, "networkAcls", "defaultAction"), "Allow")
        if access in {"disabled", "securedbyperimeter"} or default == "deny":
            return False
        return True if (access, default) == ("enabled", "allow") else None

    @property
    def platform_key(self) -> bool | None:
        """Of a storage account whether Microsoft's own key encrypts it; one without an answer is not known.

        https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview
        """
        source = text(dig(self.body, "properties", "encryption", "keySource"))
        known = {"microsoft.storage": True, "microsoft.keyvault": False}
        return known.get(source.lower()) if self.kind == "storage_account" and source is not None else None

    @property
    def facts(self) -> JsonObject:
        """As rules and reports see it; what is not known is left out."""
        told = {"exists": self.exists, "retention_days": self.retention_days, "public": self.public}
        return {"id": self.id, "kind": self.kind, **{name: value for name, value in told.items() if value is not None}}


def stores(places: Iterable[str], seen: Seen) -> tuple[Store, ...]:
    """What is known of the places that can be looked at, each once, in their order."""
    found: dict[str, Store] = {}
    for place in places:
        written = _STORE.fullmatch(place)
        kind = KINDS.get(written[2].lower()) if written else None
        if written is not None and kind is not None:
            found.setdefault(written[1].lower(), _store(written[1], kind, seen))
    return tuple(found.values())


def tell_stores(told: Telling, found: tuple[Store, ...]) -> None:
    """`stores` and what follows of them; one that is known to be bad is told even where others are not known."""
    told.tell("stores", [store.facts for store in found])
    unread = next((store.gap for store in found if store.exists is None and store.gap is not None), None)
    for name, bad, known in (
        ("missing_destinations", [one.id for one in found if one.exists is False], lambda one: one.exists is not None),
        ("public_storage", [one.id for one in _storage(found) if one.public], lambda one: one.public is not None),
        (
            "platform_key_storage",
            [one.id for one in _storage(found) if one.platform_key],
            lambda one: one.platform_key is not None,
        ),
    ):
        asked = found if name == "missing_destinations" else _storage(found)
        told.tell(name, bad if bad or all(map(known, asked)) else None, because=unread)
    told.tell("storage", len(_storage(found)))
    workspaces = [one for one in found if one.kind == "workspace" and one.exists is not False]
    told.tell("workspaces", len(workspaces))
    days = [one.retention_days for one in workspaces if one.retention_days is not None]
    whole_ = len(days) == len(workspaces)
    told.tell("least_retention_days", min(days) if days and whole_ else None, because=unread)
    readings = [reading for store in found for reading in store.readings]
    for name in ("stores", "missing_destinations", "public_storage", "platform_key_storage", "least_retention_days"):
        told.read(name, readings)


def _storage(found: tuple[Store, ...]) -> tuple[Store, ...]:
    return tuple(one for one in found if one.kind == "storage_account" and one.exists is not False)


def _store(arm_id: str, kind: str, seen: Seen) -> Store:
    resource = seen.resource(kind, arm_id)
    if resource is not None:
        return Store(arm_id, kind, True, resource.body, None, resource.readings)
    absent = seen.listing(kind, arm_id)
    if absent is not None and absent.count == 0:
        return Store(arm_id, kind, False, {}, None, absent.readings)
    return Store(arm_id, kind, None, {}, seen.gap(kind, arm_id), ())


def _word(said: object, default: str) -> str | None:
    """In lower case; None for what is no text."""
    if said is None:
        return default.lower()
    word = text(said)
    return word.lower() if word is not None else None
