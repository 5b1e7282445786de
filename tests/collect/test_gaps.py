"""What could not be seen is said, and spoils nothing beside it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from auditor.collect import COLLECTORS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Target
from auditor.snapshot import GapReason
from tests.cloud.pretend import SUBSCRIPTION, Answer, P, Pretend, S
from tests.collect.estate import (
    DENIED,
    WORKSPACE,
    A,
    B,
    account,
    fill,
    found,
    look_at,
    unseen,
    workload,
)


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
