"""Everything in scope is read once, whatever fails beside it, and what could not be seen is said."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.collect import COLLECTORS, PLAN_COLLECTORS, Collected, collect, required_actions
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
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


async def test_everything_in_scope_is_read_and_no_url_twice(azure: Pretend) -> None:
    """Each kind with its ids, parents and proofs of completeness; the shared endpoint and location once."""
    fill(azure)
    collected = await look_at(azure)
    assert collected.gaps == ()
    assert found(collected) == {
        "subscription": 1,
        "provider": 1,
        "permission": 2,
        "account": 2,
        "arm_resource": 2,
        "deployment": 2,
        "content_policy": 2,
        "blocklist": 2,
        "project": 1,
        "connection": 1,
        "project_connection": 1,
        "diagnostic_setting": 2,
        "metric": 6,
        "activity_event": 1,
        "resource_health": 1,
        "service_event": 1,
        "model": 2,
        "usage": 1,
        "budget": 1,
        "resource_sku": 1,
        "private_endpoint": 1,
        "private_dns_zone_group": 1,
        "network_interface": 1,
        "virtual_network_link": 1,
        "dns_record": 2,
        "perimeter_configuration": 2,
        "required_actions": 1,
        "subscription_diagnostic_setting": 1,
        "workspace": 1,
        "event_hub_namespace": 1,
        "vault": 1,
        "vault_key": 1,
        "quota_tier": 1,
        "model_capacity": 1,
    }
    assert {(listing.kind, listing.scope.lower(), listing.count) for listing in collected.listings} == {
        ("host_name", A.lower(), 0),
        ("host_name", B.lower(), 0),
        ("tls_port", A.lower(), 0),
        ("tls_port", B.lower(), 0),
        ("virtual_network_link", ZONE.lower(), 1),
        ("dns_record", ZONE.lower(), 2),
        ("perimeter_configuration", A.lower(), 1),
        ("perimeter_configuration", B.lower(), 1),
        ("permission", S, 2),
        *((kind, S, 0) for kind in ("role_assignment", "role_definition", "role_eligibility", "deny_assignment")),
        ("account", S, 2),
        ("arm_resource", S, 2),
        ("deleted_account", S, 0),
        *((kind, S, 0) for kind in ("metric_alert", "activity_log_alert", "action_group")),
        ("budget", S, 1),
        ("resource_sku", S, 3),
        ("activity_event", S, 1),
        ("resource_health", S, 1),
        ("service_event", S, 1),
        ("metric", A.lower(), 3),
        ("metric", B.lower(), 3),
        *(
            (kind, id_.lower(), 1)
            for kind in ("deployment", "content_policy", "blocklist", "diagnostic_setting")
            for id_ in (A, B)
        ),
        ("project", B.lower(), 1),
        ("connection", B.lower(), 1),
        ("capability_host", B.lower(), 0),
        ("project_connection", f"{B}/projects/p".lower(), 1),
        ("project_capability_host", f"{B}/projects/p".lower(), 0),
        ("model", f"{P}/locations/swedencentral".lower(), 2),
        ("usage", f"{P}/locations/swedencentral".lower(), 1),
        ("private_dns_zone_group", ENDPOINT.lower(), 1),
        ("subscription_diagnostic_setting", S, 1),
        ("storage_account", STORAGE.lower(), 0),
        ("vault", S, 2),
        ("quota_tier", S, 1),
        ("commitment_plan", S, 0),
        ("model_capacity", f"{P}/modelCapacities/OpenAI.m.1".lower(), 1),
        *((kind, S, 0) for kind in GOVERNANCE),
        *(("defender_setting", id_.lower(), 0) for id_ in (A, B)),
    }
    ids = {resource.id for resource in collected.resources}
    assert f"{P}/locations/swedencentral/models/AIServices.OpenAI.m.1" in ids
    assert f"{P}/locations/swedencentral/usages/OpenAI.Standard.m" in ids
    assert f"{P}/skus/OpenAI.S0.swedencentral" in ids
    assert f"{S}/providers/Microsoft.Consumption/budgets/monthly" in ids
    assert f"{S}/providers/Microsoft.Authorization/permissions/1" in ids
    assert all(resource.readings for resource in collected.resources if resource.kind != "required_actions")
    assert max(Counter(request.path_qs.lower() for request in azure.seen).values()) == 1
    assert {request.path for request in azure.seen if request.method != "GET"} == {
        f"{S}/providers/{GOVERNANCE['policy_state']}"
    }


async def test_the_whole_account_wins_over_how_the_list_told_it(azure: Pretend) -> None:
    """And where it could not be read whole, the list's body stays beside the gap."""
    fill(azure)
    azure.say(B, DENIED)
    collected = await look_at(azure)
    bodies = {resource.id: resource.body for resource in collected.resources if resource.kind == "account"}
    assert bodies[A]["etag"] == "whole"
    assert "etag" not in bodies[B]
    assert unseen(collected) == [("account", B, GapReason.DENIED)]


