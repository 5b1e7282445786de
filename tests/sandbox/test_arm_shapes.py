"""What pretended answers are made of stands in Azure's own specifications, examples or recorded answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from auditor.sandbox import load_world
from auditor.sandbox.arm_routes import ROUTES
from tests.sandbox.asking import COGNITIVE, MATTER, SUBSCRIPTION, ask_arm, body
from tests.sandbox.official import (
    EXAMPLES,
    SHARED,
    cognitive_paths,
    example_paths,
    key_paths,
    need_shared,
    recorded_paths,
    unknown,
)

S = "/subscriptions/{subscriptionId}"
L = S + "/providers/Microsoft.CognitiveServices"
A = S + "/resourceGroups/{resourceGroupName}/providers/Microsoft.CognitiveServices/accounts/{accountName}"
OURS = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"
HUB = f"{SUBSCRIPTION}/resourceGroups/rg-network-hub/providers/Microsoft.Network"

ZONE = f"{HUB}/privateDnsZones/privatelink.openai.azure.com"

COGNITIVE_OPERATIONS = {
    f"{OURS}/accounts": f"{L}/accounts",
    f"{SUBSCRIPTION}/resourceGroups/rg-matter-prod/providers/Microsoft.CognitiveServices/accounts": A.rpartition("/")[
        0
    ],
    MATTER: A,
    f"{MATTER}/skus": f"{A}/skus",
    f"{MATTER}/models": f"{A}/models",
    f"{MATTER}/usages": f"{A}/usages",
    f"{MATTER}/deployments": f"{A}/deployments",
    f"{MATTER}/deployments/matter-chat": f"{A}/deployments/{{deploymentName}}",
    f"{MATTER}/raiPolicies": f"{A}/raiPolicies",
    f"{MATTER}/raiPolicies/contoso-guarded": f"{A}/raiPolicies/{{raiPolicyName}}",
    f"{MATTER}/raiBlocklists": f"{A}/raiBlocklists",
    f"{MATTER}/raiBlocklists/contoso-blocked-terms": f"{A}/raiBlocklists/{{raiBlocklistName}}",
    f"{MATTER}/networkSecurityPerimeterConfigurations": f"{A}/networkSecurityPerimeterConfigurations",
    f"{MATTER}/privateEndpointConnections": f"{A}/privateEndpointConnections",
    f"{OURS}/deletedAccounts": f"{L}/deletedAccounts",
    f"{OURS}/skus": f"{L}/skus",
    f"{OURS}/locations/swedencentral/models": f"{L}/locations/{{location}}/models",
    f"{OURS}/locations/swedencentral/usages": f"{L}/locations/{{location}}/usages",
    f"{OURS}/locations/swedencentral/modelCapacities": f"{L}/locations/{{location}}/modelCapacities",
    f"{OURS}/modelCapacities": f"{L}/modelCapacities",
}
"""Path in the healthy world → path in the service's own description."""


@pytest.mark.parametrize(("path", "operation"), COGNITIVE_OPERATIONS.items())
def test_cognitive_services_answers_in_its_own_shapes(path: str, operation: str) -> None:
    need_shared()
    known = cognitive_paths(operation)
    if operation.endswith("/models"):
        known |= recorded_paths("models_westeurope_20251028_subset.json")
        known |= example_paths("cognitiveservices-2025-09-01", "ListLocationModels.json", "ListAccountModels.json")
        known |= {path.replace("value[].model.", "value[].") for path in known if path.startswith("value[].model.")}
    told = _whole(path, COGNITIVE, modelFormat="OpenAI", modelName="gpt-5.4", modelVersion="2026-03-05")
    assert unknown(told, known) == []
    assert told.get("value") != [] or path.endswith("deletedAccounts")


def test_foundrys_lists_are_in_the_shapes_of_recorded_answers() -> None:
    """Projects and connections as they came; capability hosts by the names of the newest description."""
    need_shared()
    told = json.loads((SHARED / "recorded" / "arm" / "projects_connections_20251024.json").read_text(encoding="utf-8"))
    lists = [one["response"]["body"] for one in told["interactions"] if "value" in (one["response"]["body"] or ())]
    known = {path for one in lists for path in key_paths(one)}
    for path in ("projects", "connections", "projects/matter-review/connections"):
        answer = _whole(f"{MATTER}/{path}", COGNITIVE)
        assert answer["value"] != []
        assert unknown(answer, known) == []
    written = (EXAMPLES / "cognitiveservices-2026-07-01.types.md").read_text(encoding="utf-8")
    for path in ("capabilityHosts", "projects/matter-review/capabilityHosts"):
        (host,) = _whole(f"{MATTER}/{path}", COGNITIVE)["value"]
        assert [name for name in host["properties"] if f"* **{name}**" not in written] == []


