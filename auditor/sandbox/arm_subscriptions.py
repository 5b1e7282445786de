"""Subscriptions, tenants, clouds, providers, resource groups and permissions, as Resource Manager tells them."""

from __future__ import annotations

from auditor.record import JsonObject
from auditor.sandbox.regions import display_name
from auditor.sandbox.world import Subscription, World

PROVIDERS = {
    "microsoft.cognitiveservices": (
        "Microsoft.CognitiveServices",
        ("accounts", "accounts/deployments", "accounts/projects", "locations", "locations/models", "locations/usages",
         "deletedAccounts", "skus", "modelCapacities"),
    ),
    "microsoft.network": ("Microsoft.Network", ("privateEndpoints", "networkInterfaces", "privateDnsZones")),
    "microsoft.insights": ("Microsoft.Insights", ("diagnosticSettings", "diagnosticSettingsCategories")),
}  # fmt: skip
"""Namespace in lower case → its spelling and its resource types."""

CLOUDS = {
    "management.azure.com": (
        "AzureCloud",
        "login.microsoftonline.com",
        "azure.com",
        "core.windows.net",
        "vault.azure.net",
    ),
    "management.usgovcloudapi.net": (
        "AzureUSGovernment",
        "login.microsoftonline.us",
        "azure.us",
        "core.usgovcloudapi.net",
        "vault.usgovcloudapi.net",
    ),
    "management.chinacloudapi.cn": (
        "AzureChinaCloud",
        "login.chinacloudapi.cn",
        "azure.cn",
        "core.chinacloudapi.cn",
        "vault.azure.cn",
    ),
}
"""Resource Manager's host → the cloud's name, authority, portal domain, core domain and vault suffix."""


def subscription_body(world: World, subscription: Subscription, api_version: str) -> JsonObject:
    """The subscription; the oldest api-version leaves out the tenant."""
    body: JsonObject = {
        "id": f"/subscriptions/{subscription.name}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.name,
        "tenantId": world.tenant,
        "displayName": subscription.title,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }
    if api_version < "2019":
        for name in ("tenantId", "managedByTenants"):
            del body[name]
    return body


def tenant_body(world: World) -> JsonObject:
    """The one tenant."""
    return {
        "id": f"/tenants/{world.tenant}",
        "tenantId": world.tenant,
        "countryCode": "SE",
        "displayName": "Contoso",
        "domains": ["contoso.com", "contoso.onmicrosoft.com"],
        "tenantCategory": "Home",
        "defaultDomain": "contoso.com",
        "tenantType": "AAD",
    }


def locations(world: World, subscription: str) -> list[JsonObject]:
    """The regions that this world uses."""
    return [
        {
            "id": f"/subscriptions/{subscription}/locations/{region}",
            "name": region,
            "type": "Region",
            "displayName": display_name(region),
            "regionalDisplayName": display_name(region),
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended", "pairedRegion": []},
        }
        for region in world.regions
    ]


def resource_groups(world: World, subscription: str) -> list[JsonObject]:
    """Every resource group that something stands in."""
    found: dict[str, str] = {}
    for account in world.accounts.values():
        if world.subscription_of(account) == subscription:
            found.setdefault(account.group, account.region)
            for endpoint in account.endpoints.values():
                found.setdefault(endpoint.group, account.region)
    return [
        {
            "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": region,
            "properties": {"provisioningState": "Succeeded"},
        }
        for name, region in sorted(found.items())
    ]


def provider_body(world: World, subscription: Subscription, namespace: str) -> JsonObject | None:
    """A resource provider; None for one that is not pretended."""
    known = PROVIDERS.get(namespace.lower())
    if known is None:
        return None
    spelled, types = known
    ours = spelled == "Microsoft.CognitiveServices"
    return {
        "id": f"/subscriptions/{subscription.name}/providers/{spelled}",
        "namespace": spelled,
        "resourceTypes": [
            {
                "resourceType": name,
                "locations": [display_name(region) for region in world.regions if region not in world.unoffered],
                "apiVersions": list(world.api_versions) if ours else ["2024-05-01", "2021-05-01-preview"],
                "capabilities": "None",
            }
            for name in types
        ],
        "registrationState": subscription.registration if ours else "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


def permissions(world: World) -> list[JsonObject]:
    """What the caller may do, as its role assignments add up."""
    return [
        {
            "actions": list(permission.actions),
            "notActions": list(world.denied_actions),
            "dataActions": list(permission.data_actions),
            "notDataActions": list(world.denied_data_actions),
        }
        for permission in world.identity.permissions
    ]


def clouds(host: str, api_version: str) -> JsonObject | list[JsonObject]:
    """The cloud that a Resource Manager belongs to: one object, as of 2022; before that a list of one."""
    name, login, suffix, core, vault = CLOUDS.get(host, CLOUDS["management.azure.com"])
    cloud: JsonObject = {
        "name": name,
        "portal": f"https://portal.{suffix}",
        "authentication": {
            "loginEndpoint": f"https://{login}",
            "audiences": [f"https://management.{core}/", f"https://{host}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": f"https://rest.media.{suffix}",
        "graphAudience": "https://graph.windows.net/",
        "graph": "https://graph.windows.net/",
        "suffixes": {
            "storage": core,
            "keyVaultDns": vault,
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "sqlServerHostname": f"database.{core.removeprefix('core.')}",
            "acrLoginServer": "azurecr.io",
            "mhsmDns": "managedhsm.azure.net",
        },
        "batch": f"https://batch.{core}/",
        "resourceManager": f"https://{host}/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "gallery": f"https://gallery.{suffix}/",
        "sqlManagement": f"https://management.{core}:8443/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main/arm-compute/quickstart-templates/aliases.json",
    }
    return [cloud] if api_version < "2022" else cloud