async def test_an_answer_about_another_account_is_none(azure: Pretend) -> None:
    """What stands between and mixes up answers leaves a gap, and one account is not judged by the other."""
    fill(azure)
    azure.say(B, account(A, "westus3") | {"etag": "whole"})
    collected = await look_at(azure)
    bodies = {resource.id: resource.body for resource in collected.resources if resource.kind == "account"}
    assert "etag" not in bodies[B]
    assert unseen(collected) == [("account", B, GapReason.MALFORMED)]
    assert A in collected.gaps[0].detail


async def test_a_list_that_is_refused_is_a_gap_and_never_an_empty_list(azure: Pretend) -> None:
    """Everything that can be read without it still is."""
    fill(azure)
    azure.say(f"{P}/accounts", DENIED)
    collected = await look_at(azure, workloads=[workload("a", "westus3")])
    assert unseen(collected) == [("account", S, GapReason.DENIED)]
    assert "account" not in {listing.kind for listing in collected.listings}
    assert found(collected).keys() >= {"subscription", "provider", "model", "usage"}
    assert {resource.parent for resource in collected.resources if resource.kind == "model"} == {
        f"{P}/locations/westus3"
    }


def workload(account: str, location: str) -> dict[str, Any]:
    deployments = [{"name": "d", "model": "m"}]
    return {"name": "w", "owner": "o", "account": account, "location": location, "deployments": deployments}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ({"accounts": ["B"]}, {"b"}),
        ({"tags": {"app": "x"}}, {"a"}),
        ({"tags": {"app": "X"}}, set()),
        ({"accounts": ["a", "b"], "tags": {"app": "x"}}, {"a"}),
    ],
)
async def test_names_and_tags_narrow_what_is_read(azure: Pretend, scope: dict[str, Any], names: set[str]) -> None:
    """Names without case, tag values with; nothing of another account is asked for."""
    fill(azure)
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION], **scope})
    read = {resource.id.rpartition("/")[2] for resource in collected.resources if resource.kind == "account"}
    assert read == names
    assert {
        path.split("/")[8] for path in azure.paths() if "/resourceGroups/rg" in path and "/accounts/" in path
    } <= names
    assert collected.gaps == ()


async def test_resource_groups_are_listed_one_by_one_and_stand_for_the_subscription(azure: Pretend) -> None:
    """One list per group instead of the whole subscription's; a group that does not exist has none."""
    fill(azure)
    missing = Answer({"error": {"code": "ResourceGroupNotFound", "message": "no"}}, 404)
    azure.say(f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts", {"value": [account(A, "x")]})
    azure.say(f"{S}/resourceGroups/gone/providers/Microsoft.CognitiveServices/accounts", missing)
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION], "resource_groups": ["rg", "gone"]})
    assert f"{P}/accounts" not in azure.paths()
    listed = [(listing.scope, listing.count) for listing in collected.listings if listing.kind == "account"]
    assert listed == [(S, 1)]


