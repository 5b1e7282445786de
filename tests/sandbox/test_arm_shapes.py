"""What pretended answers are made of stands in Azure's own specifications, examples or recorded answers."""

from __future__ import annotations

import json

import pytest

from auditor.sandbox import load_world
from auditor.sandbox.arm_routes import ROUTES
from tests.sandbox.asking import COGNITIVE, MATTER, SUBSCRIPTION, ask_arm, body
from tests.sandbox.official import (
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
}
"""Path → api-version, folder of examples, and which of them."""


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


def test_a_network_interface_is_in_the_shape_of_its_example() -> None:
    need_shared()
    endpoint = _whole(f"{HUB}/privateEndpoints/pe-matter-swc", "2024-05-01")
    path = endpoint["properties"]["networkInterfaces"][0]["id"]
    assert unknown(_whole(path, "2024-05-01"), example_paths("network-2024-05-01", "NetworkInterfaceGet.json")) == []


def test_every_route_is_held_against_something() -> None:
    """Except those for which no example is published: providers, resource groups, single diagnostic settings."""
    asked = {*COGNITIVE_OPERATIONS, *OTHERS}
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
    assert missing == ["listKeys", "checkDomainAvailability", "{interface}", "{setting}"], "each has a test of its own"


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
