"""Role assignments, definitions and denials as subscriptions list them, and the estate in which they hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, SUB, Estate, estate, listing, resource

AUTH = "providers/Microsoft.Authorization"
MANAGEMENT = "/providers/Microsoft.Management/managementGroups/corp"
OTHER_SUB = "/subscriptions/00000000-0000-4000-8000-0000000000a2"

OWNER, CONTRIBUTOR = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER, OPENAI_USER = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
SERVICES_USER, OPERATOR = "a97b65f3-24c7-4388-baec-2e87135dc908", "00000000-0000-4000-8000-0000000000f7"

APP, OTHER_APP, PERSON, TEAM = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3, 4))
EVERYBODY = "00000000-0000-0000-0000-000000000000"
KINDS = ("role_assignment", "role_definition", "deny_assignment", "role_eligibility")


def permission(actions: Iterable[str] = (), data: Iterable[str] = (), **more: Any) -> JsonObject:
    told = {"actions": list(actions), "notActions": [], "dataActions": list(data), "notDataActions": []}
    return {**told, **more}


PERMISSIONS = {
    OWNER: permission(["*"]),
    CONTRIBUTOR: permission(["*"], notActions=["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"]),
    READER: permission(["*/read"]),
    OPENAI_USER: permission(
        ["Microsoft.CognitiveServices/*/read"], ["Microsoft.CognitiveServices/accounts/OpenAI/responses/*"]
    ),
    SERVICES_USER: permission(
        ["Microsoft.CognitiveServices/accounts/listkeys/action"], ["Microsoft.CognitiveServices/*"]
    ),
}


def definition(name: str, *permissions: JsonObject, kind: str = "BuiltInRole", sub: str = SUB) -> Resource:
    arm_id = f"{sub}/{AUTH}/roleDefinitions/{name}"
    told = {"roleName": f"role {name[:4]}", "type": kind, "permissions": list(permissions)}
    return resource("role_definition", arm_id, sub, {"id": arm_id, "name": name, "properties": told})


def given(
    principal: str, role_id: str, scope: str = ACCOUNT, type_: str | None = "ServicePrincipal", **more: Any
) -> Resource:
    """An assignment as a subscription's list tells it; its id says who got what, so that each is another."""
    own = f"{'' if scope == '/' else scope}/{AUTH}/roleAssignments/{principal}-{role_id}"
    kept = own if own.lower().startswith("/subscriptions/") else f"{SUB}{own}"
    told = {"roleDefinitionId": f"{SUB}/{AUTH}/roleDefinitions/{role_id}", "principalId": principal, "scope": scope}
    properties = {**told, "principalType": type_, "condition": None, **more}
    return resource("role_assignment", kept, SUB, {"id": own, "properties": properties})


def eligible(principal: str, role_id: str, scope: str = SUB, type_: str = "User") -> Resource:
    one = given(principal, role_id, scope, type_)
    return one.model_copy(update={"kind": "role_eligibility"})


def denial(*actions: str, scope: str = ACCOUNT, **more: Any) -> Resource:
    arm_id = f"{scope}/{AUTH}/denyAssignments/d1"
    everybody = {"principals": [{"id": EVERYBODY, "type": "SystemDefined"}], "excludePrincipals": []}
    told = {"permissions": [permission([], actions)], "scope": scope, "doNotApplyToChildScopes": False}
    return resource("deny_assignment", arm_id, SUB, {"id": arm_id, "properties": {**told, **everybody, **more}})


def held(*resources: Resource, identities: Iterable[str] = (APP,), roles: Iterable[Resource] | None = None) -> Estate:
    """The estate with these assignments, eligibilities and denials and no other, all lists read whole."""
    defined = [definition(name, one) for name, one in PERMISSIONS.items()] if roles is None else roles
    whole = [listing(kind, SUB) for kind in KINDS]
    return estate().plus(*defined, *resources, listings=whole).expecting(identities=list(identities))


def access(*resources: Resource, **how: Any) -> Any:
    return held(*resources, **how).account()["access"]


def owned(*resources: Resource) -> Any:
    return held(*resources).of("subscription", SUB).variables["subscription"]["access"]


def principals(rows: Iterable[JsonObject]) -> list[str]:
    return [row["principal"] for row in rows]