async def test_one_group_that_is_refused_leaves_the_others_accounts_and_a_gap(azure: Pretend) -> None:
    """What was found is kept; that it is all is not claimed."""
    fill(azure)
    azure.say(f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts", {"value": [account(A, "x")]})
    azure.say(f"{S}/resourceGroups/rg2/providers/Microsoft.CognitiveServices/accounts", DENIED)
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION], "resource_groups": ["rg", "rg2"]})
    assert ("account", S, GapReason.DENIED) in unseen(collected)
    assert found(collected)["account"] == 1


async def test_an_element_without_an_id_spoils_the_claim_that_the_list_is_whole(azure: Pretend) -> None:
    """The others are kept, and the list is malformed."""
    fill(azure)
    azure.say(f"{A}/deployments", {"value": [{"id": f"{A}/deployments/d"}, {"name": "nameless"}]})
    azure.say(f"{P}/locations/swedencentral/models", {"value": [{"kind": "OpenAI", "model": "gpt"}]})
    azure.say(f"{P}/locations/swedencentral/usages", {"value": [{"name": "plain"}]})
    collected = await look_at(azure)
    assert unseen(collected) == [
        ("deployment", A, GapReason.MALFORMED),
        ("model", f"{P}/locations/swedencentral", GapReason.MALFORMED),
        ("usage", f"{P}/locations/swedencentral", GapReason.MALFORMED),
    ]
    assert found(collected)["deployment"] == 2


async def test_an_older_api_version_leaves_what_it_can_not_tell_as_a_gap(azure: Pretend) -> None:
    """Deployments read with less than 2026-07-01 do not tell their state."""
    fill(azure)
    words = "The api-version 'x' is invalid. The supported versions are '2025-09-01'."
    refusal = Answer({"error": {"code": "InvalidApiVersionParameter", "message": words}}, 400)
    azure.say(f"{A}/deployments", refusal, {"value": []})
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION], "accounts": ["a"]})
    assert unseen(collected) == [("deployment_detail", A, GapReason.NOT_OFFERED)]
    assert collected.api_versions["deployment"] == "2025-09-01"
    assert collected.api_versions["account"] == "2026-07-01"


@pytest.mark.parametrize("broken", COLLECTORS, ids=lambda collector: f"{collector.kind} per {collector.per}")
async def test_a_collector_that_crashes_is_a_gap_and_the_others_go_on(azure: Pretend, broken: Collector) -> None:
    """Its own kind is unknown, and the run neither stops nor hangs."""
    fill(azure)

    async def crash(look: Look, target: Target) -> None:
        look.accounts_listed(target.subscription)
        raise KeyError("defect")

    one = replace(broken, collect=crash)
    collected = await look_at(azure, tuple(one if each is broken else each for each in COLLECTORS))
    crashed = {(gap.kind, gap.reason, gap.detail) for gap in collected.gaps}
    assert crashed == {(broken.kind, GapReason.CRASHED, "KeyError: 'defect'")}
    assert "subscription" in found(collected) or broken.kind == "subscription"


async def test_an_interruption_gives_back_what_there_is_and_says_what_is_not(azure: Pretend) -> None:
    """A read that hangs is cut off; what was known to be wanted is a gap each, and the caller may go on."""
    fill(azure)
    azure.say(f"{A}/deployments", Answer(hang=True))
    task = asyncio.create_task(look_at(azure))
    await azure.asked_for(f"{A}/deployments")
    task.cancel()
    collected = await task
    assert collected.interrupted
    assert ("deployment", A, GapReason.INTERRUPTED) in unseen(collected)
    assert {gap.reason for gap in collected.gaps} == {GapReason.INTERRUPTED}
    settled = {(gap.kind, gap.scope) for gap in collected.gaps} | {
        (listing.kind, listing.scope) for listing in collected.listings
    }
    assert {("account", S), ("deployment", A), ("deployment", B), ("resource_sku", S)} <= settled


