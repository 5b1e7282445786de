"""The key that an account encrypts with: its vault, its state, and whether the account's identity may use it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.grants import EVERYBODY
from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, GROUP, NOW, SUB, Estate, estate, gap, listing, resource

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
KEY = f"{VAULT}/keys/cmk"
OWN = "11111111-0000-4000-8000-000000000001"
NAMED = "11111111-0000-4000-8000-000000000002"
CLIENT = "11111111-0000-4000-8000-000000000003"
GROUP_OF = "11111111-0000-4000-8000-000000000004"
ROLE = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
USES = {
    "dataActions": [
        "Microsoft.KeyVault/vaults/keys/read",
        "Microsoft.KeyVault/vaults/keys/wrap/action",
        "Microsoft.KeyVault/vaults/keys/unwrap/action",
    ]
}
DAY = 86_400
SECONDS = int(NOW.timestamp())


def policy(principal: str, *permissions: str) -> JsonObject:
    return {"objectId": principal, "permissions": {"keys": list(permissions)}}


def vault(**properties: Any) -> Resource:
    told = {
        "vaultUri": "https://KV.vault.azure.net/",
        "enableSoftDelete": True,
        "enablePurgeProtection": True,
        "accessPolicies": [policy(OWN.upper(), "Get", "WrapKey", "unwrapKey")],
        **properties,
    }
    return resource("vault", VAULT, SUB, {"id": VAULT, "properties": told})


def key(attributes: Any, **properties: Any) -> Resource:
    told = {"attributes": attributes, "keyUriWithVersion": "https://kv.vault.azure.net/keys/cmk/V2", **properties}
    return resource("vault_key", KEY, VAULT, {"id": KEY, "properties": told})


def encrypted(*seen: Resource, version: str = "", client: str | None = None, **more: Any) -> Estate:
    """The estate's account with a key in the vault, and what was seen of these."""
    names = {"keyVaultUri": "https://kv.vault.azure.net", "keyName": "cmk", "keyVersion": version}
    if client is not None:
        names["identityClientId"] = client
    bent = estate().with_account(encryption={"keySource": "Microsoft.KeyVault", "keyVaultProperties": names})
    users = {"/subscriptions/s/id": {"principalId": NAMED, "clientId": CLIENT.upper()}}
    identity = {"type": "SystemAssigned, UserAssigned", "principalId": OWN, "userAssignedIdentities": users}
    bent = bent.changed("account", ACCOUNT, lambda body: body.update(identity=identity))
    return bent.plus(*seen, listings=[listing("vault", SUB, 2), *more.get("listings", ())])


