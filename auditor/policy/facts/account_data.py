"""What an account keeps of prompts and completions, where, and who else may look at them."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import last
from auditor.policy.facts.around import Around
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject

BLOCKLIST: Final = "blocklist"

STORED_SINCE: Final = "2025-09-01"
"""The first stable api-version that tells storedCompletionsDisabled."""

LOGGING: Final = "contentlogging"
"""Capability, in lower case, that is told, as false, only where Microsoft has switched abuse monitoring off.

https://learn.microsoft.com/azure/foundry/responsible-ai/openai/data-privacy
"""


def account_data(of: Around) -> Part:
    """`account.data`: `stored_completions_disabled`, customer's `storage` (ids), `monitor_sink` (an id, or empty),
    `abuse_monitoring` by Microsoft, and the names of the account's `blocklists`.

    What an account leaves out is known to be unset only where it was read whole.
    """
    told = Telling()
    gap = of.basis.seen.own_gap("account", of.resource.id)
    said = dig(of.body, "properties")
    if isinstance(said, dict):
        whole = gap is None
        version = of.basis.api_versions.get("account", STORED_SINCE)
        told.tell("stored_completions_disabled", _flag(said, default_known=whole and version[:10] >= STORED_SINCE))
        told.tell("storage", _storage(said, whole=whole), because=gap)
        told.tell("monitor_sink", _sink(said, whole=whole), because=gap)
        told.tell("abuse_monitoring", _monitored(said), because=gap)
        told.read("", of.resource.readings)
    listing = of.basis.seen.listing(BLOCKLIST, of.resource.id)
    found = of.basis.seen.children(BLOCKLIST, of.resource.id)
    names = sorted(last(one.id) for one in found) if listing is not None else None
    told.tell("blocklists", names, because=of.basis.seen.gap(BLOCKLIST, of.resource.id))
    if listing is not None:
        told.read("blocklists", [*listing.readings, *(reading for one in found for reading in one.readings)])
    return told.done()


def lost_identities(raw: JsonObject, kinds: list[str] | None) -> list[str] | None:
    """Names of user-assigned identities that the account names and of which Entra ID has no principal any more.

    Of the body as it came, since such an identity may be told as null; `kinds` are the account's identity types.
    Deleting such an identity leaves it on what it was assigned to:
    https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-manage-user-assigned-managed-identities
    """
    if kinds is None or "UserAssigned" not in kinds:
        return None if kinds is None else []
    named = dig(raw, "identity", "userAssignedIdentities")
    if not isinstance(named, dict) or not all(told is None or isinstance(told, dict) for told in named.values()):
        return None
    return sorted(last(arm_id) for arm_id, told in named.items() if not (told or {}).get("principalId"))


def _flag(said: JsonObject, *, default_known: bool) -> bool | None:
    flag = said.get("storedCompletionsDisabled")
    if flag is None:
        return False if default_known else None
    return flag if isinstance(flag, bool) else None


def _storage(said: JsonObject, *, whole: bool) -> list[str] | None:
    if said.get("userOwnedStorage") is None:
        return [] if whole else None
    rows = objects(said["userOwnedStorage"])
    ids = [text(row.get("resourceId")) for row in rows or ()]
    return None if rows is None else [one for one in ids if one is not None] if None not in ids else None


def _sink(said: JsonObject, *, whole: bool) -> str | None:
    """Where prompts and completions are sent for the customer's own monitoring of abuse; empty for nowhere."""
    config = said.get("raiMonitorConfig")
    if config is None:
        return "" if whole else None
    if not isinstance(config, dict):
        return None
    target = config.get("adxStorageResourceId")
    return "" if target is None else text(target)


def _monitored(said: JsonObject) -> bool | None:
    rows = objects(said.get("capabilities"))
    if rows is None:
        return None
    values = [str(row.get("value")).lower() for row in rows if str(row.get("name")).lower() == LOGGING]
    if not values:
        return True
    return {"false": False, "true": True}.get(values[0]) if len(set(values)) == 1 else None
