"""The keys that accounts encrypt with and the vaults they lie in: what they are and who may use them, never a key."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row, Rows
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, Resource

_BELOW = "/providers/Microsoft.KeyVault/vaults"


async def _vault(look: Look, target: Target) -> None:
    """Keeps the vault; a subscription's others are counted and not kept.

    A URI does not tell where a vault lies: the account's own subscription is looked through first, then the others.
    """
    for scope in _places(look, target):
        rows = await look.list_once("vault", scope, _BELOW)
        if isinstance(rows, Gap):
            look.keep_gap(rows)
            continue
        look.keep_listing("vault", scope, rows, nameless=sum(own_id(row.body) is None for row in rows.rows))
        found = _of_uri(rows, target)
        if found is not None:
            id_ = found.body["id"]
            vault = Resource(kind="vault", id=id_, parent=scope, body=found.body, readings=(found.reading,))
            look.keep_resource(vault)
            return


async def _key(look: Look, target: Target) -> None:
    for scope in _places(look, target):
        rows = await look.list_once("vault", scope, _BELOW)
        found = _of_uri(rows, target) if isinstance(rows, Rows) else None
        if found is not None:
            vault = found.body["id"]
            id_ = f"{vault}/keys/{target.body['name']}"
            look.keep_found("vault_key", id_, vault, await look.arm.find("vault_key", id_))
            return


def _places(look: Look, target: Target) -> list[str]:
    scopes = (target.subscription, *look.selection.subscriptions)
    return [f"/subscriptions/{one}" for one in dict.fromkeys(one.lower() for one in scopes)]


def _of_uri(rows: Rows, target: Target) -> Row | None:
    """The vault that has the key's URI; names of vaults are unique in a cloud, so there is one."""
    wanted = str(target.body["vault"]).lower().rstrip("/")
    return next((row for row in rows.rows if own_id(row.body) and _uri(row.body) == wanted), None)


def _uri(vault: JsonObject) -> str | None:
    properties = vault.get("properties")
    uri = properties.get("vaultUri") if isinstance(properties, dict) else None
    return uri.lower().rstrip("/") if isinstance(uri, str) else None


VAULT = Collector(
    "vault",
    Per.ENCRYPTION_KEY,
    (ACTIONS["vault"],),
    _vault,
    scope=lambda target: f"/subscriptions/{target.subscription}",
)
VAULT_KEY = Collector("vault_key", Per.ENCRYPTION_KEY, (ACTIONS["vault_key"],), _key)