def told(*seen: Resource, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = encrypted(*seen, **more).account()["encryption_key"]
    return found


def test_a_key_in_order_is_told_whole() -> None:
    rotation = {"lifetimeActions": [{"action": {"type": "Notify"}}, {"action": {"type": "Rotate"}}]}
    found = told(vault(), key({"enabled": True, "exp": SECONDS + 10 * DAY}, rotationPolicy=rotation))
    assert found == {
        "vault_uri": "https://kv.vault.azure.net",
        "name": "cmk",
        "vault": VAULT,
        "vault_name": "kv",
        "soft_delete": True,
        "purge_protection": True,
        "by_roles": False,
        "key_found": True,
        "key_enabled": True,
        "key_in_force": True,
        "key_expires_in_days": 10,
        "key_rotates": True,
        "principal": OWN,
        "identity_may_use": True,
    }


def test_an_account_with_the_services_own_key_has_none() -> None:
    assert (
        "encryption_key" not in estate().with_account(encryption={"keySource": "Microsoft.CognitiveServices"}).account()
    )


@pytest.mark.parametrize(
    ("properties", "soft", "purge"),
    [
        ({"enableSoftDelete": None, "enablePurgeProtection": None}, True, False),
        ({"enableSoftDelete": False, "enablePurgeProtection": False}, False, False),
        ({"enableSoftDelete": "true", "enablePurgeProtection": 1}, None, None),
    ],
)
def test_what_a_vault_leaves_out_is_as_documented_and_odd_words_are_not_known(
    properties: JsonObject, soft: bool | None, purge: bool | None
) -> None:
    found = told(vault(**properties))
    assert (found.get("soft_delete"), found.get("purge_protection")) == (soft, purge)


@pytest.mark.parametrize(
    ("attributes", "enabled", "in_force"),
    [
        ({"enabled": True}, True, True),
        ({"enabled": True, "exp": None, "nbf": None}, True, True),
        ({"enabled": False, "exp": SECONDS + DAY}, False, True),
        ({"enabled": True, "exp": SECONDS}, True, False),
        ({"enabled": True, "exp": SECONDS - DAY}, True, False),
        ({"enabled": True, "nbf": SECONDS + DAY}, True, False),
        ({"enabled": "yes", "exp": "2030-01-01"}, None, None),
        ({"exp": 10**30}, None, None),
        (None, None, None),
        ("hostile", None, None),
    ],
)
def test_state_and_dates_of_a_key(attributes: Any, enabled: bool | None, in_force: bool | None) -> None:
    found = told(vault(), key(attributes))
    assert (found.get("key_enabled"), found.get("key_in_force")) == (enabled, in_force)


@pytest.mark.parametrize(
    ("version", "enabled"), [("v2", True), ("v1", None)], ids=["the current version", "another version"]
)
def test_only_the_version_in_use_counts(version: str, enabled: bool | None) -> None:
    assert told(vault(), key({"enabled": True}), version=version).get("key_enabled") == enabled


@pytest.mark.parametrize(
    ("rotation", "rotates"),
    [
        (None, False),
        ({"lifetimeActions": None}, False),
        ({"lifetimeActions": [{"action": {"type": "notify"}}]}, False),
        ({"lifetimeActions": ["rotate"]}, None),
        ("rotate", None),
    ],
)
def test_whether_something_rotates_the_key(rotation: Any, rotates: bool | None) -> None:
    assert told(vault(), key({"enabled": True}, rotationPolicy=rotation)).get("key_rotates") == rotates


def test_a_key_that_the_service_says_is_not_there_is_missing() -> None:
    found = told(vault(), listings=[listing("vault_key", KEY.upper(), 0)])
    assert found["key_found"] is False
    assert "key_enabled" not in found


def test_a_key_that_could_not_be_read_is_not_known_and_says_why() -> None:
    facts = encrypted(vault()).hidden("vault_key", KEY).of("account", ACCOUNT)
    assert "key_found" not in facts.variables["account"]["encryption_key"]
    assert facts.absences["account.encryption_key.key_found"] == gap("vault_key", KEY).id


def test_a_vault_elsewhere_is_not_known_and_never_missing() -> None:
    facts = encrypted().of("account", ACCOUNT)
    assert set(facts.variables["account"]["encryption_key"]) == {"vault_uri", "name"}
    assert "does not tell where" in facts.notes["account.encryption_key.purge_protection"][0]


def test_where_vaults_could_not_be_listed_the_gap_is_named() -> None:
    facts = encrypted().hidden("vault", SUB).of("account", ACCOUNT)
    assert facts.absences["account.encryption_key.identity_may_use"] == gap("vault", SUB).id


@pytest.mark.parametrize(
    ("policies", "may"),
    [
        ([policy(OWN, "all")], True),
        ([policy(OWN, "get", "wrapKey")], False),
        ([policy(NAMED, "get", "wrapKey", "unwrapKey")], False),
        ([], False),
        ([{"objectId": OWN, "permissions": {"keys": "all"}}], None),
        ([{"objectId": OWN, "permissions": None}], False),
        ("all", None),
        (None, None),
    ],
)
def test_access_policies(policies: Any, may: bool | None) -> None:
    assert told(vault(accessPolicies=policies)).get("identity_may_use") == may


@pytest.mark.parametrize(("client", "principal"), [(None, OWN), (CLIENT, NAMED), ("unheard-of", None)])
def test_the_identity_that_opens_the_vault_is_the_one_that_is_named(client: str | None, principal: str | None) -> None:
    assert told(vault(), client=client).get("principal") == principal


def assignment(principal: str, scope: str, role: str = ROLE, **more: Any) -> Resource:
    told = {
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "scope": scope,
        "roleDefinitionId": f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        **more,
    }
    id_ = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{principal}{role}"
    return resource("role_assignment", id_, SUB, {"id": id_, "properties": told})


def definition(role: str, *permissions: Any) -> Resource:
    id_ = f"/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return resource("role_definition", id_, SUB, {"id": id_, "properties": {"permissions": list(permissions)}})


LISTED = tuple(listing(kind, SUB) for kind in ("role_assignment", "role_definition", "deny_assignment"))
OPEN = vault(enableRbacAuthorization=True, accessPolicies=[policy(OWN, "all")])


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        (SUB, True),
        (GROUP.upper(), True),
        (VAULT, True),
        (KEY, True),
        ("/", True),
        ("/providers/Microsoft.Management/managementGroups/mg", True),
        (f"{VAULT}2", False),
        (f"{KEY}2", False),
        (f"{SUB}/resourceGroups/other", False),
    ],
)
def test_a_role_counts_at_the_key_and_above_it(scope: str, may: bool) -> None:
    found = told(OPEN, definition(ROLE, USES), assignment(OWN.upper(), scope), listings=LISTED)
    assert found["identity_may_use"] is may