async def test_the_deadline_leaves_gaps_and_ends_the_run(azure: Pretend) -> None:
    """A list that never comes holds up nothing but what depends on it."""
    fill(azure)
    azure.say(f"{P}/accounts", Answer(hang=True))
    collected = await look_at(azure, deadline_seconds=3, workloads=[workload("a", "westus3")])
    assert unseen(collected) == [("account", S, GapReason.TIMED_OUT)]
    assert not collected.interrupted
    assert "model" in found(collected)


async def test_what_does_not_depend_on_accounts_is_read_while_they_are_listed(azure: Pretend) -> None:
    """With the accounts list held back, everything per subscription and per declared location is already there."""
    fill(azure)
    azure.say(f"{P}/accounts", Answer(hang=True))
    task = asyncio.create_task(look_at(azure, workloads=[workload("a", "westus3")]))
    await azure.asked_for(S, P, f"{P}/deletedAccounts", f"{P}/skus", f"{P}/locations/westus3/models")
    task.cancel()
    assert (await task).interrupted


async def test_a_workload_outside_the_scope_is_not_read(azure: Pretend) -> None:
    """An account that a workload names by id in another subscription draws no request there."""
    fill(azure)
    await look_at(azure, workloads=[workload(A.replace(S, OTHER), "westus3")])
    assert not [path for path in azure.paths() if path.startswith(OTHER) and "CognitiveServices" in path]
    assert not [path for path in azure.paths() if "westus3" in path]


def test_the_required_actions_are_the_collectors_own() -> None:
    """Every kind stands under an action: one that reads or a query asked by POST, and never the one that lists keys."""
    actions = required_actions().body["actions"]
    needing = {collector.kind for collector in COLLECTORS if collector.needs}
    assert {kind for kinds in actions.values() for kind in kinds} == needing
    asked = {"Microsoft.PolicyInsights/policyStates/queryResults/action"}
    assert {action for action in actions if not action.endswith("/read")} == asked


@pytest.mark.parametrize("collectors", [COLLECTORS, PLAN_COLLECTORS])
def test_what_the_role_reader_lacks_is_optional_and_nothing_else_is(collectors: tuple[Collector, ...]) -> None:
    """Reader grants every action that ends in `/read`, and no other."""
    told = required_actions(collectors).body
    assert told["optional"] == [action for action in told["actions"] if not action.endswith("/read")]
    assert told["optional"]


def test_each_collector_has_a_kind_and_a_sort_of_its_own() -> None:
    """No two collectors would read the same of the same."""
    assert len({(collector.kind, collector.per) for collector in COLLECTORS}) == len(COLLECTORS)
    assert {collector.per for collector in COLLECTORS} == set(Per)


async def test_metrics_are_asked_for_in_three_requests_about_days_before_the_run(azure: Pretend) -> None:
    """Each names its metrics, its one aggregation and its dimensions; more series than ten may come."""
    fill(azure)
    await look_at(azure)
    asked = [
        request.query for request in azure.seen if request.path.startswith(f"{A}/providers/Microsoft.Insights/metrics")
    ]
    assert len(asked) == 3
    assert {query["top"] for query in asked} == {"5000"}
    assert {query["interval"] for query in asked} == {"P1D"}
    (calls,) = [query for query in asked if "StatusCode" in query["$filter"]]
    assert calls["metricnames"] == "AzureOpenAIRequests,ModelRequests"
    begin, end = (datetime.fromisoformat(at) for at in calls["timespan"].split("/"))
    assert end - begin == timedelta(days=30)
    assert timedelta() <= datetime.now(UTC) - end < timedelta(hours=1)


async def test_as_many_series_as_were_asked_for_may_not_be_all(azure: Pretend) -> None:
    """The answer is kept, and so is the gap in it."""
    fill(azure)
    many = {"timespan": "", "value": [{"name": {"value": "AzureOpenAIRequests"}, "timeseries": [{}] * 5000}]}
    azure.say(f"{A}/providers/Microsoft.Insights/metrics", many)
    collected = await look_at(azure)
    assert {(gap.kind, gap.scope.rpartition("/")[2]) for gap in collected.gaps} == {
        ("metric", name) for name in ("requests", "volumes", "averages")
    }
    assert ("metric", A) not in {(listing.kind, listing.scope) for listing in collected.listings}


