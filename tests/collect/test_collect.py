"""Everything in scope is read once, whatever fails beside it, and what could not be seen is said."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.collect import COLLECTORS, Collected, collect, required_actions
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.snapshot import GapReason
from tests.cloud.pretend import ENVIRON, SUBSCRIPTION, Answer, P, Pretend, S, settings

OTHER = "/subscriptions/00000000-0000-4000-8000-0000000000ee"
A = f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a"
B = f"{S}/resourceGroups/RG2/providers/Microsoft.CognitiveServices/accounts/b"
ENDPOINT = f"{OTHER}/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/pe"
INTERFACE = f"{OTHER}/resourceGroups/net/providers/Microsoft.Network/networkInterfaces/pe.nic.1"
ZONE = f"{OTHER}/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com"
DENIED = Answer({"error": {"code": "AuthorizationFailed", "message": "no"}}, 403)


def account(id_: str, location: str, *endpoints: str, **more: Any) -> dict[str, Any]:
    connections = [{"properties": {"privateEndpoint": {"id": endpoint}}} for endpoint in endpoints]
    told = {
        "id": id_,
        "kind": "OpenAI",
        "location": location,
        "properties": {"privateEndpointConnections": connections},
    }
    return told | more


def fill(azure: Pretend) -> None:
    """Two accounts in one location; both stand behind one private endpoint of another subscription, and its zone."""
    first, second = (
        account(A, "Sweden Central", ENDPOINT, tags={"App": "x"}),
        account(B, "swedencentral", ENDPOINT.upper()),
    )
    azure.say(S, {"subscriptionId": SUBSCRIPTION, "state": "Enabled"})
    azure.say(P, {"registrationState": "Registered"})
    azure.say(f"{S}/providers/Microsoft.Authorization/permissions", {"value": [{"actions": ["*/read"]}, {}]})
    azure.say(f"{P}/accounts", {"value": [first, second]})
    azure.say(f"{P}/deletedAccounts", {"value": []})
    offer = {"resourceType": "accounts", "kind": "OpenAI", "name": "S0", "locations": ["SWEDENCENTRAL", "WESTUS"]}
    azure.say(f"{P}/skus", {"value": [offer, offer | {"kind": "Face"}, offer | {"resourceType": "other"}]})
    for id_, body in ((A, first), (B, second)):
        azure.say(id_, body | {"etag": "whole"})
        azure.say(f"{id_}/deployments", {"value": [{"id": f"{id_}/deployments/d"}]})
        azure.say(f"{id_}/raiPolicies", {"value": [{"id": f"{id_}/raiPolicies/Microsoft.DefaultV2"}]})
        azure.say(f"{id_}/networkSecurityPerimeterConfigurations", {"value": [{"id": id_, "name": "guid.association"}]})
        setting = f"{id_}/providers/microsoft.insights/diagnosticSettings/d".lower()
        azure.say(f"{id_}/providers/Microsoft.Insights/diagnosticSettings", {"value": [{"id": setting}]})
    for location in ("swedencentral", "westus3"):
        model = {"format": "OpenAI", "name": "m", "version": "1"}
        kinds = [{"kind": kind, "model": model} for kind in ("OpenAI", "AIServices")]
        azure.say(f"{P}/locations/{location}/models", {"value": kinds})
        azure.say(f"{P}/locations/{location}/usages", {"value": [{"name": {"value": "OpenAI.Standard.m"}}]})
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
        "deployment": 2,
        "content_policy": 2,
        "diagnostic_setting": 2,
        "model": 2,
        "usage": 1,
        "resource_sku": 1,
        "private_endpoint": 1,
        "private_dns_zone_group": 1,
        "network_interface": 1,
        "virtual_network_link": 1,
        "dns_record": 2,
        "perimeter_configuration": 2,
        "required_actions": 1,
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
        ("account", S, 2),
        ("deleted_account", S, 0),
        ("resource_sku", S, 3),
        *((kind, id_.lower(), 1) for kind in ("deployment", "content_policy", "diagnostic_setting") for id_ in (A, B)),
        ("model", f"{P}/locations/swedencentral".lower(), 2),
        ("usage", f"{P}/locations/swedencentral".lower(), 1),
        ("private_dns_zone_group", ENDPOINT.lower(), 1),
    }
    ids = {resource.id for resource in collected.resources}
    assert f"{P}/locations/swedencentral/models/AIServices.OpenAI.m.1" in ids
    assert f"{P}/locations/swedencentral/usages/OpenAI.Standard.m" in ids
    assert f"{P}/skus/OpenAI.S0.swedencentral" in ids
    assert f"{S}/providers/Microsoft.Authorization/permissions/1" in ids
    assert all(resource.readings for resource in collected.resources if resource.kind != "required_actions")
    assert max(Counter(request.path_qs.lower() for request in azure.seen).values()) == 1
    assert {request.method for request in azure.seen} == {"GET"}


async def test_the_whole_account_wins_over_how_the_list_told_it(azure: Pretend) -> None:
    """And where it could not be read whole, the list's body stays beside the gap."""
    fill(azure)
    azure.say(B, DENIED)
    collected = await look_at(azure)
    bodies = {resource.id: resource.body for resource in collected.resources if resource.kind == "account"}
    assert bodies[A]["etag"] == "whole"
    assert "etag" not in bodies[B]
    assert unseen(collected) == [("account", B, GapReason.DENIED)]


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
    assert {path.split("/")[8] for path in azure.paths() if "/resourceGroups/rg" in path} <= names
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
    """Every kind that is read stands under an action, all of them reads, and never the one that lists keys."""
    actions = required_actions().body["actions"]
    needing = {collector.kind for collector in COLLECTORS if collector.needs}
    assert {kind for kinds in actions.values() for kind in kinds} == needing
    assert all(action.endswith("/read") for action in actions)


def test_each_collector_has_a_kind_and_a_sort_of_its_own() -> None:
    """No two collectors would read the same of the same."""
    assert len({(collector.kind, collector.per) for collector in COLLECTORS}) == len(COLLECTORS)
    assert {collector.per for collector in COLLECTORS} == set(Per)
