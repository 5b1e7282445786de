"""Accounts, their keys, deployments and deleted siblings, as Resource Manager tells them."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Deployment
from auditor.sandbox.arm_network import connection_body
from auditor.sandbox.world import DeletedAccount, World

STATEFUL_FROM = "2026-05-01"
"""First api-version whose deployments tell routing, deploymentState and serviceTier."""

MEMBERS_SINCE = ("routing", "deploymentState", "serviceTier")

PAUSABLE = ("Standard", "DataZoneStandard", "GlobalStandard")


def account_id(world: World, account: Account) -> str:
    """The account's ARM id."""
    return (
        f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{account.group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{account.name}"
    )


def account_body(world: World, account: Account) -> JsonObject:
    """The account, with all that the service tells beside what its owner said."""
    arm_id = account_id(world, account)
    return {
        "id": arm_id,
        "name": account.name,
        "type": "Microsoft.CognitiveServices/accounts",
        "etag": f'"{uuid5(NAMESPACE_URL, arm_id)}"',
        "location": account.location,
        "sku": {"name": account.sku},
        "kind": account.kind,
        **({"tags": account.tags} if account.tags else {}),
        "properties": {**_service_properties(world, account), **account.properties},
        **_identity(world, account),
        "systemData": _system_data(world, 200),
    }


def deployment_body(world: World, account: Account, deployment: Deployment, api_version: str) -> JsonObject:
    """The deployment; older api-versions leave out what they do not know."""
    arm_id = f"{account_id(world, account)}/deployments/{deployment.name}"
    model = world.model_of(deployment)
    properties: JsonObject = {
        "model": {"format": deployment.format, "name": deployment.model, "version": deployment.version},
        **({"versionUpgradeOption": deployment.upgrade} if deployment.upgrade else {}),
        "currentCapacity": deployment.capacity,
        "dynamicThrottlingEnabled": True,
        "capabilities": {} if model is None else model.capabilities,
        **({"raiPolicyName": deployment.policy} if deployment.policy else {}),
        "provisioningState": deployment.state,
        **_rate_limits(world, deployment),
        **({"deploymentState": "Running"} if deployment.sku in PAUSABLE else {}),
        **deployment.properties,
    }
    if api_version[:10] < STATEFUL_FROM:
        properties = {name: value for name, value in properties.items() if name not in MEMBERS_SINCE}
    return {
        "id": arm_id,
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "name": deployment.name,
        "sku": {"name": deployment.sku, "capacity": deployment.capacity},
        "properties": properties,
        "systemData": _system_data(world, 120, deployment),
        "etag": f'"{uuid5(NAMESPACE_URL, arm_id)}"',
    }


def deleted_body(world: World, account: DeletedAccount) -> JsonObject:
    """An account that was deleted and not purged."""
    subscription = next(iter(world.subscriptions))
    location = account.location.replace(" ", "").lower()
    return {
        "id": (
            f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
            f"/resourceGroups/{account.group}/deletedAccounts/{account.name}"
        ),
        "name": account.name,
        "type": "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts",
        "location": account.location,
        "kind": account.kind,
        "sku": {"name": "S0"},
        "properties": {
            "provisioningState": "Succeeded",
            "deletionDate": account.deleted,
            "scheduledPurgeDate": account.purged,
        },
    }


def domain_body(world: World, asked: JsonObject) -> JsonObject:
    """Whether a custom subdomain is free; one of a deleted account is kept for it until that is purged."""
    name = str(asked.get("subdomainName", ""))
    taken = {*world.by_subdomain, *(one.lower() for one in world.taken_names)}
    taken |= {one.name.lower() for one in world.deleted_accounts}
    free = name.lower() not in taken
    return {
        "isSubdomainAvailable": free,
        **({} if free else {"reason": f"Sub domain name '{name}' is already used. Please pick a different name."}),
        "subdomainName": name,
        "type": asked.get("type"),
    }


def _service_properties(world: World, account: Account) -> JsonObject:
    own = account.subdomain
    regional = f"https://{account.region}.api.cognitive.microsoft.com/"
    openai = f"https://{own}.openai.azure.com/" if own else regional
    endpoints = {
        "OpenAI Language Model Instance API": openai,
        "OpenAI Realtime API": openai,
        "OpenAI Whisper API": openai,
        "Token Service API": f"https://{own}.cognitiveservices.azure.com/" if own else regional,
    }
    if account.kind == "AIServices":
        foundry = f"https://{own}.services.ai.azure.com/" if own else regional
        endpoints |= {"AI Foundry API": foundry, "Azure AI Model Inference API": foundry}
    created = world.made_at - timedelta(days=200)
    return {
        "endpoint": openai if account.kind == "OpenAI" or not own else endpoints["Token Service API"],
        "internalId": uuid5(NAMESPACE_URL, account.name).hex,
        "dateCreated": created.strftime("%Y-%m-%dT08:15:30.0000000Z"),
        "apiProperties": {},
        "callRateLimit": {
            "rules": [
                {
                    "key": "openai.responses.default",
                    "renewalPeriod": 1,
                    "count": 100000,
                    "matchPatterns": [{"path": "openai/responses", "method": "*"}],
                },
                {"key": "default", "renewalPeriod": 1, "count": 30, "matchPatterns": [{"path": "*", "method": "*"}]},
            ]
        },
        "isMigrated": False,
        "allowProjectManagement": account.kind == "AIServices",
        "privateEndpointConnections": [
            connection_body(world, account, endpoint, account_id(world, account))
            for endpoint in account.endpoints.values()
        ],
        "capabilities": [
            {"name": "VirtualNetworks"},
            {"name": "CustomerManagedKey"},
            {"name": "MaxFineTuneCount", "value": "500"},
            {"name": "TrustedServices", "value": "Microsoft.CognitiveServices,Microsoft.Search"},
            {"name": "NetworkSecurityPerimeter"},
        ],
        "endpoints": endpoints,
        "provisioningState": account.state,
        **({"customSubDomainName": own} if own else {}),
    }


def principal(account: str) -> str:
    """The object id of the identity that an account of this name has of its own."""
    return str(uuid5(NAMESPACE_URL, f"principal {account}"))


def _identity(world: World, account: Account) -> JsonObject:
    if not account.identity:
        return {}
    told: JsonObject = {"type": ", ".join(account.identity)}
    if "SystemAssigned" in account.identity:
        told |= {"principalId": principal(account.name), "tenantId": world.tenant}
    if "UserAssigned" in account.identity:
        name = (
            f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{account.group}"
            f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{account.name}"
        )
        ids = {"principalId": str(uuid5(NAMESPACE_URL, name)), "clientId": str(uuid5(NAMESPACE_URL, f"{name} client"))}
        told["userAssignedIdentities"] = {name: {} if account.identity_deleted else ids}
    return {"identity": told}


def _rate_limits(world: World, deployment: Deployment) -> JsonObject:
    """Requests and tokens for the deployment's capacity; none for a SKU that has none."""
    sku = world.sku_of(deployment)
    told = {"request": sku.requests, "token": sku.tokens} if sku is not None else {}
    limits = [
        {"key": key, "renewalPeriod": 60, "count": each * deployment.capacity}
        for key, each in told.items()
        if each is not None
    ]
    return {"rateLimits": limits} if limits else {}


def _system_data(world: World, days: int, deployment: Deployment | None = None) -> JsonObject:
    long_ago = (world.made_at - timedelta(days=days)).strftime("%Y-%m-%dT08:15:30.0000000Z")
    made = _moment(world, deployment.made_minutes if deployment else None) or long_ago
    return {
        "createdBy": "platform@contoso.com",
        "createdByType": "User",
        "createdAt": made,
        "lastModifiedBy": deployment.changed_by if deployment else "platform@contoso.com",
        "lastModifiedByType": "User",
        "lastModifiedAt": _moment(world, deployment.changed_minutes if deployment else None) or made,
    }


def _moment(world: World, minutes_ago: float | None) -> str | None:
    if minutes_ago is None:
        return None
    return (world.made_at - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def sku_bodies(account: Account) -> list[JsonObject]:
    """What the account could be changed to."""
    return [{"resourceType": "Microsoft.CognitiveServices/accounts", "sku": {"name": account.sku, "tier": "Standard"}}]