async def test_the_log_is_asked_for_a_little_less_than_it_keeps_and_for_nobodys_claims(azure: Pretend) -> None:
    """A clock that runs behind asks for no more than the service gives; who did it is asked, by what claims is not."""
    fill(azure)
    await look_at(azure)
    (query,) = [request.query for request in azure.seen if request.path.endswith("/eventtypes/management/values")]
    words = query["$filter"].split("'")
    begin, end = datetime.fromisoformat(words[1]), datetime.fromisoformat(words[3])
    assert timedelta(days=89) < end - begin < timedelta(days=90)
    assert words[4:] == [" and resourceProvider eq ", "Microsoft.CognitiveServices", ""]
    assert not {"claims", "authorization", "properties"} & set(query["$select"].split(","))


async def test_what_stands_above_two_subscriptions_is_kept_for_each(azure: Pretend) -> None:
    """A management group's assignment is told by both lists, and says of both that it holds there."""
    fill(azure)
    own = "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/roleAssignments/r1"
    below = f"{A}/providers/Microsoft.Authorization/roleAssignments/r2"
    for scope, ids in ((S, [own, below]), (OTHER, [own])):
        rows = [{"id": one, "properties": {"principalId": "p"}} for one in ids]
        azure.say(f"{scope}/providers/Microsoft.Authorization/roleAssignments", {"value": rows})
    both = {"subscriptions": [SUBSCRIPTION, OTHER.rpartition("/")[2]]}
    kept = [one for one in (await look_at(azure, scope=both)).resources if one.kind == "role_assignment"]
    assert {(one.id, one.parent) for one in kept} == {(f"{S}{own}", S), (f"{OTHER}{own}", OTHER), (below, S)}
    assert {str(one.body["id"]) for one in kept} == {own, below}


@pytest.mark.parametrize(
    ("code", "status", "absent"),
    [
        ("ResourceNotFound", 404, True),
        ("ResourceGroupNotFound", 404, True),
        ("SubscriptionNotFound", 404, False),
        ("InvalidResourceType", 404, False),
        ("AuthorizationFailed", 403, False),
    ],
)
async def test_only_the_services_word_that_a_thing_is_not_there_proves_its_absence(
    azure: Pretend, code: str, status: int, absent: bool
) -> None:
    """A listing of that one thing that counts nothing; any other refusal is a gap."""
    fill(azure)
    azure.say(WORKSPACE, Answer({"error": {"code": code, "message": "no"}}, status))
    collected = await look_at(azure)
    proven = [one for one in collected.listings if one.kind == "workspace"]
    assert [(one.scope.lower(), one.count, bool(one.readings)) for one in proven] == (
        [(WORKSPACE.lower(), 0, True)] if absent else []
    )
    assert [gap.kind for gap in collected.gaps] == ([] if absent else ["workspace"])


async def test_a_vault_in_another_subscription_of_the_scope_is_found_there(azure: Pretend) -> None:
    """A URI does not tell where a vault lies; the account's own subscription is looked through first."""
    fill(azure)
    elsewhere = f"{OTHER}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/kv"
    azure.say(f"{S}/providers/Microsoft.KeyVault/vaults", {"value": []})
    there = {"id": elsewhere, "properties": {"vaultUri": "https://kv.vault.azure.net/"}}
    azure.say(f"{OTHER}/providers/Microsoft.KeyVault/vaults", {"value": [there]})
    azure.say(f"{elsewhere}/keys/cmk", {"id": f"{elsewhere}/keys/cmk"})
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION, OTHER.rpartition("/")[2]]})
    assert {one.id for one in collected.resources if one.kind in {"vault", "vault_key"}} == {
        elsewhere,
        f"{elsewhere}/keys/cmk",
    }