def test_every_way_of_a_deployment_is_in_its_own_shape() -> None:
    """The router, the provisioned one and the embeddings too."""
    need_shared()
    groups = {"contoso-support-weu": "rg-support-prod", "contoso-search-uks": "rg-search-prod"}
    for account, group in groups.items():
        owner = f"{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}"
        assert unknown(_whole(f"{owner}/deployments", COGNITIVE), cognitive_paths(f"{A}/deployments")) == []


def test_a_deleted_account_is_in_its_own_shape() -> None:
    need_shared()
    world = load_world("healthy", ["account-name-soft-deleted"])
    told = body(ask_arm(world, f"{OURS}/deletedAccounts"))
    assert [one["name"] for one in told["value"]] == ["contoso-search-uks"]
    assert unknown(told, cognitive_paths(f"{L}/deletedAccounts")) == []


OTHERS = {
    "/subscriptions": ("2022-12-01", "subscriptions-2022-12-01", ["GetSubscriptions.json"]),
    SUBSCRIPTION: ("2022-12-01", "subscriptions-2022-12-01", ["GetSubscription.json"]),
    "/tenants": ("2022-12-01", "subscriptions-2022-12-01", ["GetTenants.json"]),
    f"{SUBSCRIPTION}/locations": (
        "2022-12-01",
        "subscriptions-2022-12-01",
        ["GetLocations.json", "GetLocationsWithExtendedLocations.json"],
    ),
    f"{SUBSCRIPTION}/providers/Microsoft.Authorization/permissions": (
        "2022-04-01",
        "authorization-2022-04-01",
        ["GetPermissions.json"],
    ),
    f"{MATTER}/providers/Microsoft.Authorization/permissions": (
        "2022-04-01",
        "authorization-2022-04-01",
        ["GetPermissions.json"],
    ),
    f"{HUB}/privateEndpoints": ("2024-05-01", "network-2024-05-01", ["PrivateEndpointList.json"]),
    f"{HUB}/privateEndpoints/pe-matter-swc": (
        "2024-05-01",
        "network-2024-05-01",
        ["PrivateEndpointGet.json", "PrivateEndpointGetForManualApproval.json"],
    ),
    f"{HUB}/privateEndpoints/pe-matter-swc/privateDnsZoneGroups": (
        "2024-05-01",
        "network-2024-05-01",
        ["PrivateEndpointDnsZoneGroupList.json"],
    ),
    ZONE: ("2024-06-01", "privatedns-2024-06-01", ["PrivateZoneGet.json"]),
    f"{ZONE}/virtualNetworkLinks": ("2024-06-01", "privatedns-2024-06-01", ["VirtualNetworkLinkList.json"]),
    f"{ZONE}/A": ("2024-06-01", "privatedns-2024-06-01", ["RecordSetAList.json"]),
    f"{MATTER}/providers/Microsoft.Insights/diagnosticSettings": (
        "2021-05-01-preview",
        "monitor-2021-05-01-preview",
        ["listDiagnosticSettings.json", "listDiagnosticSettingsCategory.json"],
    ),
    f"{MATTER}/providers/Microsoft.Insights/diagnosticSettingsCategories": (
        "2021-05-01-preview",
        "monitor-2021-05-01-preview",
        ["listDiagnosticSettingsCategories.json"],
    ),
    f"{SUBSCRIPTION}/providers/Microsoft.ResourceHealth/availabilityStatuses": (
        "2024-02-01",
        "resourcehealth-2024-02-01",
        ["AvailabilityStatuses_ListBySubscriptionId.json"],
    ),
    f"{MATTER}/providers/Microsoft.ResourceHealth/availabilityStatuses/current": (
        "2024-02-01",
        "resourcehealth-2024-02-01",
        ["AvailabilityStatus_GetByResource.json"],
    ),
    f"{SUBSCRIPTION}/providers/Microsoft.ResourceHealth/events": (
        "2024-02-01",
        "resourcehealth-2024-02-01",
        ["Events_ListBySubscriptionId.json"],
    ),
}
"""Path → api-version, folder of examples, and which of them."""

