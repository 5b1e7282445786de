"""The key that an account encrypts with: its vault, its state and dates, and whether the account may use it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from auditor.policy.facts.arm_id import fold, last, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.key_access import access
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, whole
from auditor.policy.facts.vaults import KIND as VAULT
from auditor.record import JsonObject
from auditor.snapshot import Resource

KEY: Final = "vault_key"

VAULT_PAGE: Final = "https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/list-by-subscription"
KEY_PAGE: Final = "https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/get"
SOFT_DELETE_PAGE: Final = "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview"

ELSEWHERE: Final[Note] = (
    "not known: no vault of that URI lies in the subscriptions of the scope, and a URI does not tell where it does",
    VAULT_PAGE,
)
OF_VAULT: Final = (
    "vault",
    "vault_name",
    "soft_delete",
    "purge_protection",
    "by_roles",
    "key_found",
    "key_enabled",
    "key_in_force",
    "key_rotates",
    "identity_may_use",
)
"""What only a vault that was found can tell."""

PINNED: Final[Note] = ("not known: the account uses another version of the key than the current one", KEY_PAGE)


def encryption_key(of: Around) -> Part:
    """`account.encryption_key`; there is none where an account does not encrypt with a key in a vault."""
    account, known, seen = of.body, of.basis.vaults, of.basis.seen
    encryption = dig(account, "properties", "encryption")
    names = dig(encryption, "keyVaultProperties")
    uri, name = text(dig(names, "keyVaultUri")), text(dig(names, "keyName"))
    if dig(encryption, "keySource") != "Microsoft.KeyVault" or uri is None or name is None:
        return Part()
    told = Telling()
    told.tell("vault_uri", uri)
    told.tell("name", name)
    vault = known.find(uri)
    if vault is None:
        listed = seen.listing(VAULT, subscription_scope(of.resource.id) or of.resource.id) is not None
        for fact in OF_VAULT:
            told.tell(fact, None, because=known.gap, note=ELSEWHERE if listed and known.gap is None else None)
        return told.done()
    key_id = f"{vault.id}/keys/{name}"
    _tell_vault(told, vault)
    _tell_key(told, key_id, text(dig(names, "keyVersion")), seen, of.basis.now)
    principal = _principal(account, text(dig(names, "identityClientId")))
    may = access(vault, key_id, principal, of.basis.grants) if principal is not None else None
    told.tell("principal", principal)
    told.tell("identity_may_use", may.allowed if may is not None else None, because=may.gap if may else None)
    told.read("identity_may_use", may.readings if may is not None else vault.readings)
    return told.done()


def _tell_vault(told: Telling, vault: Resource) -> None:
    properties = dig(vault.body, "properties")
    told.tell("vault", vault.id)
    told.tell("vault_name", last(vault.id))
    soft, purge = dig(properties, "enableSoftDelete"), dig(properties, "enablePurgeProtection")
    if isinstance(properties, dict):
        note = ("absent; every vault has soft delete unless it says otherwise", SOFT_DELETE_PAGE)
        told.tell("soft_delete", _flag(soft, True), note=note if soft is None else None)
        note = ("absent; purge protection is off until it is switched on", SOFT_DELETE_PAGE)
        told.tell("purge_protection", _flag(purge, False), note=note if purge is None else None)
        told.tell("by_roles", _flag(properties.get("enableRbacAuthorization"), False))
    for name in ("vault", "vault_name", "soft_delete", "purge_protection", "by_roles"):
        told.read(name, vault.readings)


def _tell_key(told: Telling, key_id: str, version: str | None, seen: Seen, now: datetime) -> None:
    """State and dates of the current version, which are told only where that is the one in use."""
    found = seen.resource(KEY, key_id)
    members = ("key_found", "key_enabled", "key_in_force", "key_expires_in_days", "key_rotates")
    absent = seen.listing(KEY, key_id)
    if found is None:
        there = False if absent is not None and absent.count == 0 else None
        gap = seen.gap(KEY, key_id) if there is None else None
        for name in members:
            told.tell(name, there if name == "key_found" else None, because=gap)
        told.read("key_found", absent.readings if absent is not None else ())
        return
    properties = dig(found.body, "properties")
    told.tell("key_found", True)
    told.tell("key_rotates", _rotates(properties))
    current = text(dig(properties, "keyUriWithVersion"))
    if version is None or (current is not None and fold(current).endswith(f"/{version.lower()}")):
        _tell_state(told, dig(properties, "attributes"), now)
    else:
        for name in ("key_enabled", "key_in_force"):
            told.tell(name, None, note=PINNED)
    for name in members:
        told.read(name, found.readings)


def _tell_state(told: Telling, attributes: object, now: datetime) -> None:
    enabled = dig(attributes, "enabled")
    told.tell("key_enabled", enabled if isinstance(enabled, bool) else None)
    if not isinstance(attributes, dict):
        return
    ends, begins = (_moment(attributes.get(name)) for name in ("exp", "nbf"))
    if ends is not None and attributes.get("exp") is not None:
        told.tell("key_expires_in_days", (ends - now).days)
    told.tell("key_in_force", _in_force(attributes, begins, ends, now))


def _in_force(attributes: JsonObject, begins: datetime | None, ends: datetime | None, now: datetime) -> bool | None:
    """Whether now lies between the dates of a key, of which it may have none."""
    if (ends is not None and ends <= now) or (begins is not None and begins > now):
        return False
    unread = [name for name, moment in (("exp", ends), ("nbf", begins)) if attributes.get(name) and moment is None]
    return None if unread else True


def _rotates(properties: object) -> bool | None:
    """Whether the policy of the key makes a new version by itself; without a policy nothing does.

    https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation
    """
    policy = dig(properties, "rotationPolicy")
    if not isinstance(properties, dict) or (policy is not None and not isinstance(policy, dict)):
        return None
    actions = objects(dig(policy, "lifetimeActions") or [])
    if actions is None:
        return None
    return any((text(dig(one, "action", "type")) or "").lower() == "rotate" for one in actions)


def _principal(account: JsonObject, client: str | None) -> str | None:
    """The object id of the identity by which an account opens its vault: the one that it names, else its own."""
    identity = dig(account, "identity")
    if client is None:
        return text(dig(identity, "principalId"))
    named = dig(identity, "userAssignedIdentities")
    each = named.values() if isinstance(named, dict) else ()
    same = (one for one in each if (text(dig(one, "clientId")) or "").lower() == client.lower())
    return text(dig(next(same, None), "principalId"))


def _moment(value: object) -> datetime | None:
    """Seconds since 1970, as Resource Manager writes a key's dates."""
    seconds = whole(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (OverflowError, OSError, ValueError):
        return None


def _flag(value: object, default: bool) -> bool | None:
    if value is None:
        return default
    return value if isinstance(value, bool) else None
