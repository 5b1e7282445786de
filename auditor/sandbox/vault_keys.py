"""A key vault's data plane: who may, the public half of a key, and signatures by the private one."""

from __future__ import annotations

import time

from auditor.sandbox.hosts import VAULTS
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import bearer, claims_of
from auditor.sandbox.vault import Vault, VaultKey
from auditor.sandbox.vault_made import ALGORITHMS, MadeKey, decoded
from auditor.sandbox.wildcards import matches_any
from auditor.sandbox.wire import Answer, Ask, answer_error, answer_json
from auditor.sandbox.world import World

AUDIENCE = f"https://{VAULTS}"

_WAIT = "please observe propagation time."
_HELP = "For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"


def answer(world: World, ledger: Ledger, ask: Ask) -> Answer:
    """What the vault says whose name is the first part of the host's.

    https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups
    """
    vault = world.vaults.get(ask.host.partition(".")[0])
    if vault is None:
        return answer_error(404, "NotFound", f"{ask.host} is no vault of this world.", unknown=True)
    refused = _unauthenticated(world, ask)
    if refused is not None:
        return refused
    if "api-version" not in ask.query:
        return answer_error(400, "BadParameter", "api-version must be specified")
    match ask.method, [part for part in ask.path.split("/") if part]:
        case "GET", ["keys", name, *version] if len(version) < 2:  # noqa: PLR2004 - at most one version
            return _forbidden(world, vault, name, "read") or _told(ledger, ask, vault, name, version)
        case "POST", ["keys", name, version, "sign"]:
            return _forbidden(world, vault, name, "sign/action") or _signed(ledger, ask, vault, name, version)
    return answer_error(404, "NotFound", f"{ask.path} is not served here", unknown=True)


def _unauthenticated(world: World, ask: Ask) -> Answer | None:
    """The challenge for a request without a token that is for this vault.

    https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
    """
    claims = claims_of(bearer(ask.headers.get("authorization", "")))
    if claims is None:
        wrong = "AKV10000: Request is missing a Bearer or PoP token."
    elif str(claims.get("aud", "")).rstrip("/") != AUDIENCE:
        wrong = f"AKV10022: Invalid audience. Expected {AUDIENCE}, found: {claims.get('aud')}."
    elif claims.get("tid") != world.tenant:
        issuer = f"https://sts.windows.net/{world.tenant}/"
        wrong = f"AKV10032: Invalid issuer. Expected one of {issuer}, found {claims.get('iss')}."
    elif float(str(claims.get("exp", 0))) < time.time():
        wrong = "[TokenExpired] Error validating token: 'S2S12086'."
    else:
        return None
    authority = f"https://login.microsoftonline.com/{world.tenant}"
    challenge = f'Bearer authorization="{authority}", resource="{AUDIENCE}"'
    return answer_error(401, "Unauthorized", wrong, {"www-authenticate": challenge})


def _forbidden(world: World, vault: Vault, name: str, verb: str) -> Answer | None:
    """The refusal of who has no role for it, in the order and words of a vault that goes by roles.

    https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
    """
    action = f"Microsoft.KeyVault/vaults/keys/{verb}"
    if matches_any(vault.data_actions, action) and not matches_any(world.denied_data_actions, action):
        return None
    who, subscription = world.identity, next(iter(world.subscriptions))
    above = f"/subscriptions/{subscription}/resourcegroups/{vault.group}/providers/microsoft.keyvault"
    said = (
        "Caller is not authorized to perform action on resource.",
        f"If role assignments, deny assignments or role definitions were changed recently, {_WAIT}",
        f"Caller: appid={who.app_id};oid={who.object_id};iss=https://sts.windows.net/{world.tenant}/",
        f"Action: '{action}'",
        f"Resource: '{above}/vaults/{vault.name}/keys/{name}'",
        "Assignment: (not found)",
        "DenyAssignmentId: null",
        "DecisionReason: null ",
        f"Vault: {vault.name};location={vault.location}",
        "",
    )
    return _denial("\r\n".join(said), "ForbiddenByRbac")


def _told(ledger: Ledger, ask: Ask, vault: Vault, name: str, version: list[str]) -> Answer:
    found = _found(ledger, vault, name, version)
    if found is None:
        return _not_found("/".join([name, *version]))
    key, made = found
    attributes = {
        "enabled": key.enabled,
        "created": made.created,
        "updated": made.created,
        "recoveryLevel": "Recoverable",
        "recoverableDays": 90,
        "exportable": False,
    }
    return answer_json(200, {"key": {"kid": _id(ask, key, made), **made.public()}, "attributes": attributes})


def _signed(ledger: Ledger, ask: Ask, vault: Vault, name: str, version: str) -> Answer:
    """https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign"""
    found = _found(ledger, vault, name, [version])
    if found is None:
        return _not_found(f"{name}/{version}")
    key, made = found
    if not key.enabled:
        return _denial("Operation sign is not allowed on a disabled key.", "KeyDisabled")
    asked = ask.json() or {}
    algorithm, digest = str(asked.get("alg")), decoded(asked.get("value"))
    curve, digested = ALGORITHMS.get(algorithm, ("", None))
    if digest is None or (digested is not None and len(digest) != digested.digest_size):
        return answer_error(400, "BadParameter", f"Invalid length of 'value' for {algorithm}.")
    signature = made.signature(algorithm, digest)
    if signature is None:
        words = f"Key {_id(ask, key, made)} uses curve '{made.curve}', and algorithm '{algorithm}' can only be used"
        return answer_error(
            400, "BadParameter", f"Key and signing algorithm are incompatible. {words} with a key on curve '{curve}'."
        )
    return answer_json(200, {"kid": _id(ask, key, made), "value": signature})


def _found(ledger: Ledger, vault: Vault, name: str, version: list[str]) -> tuple[VaultKey, MadeKey] | None:
    """The key of that name, which compares without case, if it has the version that is asked for."""
    key = next((key for key in vault.keys.values() if key.name.lower() == name.lower()), None)
    if key is None:
        return None
    at = (vault.name, key.name)
    if at not in ledger.vault_keys:
        ledger.vault_keys[at] = MadeKey.of(key)
    made = ledger.vault_keys[at]
    return (key, made) if version in ([], [made.version]) else None


def _id(ask: Ask, key: VaultKey, made: MadeKey) -> str:
    return f"https://{ask.host}/keys/{key.name}/{made.version}"


def _not_found(name: str) -> Answer:
    words = f"A key with (name/id) {name} was not found in this key vault. If you recently deleted this key you may be"
    return answer_error(404, "KeyNotFound", f"{words} able to recover it using the correct recovery command. {_HELP}")


def _denial(message: str, code: str) -> Answer:
    return answer_json(403, {"error": {"code": "Forbidden", "message": message, "innererror": {"code": code}}})