MONITOR = {
    f"{MATTER}/providers/Microsoft.Insights/metrics": (
        "2024-02-01",
        ["GetMetric.json", "GetMultiResourceMetric.json"],
        {
            "metricnames": "ProvisionedUtilization",
            "aggregation": "Average",
            "interval": "P1D",
            "$filter": "ModelDeploymentName eq '*'",
        },
    ),
    f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values": (
        "2015-04-01",
        ["GetActivityLogsFiltered.json", "GetTenantActivityLogsNoParams.json"],
        {},
    ),
}
"""Path → api-version, examples, and what is asked beside the time."""


@pytest.mark.parametrize("path", OTHERS)
def test_the_other_services_answer_in_the_shapes_of_their_examples(path: str) -> None:
    need_shared()
    version, folder, names = OTHERS[path]
    known = example_paths(folder, *names)
    if "diagnosticSettings" in path:
        known |= _recorded_diagnostics()
    told = _whole(path, version)
    assert unknown(told, known) == []
    assert told.get("value") != []


@pytest.mark.parametrize("path", MONITOR)
def test_azure_monitor_answers_in_the_shapes_of_its_examples(path: str) -> None:
    need_shared()
    version, names, asked = MONITOR[path]
    now = datetime.now(UTC)
    begin, end = ((now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (60, 0))
    when = {"timespan": f"{begin}/{end}"} if asked else {"$filter": f"eventTimestamp ge '{begin}'"}
    told = _whole(path, version, **{**asked, **when})
    # the log's description has resourceId, and $select may name it; the examples leave it out
    assert unknown(told, example_paths(f"monitor-{version}", *names) | {"value[].resourceId"}) == []
    assert told["value"]


def test_a_network_interface_is_in_the_shape_of_its_example() -> None:
    need_shared()
    endpoint = _whole(f"{HUB}/privateEndpoints/pe-matter-swc", "2024-05-01")
    path = endpoint["properties"]["networkInterfaces"][0]["id"]
    assert unknown(_whole(path, "2024-05-01"), example_paths("network-2024-05-01", "NetworkInterfaceGet.json")) == []


def test_every_route_is_held_against_something() -> None:
    """Except those for which no example is published: providers, resource groups, single diagnostic settings."""
    asked = {*COGNITIVE_OPERATIONS, *OTHERS, *MONITOR}
    left = {
        "GET /subscriptions/{subscription}/resourceGroups",
        "GET /subscriptions/{subscription}/providers/{namespace}",
        "GET /subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Authorization/permissions",
        "GET /subscriptions/{subscription}/providers/Microsoft.Network/privateEndpoints",
    }
    missing = []
    for route in ROUTES:
        words = route.path.split("/")
        alike = (one.split("/") for one in asked)
        held = any(
            len(one) == len(words)
            and all("{" in word or word.lower() == other.lower() for word, other in zip(words, one, strict=True))
            for one in alike
        )
        if not held and f"{route.method} {route.path}" not in left:
            missing.append(route.path.rpartition("/")[2])
    assert missing == [
        "resources",
        "listKeys",
        "checkDomainAvailability",
        "{interface}",
        "{setting}",
        "query",
        "queryResults",
    ], "each has a test of its own"


def _whole(path: str, version: str, **query: str) -> dict:
    """Every page of an answer, as one."""
    world = load_world("healthy")
    told = body(ask_arm(world, path, version, **query))
    if "value" not in told:
        return told
    rows, link = list(told["value"]), told.get("nextLink")
    while link:
        token = link.rpartition("$skipToken=")[2]
        page = body(ask_arm(world, path, version, **query, **{"$skipToken": token}))
        rows += page["value"]
        link = page.get("nextLink")
    return {"value": rows}


def _recorded_diagnostics() -> set[str]:
    name = "DiagnosticSettingsFilterTest.test_filter_diagnostic_settings_present.json"
    told = json.loads((SHARED / "recorded" / "arm" / name).read_text(encoding="utf-8"))
    return {path for one in told["interactions"] for path in key_paths(one["response"]["body"]["data"])}
