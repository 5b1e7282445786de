"""What a pretend control plane holds for the collectors, and a look at it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.collect import COLLECTORS, Collected, collect
from auditor.collect.collector import Collector
from auditor.snapshot import GapReason
from tests.cloud.pretend import ENVIRON, SUBSCRIPTION, Answer, P, Pretend, S, settings

OTHER = "/subscriptions/00000000-0000-4000-8000-0000000000ee"
A = f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a"
B = f"{S}/resourceGroups/RG2/providers/Microsoft.CognitiveServices/accounts/b"
ENDPOINT = f"{OTHER}/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/pe"
EVENTS = [
    {
        "id": f"{A}/events/1/ticks/1",
        "operationName": {"value": "MICROSOFT.COGNITIVESERVICES/accounts/regenerateKey/action"},
    },
    {"id": f"{A}/events/2/ticks/2", "operationName": {"value": "Microsoft.CognitiveServices/accounts/read"}},
    {"id": f"{A}/events/3/ticks/3", "operationName": None},
]
ROLES = ("roleAssignments", "roleDefinitions", "roleEligibilityScheduleInstances", "denyAssignments")
WORKSPACE = f"{OTHER}/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/law"
STORAGE = f"{S}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"
HUB = f"{S}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/siem"
VAULT = f"{S}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
CAPACITY = f"{P}/locations/swedencentral/models/OpenAI.m.1/skuCapacities/ProvisionedManaged"
GONE = Answer({"error": {"code": "ResourceNotFound", "message": "was not found"}}, 404)
GOVERNANCE = {
    "lock": "Microsoft.Authorization/locks",
    "policy_assignment": "Microsoft.Authorization/policyAssignments",
    "policy_exemption": "Microsoft.Authorization/policyExemptions",
    "policy_state": "Microsoft.PolicyInsights/policyStates/latest/queryResults",
    "defender_plan": "Microsoft.Security/pricings",
    "security_assessment": "Microsoft.Security/assessments",
}
"""Kind → where a subscription lists what governs it."""

INTERFACE = f"{OTHER}/resourceGroups/net/providers/Microsoft.Network/networkInterfaces/pe.nic.1"
ZONE = f"{OTHER}/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com"
DENIED = Answer({"error": {"code": "AuthorizationFailed", "message": "no"}}, 403)


RESERVED = {
    "sku": {"name": "ProvisionedManaged"},
    "properties": {"model": {"format": "OpenAI", "name": "m", "version": "1"}},
}


def account(id_: str, location: str, *endpoints: str, **more: Any) -> dict[str, Any]:
    connections = [{"properties": {"privateEndpoint": {"id": endpoint}}} for endpoint in endpoints]
    key = {"keyVaultUri": "https://KV.vault.azure.net", "keyName": "cmk"}
    encryption = {"keySource": "microsoft.keyvault", "keyVaultProperties": key}
    told = {
        "id": id_,
        "kind": "OpenAI",
        "location": location,
        "properties": {"privateEndpointConnections": connections, "encryption": encryption},
    }
    return told | more


def fill(azure: Pretend) -> None:
    """Two accounts in one location, the second with a Foundry project; both stand behind one private endpoint of
    another subscription, and its zone.
    """
    first, second = (
        account(A, "Sweden Central", ENDPOINT, tags={"App": "x"}),
        account(B, "swedencentral", ENDPOINT.upper(), kind="AIServices"),
    )
    azure.say(S, {"subscriptionId": SUBSCRIPTION, "state": "Enabled"})
    azure.say(P, {"registrationState": "Registered"})
    azure.say(f"{S}/providers/Microsoft.Authorization/permissions", {"value": [{"actions": ["*/read"]}, {}]})
    for name in ROLES:
        azure.say(f"{S}/providers/Microsoft.Authorization/{name}", {"value": []})
    azure.say(f"{P}/accounts", {"value": [first, second]})
    listed = [{"id": one, "type": "Microsoft.CognitiveServices/accounts"} for one in (A, B)]
    azure.say(f"{S}/resources", {"value": listed})
    azure.say(f"{P}/deletedAccounts", {"value": []})
    for below in ("metricAlerts", "activityLogAlerts", "actionGroups"):
        azure.say(f"{S}/providers/Microsoft.Insights/{below}", {"value": []})
    budget = f"{S}/providers/Microsoft.Consumption/budgets"
    azure.say(budget, {"value": [{"id": f"{budget[1:]}/monthly"}]})
    offer = {"resourceType": "accounts", "kind": "OpenAI", "name": "S0", "locations": ["SWEDENCENTRAL", "WESTUS"]}
    azure.say(f"{S}/providers/Microsoft.Insights/eventtypes/management/values", {"value": EVENTS})
    states = [
        {"id": f"{A.upper()}/providers/Microsoft.ResourceHealth/AvailabilityStatueses/current", "properties": {}},
        {"id": f"{ENDPOINT}/providers/Microsoft.ResourceHealth/AvailabilityStatuses/current", "properties": {}},
    ]
    azure.say(f"{S}/providers/Microsoft.ResourceHealth/availabilityStatuses", {"value": states})
    event = {"id": "/providers/Microsoft.ResourceHealth/events/2KQP-L98", "name": "2KQP-L98"}
    azure.say(f"{S}/providers/Microsoft.ResourceHealth/events", {"value": [event]})
    azure.say(f"{P}/skus", {"value": [offer, offer | {"kind": "Face"}, offer | {"resourceType": "other"}]})
    for id_, body in ((A, first), (B, second)):
        azure.say(id_, body | {"etag": "whole"})
        azure.say(f"{id_}/deployments", {"value": [{"id": f"{id_}/deployments/d", **RESERVED}]})
        azure.say(f"{id_}/raiPolicies", {"value": [{"id": f"{id_}/raiPolicies/Microsoft.DefaultV2"}]})
        azure.say(f"{id_}/raiBlocklists", {"value": [{"id": f"{id_}/raiBlocklists/words"}]})
        azure.say(f"{id_}/networkSecurityPerimeterConfigurations", {"value": [{"id": id_, "name": "guid.association"}]})
        setting = f"{id_}/providers/microsoft.insights/diagnosticSettings/d".lower()
        azure.say(f"{id_}/providers/Microsoft.Insights/diagnosticSettings", {"value": [{"id": setting}]})
        azure.say(f"{id_}/providers/Microsoft.Insights/metrics", {"timespan": "", "value": []})
        sent = {"workspaceId": WORKSPACE, "storageAccountId": STORAGE.upper(), "eventHubAuthorizationRuleId": None}
        told = {"value": [{"id": setting, "properties": sent}]}
        azure.say(f"{id_}/providers/Microsoft.Insights/diagnosticSettings", told)
        azure.say(f"{id_}/defenderForAISettings", {"value": []})
    for below in GOVERNANCE.values():
        azure.say(f"{S}/providers/{below}", {"value": []})
    azure.say(f"{B}/projects", {"value": [{"id": f"{B}/projects/p"}]})
    for above in (B, f"{B}/projects/p"):
        azure.say(f"{above}/connections", {"value": [{"id": f"{above}/connections/c"}]})
        azure.say(f"{above}/capabilityHosts", {"value": []})
    for location in ("swedencentral", "westus3"):
        model = {"format": "OpenAI", "name": "m", "version": "1"}
        kinds = [{"kind": kind, "model": model} for kind in ("OpenAI", "AIServices")]
        azure.say(f"{P}/locations/{location}/models", {"value": kinds})
        azure.say(f"{P}/locations/{location}/usages", {"value": [{"name": {"value": "OpenAI.Standard.m"}}]})
    fill_around(azure)
    fill_network(azure)


def fill_around(azure: Pretend) -> None:
    """Where logs go, what accounts encrypt with, and what the subscription may have."""
    rule = {"eventHubAuthorizationRuleId": f"{HUB}/authorizationrules/all", "workspaceId": WORKSPACE.lower()}
    export = {
        "id": "subscriptions/x/providers/AzureResourceManager/diagnosticSettings/e",
        "name": "e",
        "properties": rule,
    }
    azure.say(f"{S}/providers/Microsoft.Insights/diagnosticSettings", {"value": [export]})
    azure.say(WORKSPACE, {"id": WORKSPACE})
    azure.say(STORAGE, GONE)
    azure.say(HUB, {"id": HUB})
    stranger = {"id": f"{VAULT}2", "properties": {"vaultUri": "https://kv2.vault.azure.net/"}}
    ours = {"id": VAULT, "properties": {"vaultUri": "https://kv.vault.azure.net/"}}
    azure.say(f"{S}/providers/Microsoft.KeyVault/vaults", {"value": [stranger, ours]})
    azure.say(f"{VAULT}/keys/cmk", {"id": f"{VAULT}/keys/cmk"})
    azure.say(f"{P}/quotaTiers", {"value": [{"id": f"{P}/quotaTiers/default"}]})
    azure.say(f"{P}/commitmentPlans", {"value": []})
    azure.say(f"{P}/modelCapacities", {"value": [{"id": CAPACITY}]})


def fill_network(azure: Pretend) -> None:
    """The private endpoint, its interface, its zone."""
    azure.say(ENDPOINT, {"id": ENDPOINT, "properties": {"networkInterfaces": [{"id": INTERFACE}]}})
    configs = [{"properties": {"privateDnsZoneId": zone}} for zone in (ZONE, ZONE.upper(), "/elsewhere", None)]
    group = {"id": f"{ENDPOINT}/privateDnsZoneGroups/default", "properties": {"privateDnsZoneConfigs": [*configs, 7]}}
    azure.say(f"{ENDPOINT}/privateDnsZoneGroups", {"value": [group]})
    azure.say(INTERFACE, {"id": INTERFACE})
    azure.say(f"{ZONE}/virtualNetworkLinks", {"value": [{"id": f"{ZONE}/virtualNetworkLinks/hub"}]})
    azure.say(f"{ZONE}/A", {"value": [{"id": f"{ZONE}/A/a"}, {"id": f"{ZONE}/A/b"}]})


async def look_at(azure: Pretend, collectors: tuple[Collector, ...] = COLLECTORS, **changes: Any) -> Collected:
    wanted = settings(azure.base, **changes)
    async with open_cloud(wanted, ENVIRON, Recorder()) as cloud:
        return await collect(cloud, wanted, lambda _: None, collectors=collectors)


def found(collected: Collected) -> dict[str, int]:
    return dict(Counter(resource.kind for resource in collected.resources))


def unseen(collected: Collected) -> list[tuple[str, str, GapReason]]:
    return [(gap.kind, gap.scope, gap.reason) for gap in collected.gaps]


def workload(account: str, location: str) -> dict[str, Any]:
    deployments = [{"name": "d", "model": "m"}]
    return {"name": "w", "owner": "o", "account": account, "location": location, "deployments": deployments}
