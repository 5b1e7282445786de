"""Everything in scope is read once, by the requests that it takes."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from auditor.collect import COLLECTORS, PLAN_COLLECTORS, required_actions
from auditor.collect.collector import Collector
from auditor.collect.target import Per
from auditor.snapshot import GapReason
from tests.cloud.pretend import Answer, P, Pretend, S
from tests.collect.estate import (
    DENIED,
    ENDPOINT,
    GOVERNANCE,
    STORAGE,
    ZONE,
    A,
    B,
    account,
    fill,
    found,
    look_at,
    unseen,
    workload,
)


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


async def test_what_does_not_depend_on_accounts_is_read_while_they_are_listed(azure: Pretend) -> None:
    """With the accounts list held back, everything per subscription and per declared location is already there."""
    fill(azure)
    azure.say(f"{P}/accounts", Answer(hang=True))
    task = asyncio.create_task(look_at(azure, workloads=[workload("a", "westus3")]))
    await azure.asked_for(S, P, f"{P}/deletedAccounts", f"{P}/skus", f"{P}/locations/westus3/models")
    task.cancel()
    assert (await task).interrupted


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