@pytest.mark.parametrize(
    ("seen", "may"),
    [
        ([definition(ROLE, {"dataActions": ["*"]})], True),
        ([definition(ROLE, {"dataActions": ["Microsoft.KeyVault/vaults/keys/*/action"]})], False),
        ([definition(ROLE, {**USES, "notDataActions": ["*/wrap/action"]})], False),
        ([definition(ROLE, {"actions": ["*"]})], False),
        ([definition(ROLE, "hostile")], None),
        ([], None),
    ],
)
def test_what_a_role_grants_decides_and_not_its_name(seen: list[Resource], may: bool | None) -> None:
    found = told(OPEN, *seen, assignment(OWN, VAULT), listings=LISTED)
    assert found.get("identity_may_use") == may


@pytest.mark.parametrize(
    "more",
    [
        {"principal": GROUP_OF, "principalType": "Group"},
        {"principal": OWN, "condition": "@Resource[name] StringEquals 'x'"},
    ],
)
def test_what_comes_through_a_group_or_under_a_condition_is_not_known(more: dict[str, str]) -> None:
    principal = more.pop("principal")
    found = told(OPEN, definition(ROLE, USES), assignment(principal, VAULT, **more), listings=LISTED)
    assert "identity_may_use" not in found


def test_without_the_lists_of_roles_nobody_knows() -> None:
    assert "identity_may_use" not in told(OPEN, definition(ROLE, USES))
    assert told(OPEN, definition(ROLE, USES), listings=LISTED)["identity_may_use"] is False


def test_a_gap_in_the_roles_is_named() -> None:
    facts = encrypted(OPEN, listings=LISTED).hidden("role_assignment", SUB).of("account", ACCOUNT)
    assert facts.absences["account.encryption_key.identity_may_use"] == gap("role_assignment", SUB).id


@pytest.mark.parametrize(
    ("who", "spared", "may"), [(EVERYBODY, None, False), (EVERYBODY, OWN, True), (NAMED, None, True)]
)
def test_what_is_denied_counts_whatever_roles_grant(who: str, spared: str | None, may: bool) -> None:
    properties = {
        "scope": VAULT,
        "permissions": [{"dataActions": ["Microsoft.KeyVault/vaults/keys/*"]}],
        "principals": [{"id": who, "type": "SystemDefined"}],
        "excludePrincipals": [{"id": spared, "type": "ServicePrincipal"}] if spared else [],
    }
    denial = resource("deny_assignment", f"{VAULT}/providers/x/denyAssignments/d", SUB, {"properties": properties})
    found = told(OPEN, definition(ROLE, USES), assignment(OWN, SUB), denial, listings=LISTED)
    assert found["identity_may_use"] is may


def test_without_the_list_of_what_is_denied_a_role_is_no_yes() -> None:
    """A role that is not there is a no all the same."""
    bare = told(OPEN, definition(ROLE, USES), assignment(OWN, SUB), listings=LISTED[:2])
    assert "identity_may_use" not in bare
    assert told(OPEN, definition(ROLE, USES), listings=LISTED[:2])["identity_may_use"] is False


def test_one_role_may_read_the_key_and_another_wrap_with_it() -> None:
    """Assignments add up."""
    halves = [{"dataActions": USES["dataActions"][:1]}, {"dataActions": USES["dataActions"][1:]}]
    roles = [definition(f"{ROLE}{number}", half) for number, half in enumerate(halves)]
    both = [assignment(OWN, VAULT, f"{ROLE}{number}") for number in range(2)]
    assert told(OPEN, *roles, *both, listings=LISTED)["identity_may_use"] is True
    assert told(OPEN, *roles, both[0], listings=LISTED)["identity_may_use"] is False
