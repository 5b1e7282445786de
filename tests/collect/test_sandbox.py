"""The whole production path against pretend Azures: sign-in, proxy, certificates, paging, refusals and throttling."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from auditor.cloud import pipeline
from auditor.cloud.door import open_cloud
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.recorder import Recorder
from auditor.collect import COLLECTORS, Collected, collect
from auditor.sandbox import Sandbox, Seen, load_world, settings_path
from auditor.settings_file import load_settings
from auditor.snapshot import GapReason

READ = sorted({collector.kind for collector in COLLECTORS if collector.needs})
"""The kinds that a whole audit reads of Resource Manager."""


@dataclass(frozen=True)
class Looked:
    """One collection over a world, and what the world and the recorder saw of it."""

    collected: Collected
    recorder: Recorder
    sandbox: Sandbox
    bodies: dict[str, bytes]
    waits: list[float]
    """Seconds that were asked for before a repetition, none of them waited."""

    @property
    def reads(self) -> list[Seen]:
        return [seen for seen in self.sandbox.requests if seen.host == "management.azure.com"]

    @property
    def unseen(self) -> dict[str, set[GapReason]]:
        found: dict[str, set[GapReason]] = {}
        for gap in self.collected.gaps:
            found.setdefault(gap.kind, set()).add(gap.reason)
        return found


def look_at(world: str, faults: Sequence[str] = (), **changes: Any) -> Looked:
    bodies: dict[str, bytes] = {}
    waits: list[float] = []
    recorder = Recorder(bodies.__setitem__)

    async def run() -> Collected:
        settings = load_settings(settings_path(world), dict(os.environ), {}).model_copy(update=changes)
        async with open_cloud(settings, os.environ, recorder) as cloud:
            return await collect(cloud, settings, lambda _: None)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    with pytest.MonkeyPatch.context() as patch, Sandbox(load_world(world, faults)) as sandbox:
        patch.setattr(pipeline, "sleep", sleep)
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        collected = asyncio.run(run())
    return Looked(collected, recorder, sandbox, bodies, waits)


@pytest.fixture(scope="module")
def healthy() -> Looked:
    return look_at("healthy")


def test_a_healthy_world_is_seen_whole(healthy: Looked) -> None:
    """No gap, every kind there, every list proven whole, and each reading's raw body kept."""
    collected = healthy.collected
    assert collected.gaps == ()
    kinds = {resource.kind for resource in collected.resources}
    assert kinds >= {
        "subscription",
        "provider",
        "permission",
        "account",
        "deployment",
        "content_policy",
        "model",
        "usage",
        "resource_sku",
        "private_endpoint",
        "private_dns_zone_group",
        "diagnostic_setting",
        "metric",
        "activity_event",
        "resource_health",
        "service_event",
        "metric_alert",
        "activity_log_alert",
        "action_group",
        "budget",
        "cost",
        "role_assignment",
        "role_definition",
        "role_eligibility",
        "deny_assignment",
        "blocklist",
        "project",
        "connection",
        "project_connection",
        "capability_host",
        "project_capability_host",
        "required_actions",
        "lock",
        "policy_assignment",
        "policy_exemption",
        "defender_plan",
        "defender_setting",
        "security_assessment",
    }
    listed = {(listing.kind, listing.scope.lower()) for listing in collected.listings}
    for account in (resource for resource in collected.resources if resource.kind == "account"):
        kinds = ("deployment", "content_policy", "blocklist", "diagnostic_setting")
        assert {(kind, account.id.lower()) for kind in kinds} <= listed
    assert {reading.body_sha256 for reading in healthy.recorder.readings} == healthy.bodies.keys()


def test_no_url_is_read_twice_and_nothing_is_asked_that_is_not_a_read(healthy: Looked) -> None:
    """One list per scope, GET or the queries that read by POST, never a key, and no route that the sandbox lacks."""
    urls = Counter((seen.host, seen.path.lower(), str(seen.query)) for seen in healthy.reads)
    assert [url for url, times in urls.items() if times > 1] == []
    assert {seen.path.rpartition("/")[2] for seen in healthy.reads if seen.method != "GET"} == {"query", "queryResults"}
    assert [seen.path for seen in healthy.sandbox.requests if "listkey" in seen.path.lower()] == []
    assert healthy.sandbox.unknown_routes == []


def test_what_stands_above_a_subscription_is_kept_once_for_each_that_lists_it(healthy: Looked) -> None:
    """A management group's role assignment has its own id in the body, and is found below the subscription."""
    found = [one for one in healthy.collected.resources if one.kind == "role_assignment"]
    own = {str(one.body["id"]): one for one in found}
    (above,) = [arm_id for arm_id in own if not arm_id.startswith("/subscriptions/")]
    assert above.startswith("/providers/Microsoft.Management/managementGroups/")
    assert own[above].id == f"{own[above].parent}{above}"
    assert {one.parent for one in found} == {"/subscriptions/00000000-0000-4000-8000-0000000000a1"}
    (asked,) = [
        seen for seen in healthy.reads if seen.path.endswith("/roleDefinitions") and "skip" not in str(seen.query)
    ]
    assert "atScopeAndBelow()" in str(asked.query)


def test_every_resource_names_readings_that_exist(healthy: Looked) -> None:
    """From each body one finds the exchange that it came from."""
    known = {reading.id for reading in healthy.recorder.readings}
    for resource in healthy.collected.resources:
        if resource.kind not in {"required_actions", "host_name", "tls_port"}:  # ours, and answers that came by no HTTP
            assert resource.readings
            assert set(resource.readings) <= known


def test_what_is_of_no_account_is_not_kept(healthy: Looked) -> None:
    """A subscription's policy states and assessments tell of every resource; those of accounts alone stay."""
    kept = [one for one in healthy.collected.resources if one.kind in {"policy_state", "security_assessment"}]
    assert kept
    assert all("/accounts/" in one.id for one in kept)
    (violated,) = [
        one for one in look_at("healthy", ["policy-violated"]).collected.resources if one.kind == "policy_state"
    ]
    assert "/accounts/contoso-search-uks/providers/Microsoft.PolicyInsights/policyStates/" in violated.id


def test_costs_are_asked_for_once_and_only_where_somebody_set_a_cap(healthy: Looked) -> None:
    """One question for a subscription, however many accounts it has."""
    assert [seen.path.endswith("/query") for seen in healthy.reads].count(True) == 1
    declared = load_settings(settings_path("healthy"), {}, {}).workloads
    free = look_at("healthy", workloads=tuple(one.model_copy(update={"monthly_cap": None}) for one in declared))
    assert [seen.path for seen in free.reads if "CostManagement" in seen.path] == []
    assert "cost" not in {one.kind for one in (*free.collected.resources, *free.collected.listings)}


def test_what_is_made_from_a_sandbox_says_so(healthy: Looked) -> None:
    """The endpoint's own notice reaches the recorder."""
    assert any("sandbox" in notice for notice in healthy.recorder.notices)


def named(collected: Collected) -> list[tuple[str, str]]:
    """Kind and id of everything, in order, but for the moment in an event's id: each world begins at its own."""
    return [(one.kind, one.id.partition("/ticks/")[0]) for one in collected.resources]


def test_two_runs_over_the_same_world_see_the_same(healthy: Looked) -> None:
    """Whatever came first, the order is the same."""
    again = look_at("healthy").collected
    assert named(again) == named(healthy.collected)
    assert [(one.kind, one.scope, one.count) for one in again.listings] == [
        (one.kind, one.scope, one.count) for one in healthy.collected.listings
    ]


def test_a_denied_world_leaves_gaps_with_a_cure_each() -> None:
    """What is refused is neither absent nor empty: permission and command stand in the gap."""
    looked = look_at("denied")
    denied = [gap for gap in looked.collected.gaps if gap.reason is GapReason.DENIED]
    assert denied
    listed = {(listing.kind, listing.scope.lower()) for listing in looked.collected.listings}
    for gap in denied:
        assert gap.permission
        assert gap.next_step.startswith(("az role assignment create --assignee ", "auditor permissions --format az: "))
        assert (gap.kind, gap.scope.lower()) not in listed


def test_a_throttled_world_is_asked_again_after_the_wait_that_it_wants() -> None:
    """Each throttled read was repeated, and everything was seen in the end."""
    looked = look_at("throttled")
    refused = [seen for seen in looked.reads if seen.status == 429]
    assert refused
    assert looked.collected.gaps == ()
    assert len(looked.waits) == len(refused)
    assert set(looked.waits) == {5.0}
    assert max(reading.attempts for reading in looked.recorder.readings) > 1


@pytest.mark.parametrize(
    ("fault", "unseen"),
    [
        ("arm-html", {"deployment": {GapReason.MALFORMED}}),
        ("arm-wrong-types", {"usage": {GapReason.MALFORMED}}),
        ("arm-missing-value", {"deployment": {GapReason.MALFORMED}}),
        ("arm-nextlink-loop", {"model": {GapReason.MALFORMED}}),
        ("arm-nextlink-foreign-host", {"model": {GapReason.MALFORMED}}),
        ("arm-server-error", {"deployment": {GapReason.FAILED}}),
        ("arm-reset", {"deployment": {GapReason.UNREACHABLE}}),
        ("arm-truncated", {"deployment": {GapReason.UNREACHABLE}}),
    ],
)
def test_what_goes_wrong_on_the_way_spoils_its_own_kind_alone(
    fault: str, unseen: dict[str, set[GapReason]], healthy: Looked
) -> None:
    """Everything else is as in the healthy world, and nobody but Azure was ever asked."""
    looked = look_at("healthy", [fault])
    assert looked.unseen == unseen
    kinds = Counter(resource.kind for resource in healthy.collected.resources if resource.kind not in unseen)
    assert Counter(one.kind for one in looked.collected.resources if one.kind not in unseen) == kinds
    assert looked.sandbox.refused_hosts == []


def test_null_where_an_object_belongs_is_kept_as_it_came() -> None:
    """An account whose properties are null is an account of which little is known, not an error."""
    looked = look_at("healthy", ["arm-null-properties"])
    assert looked.unseen == {}
    accounts = [resource for resource in looked.collected.resources if resource.kind == "account"]
    assert accounts
    assert {account.body["properties"] for account in accounts} == {None}


@pytest.mark.parametrize("fault", [f"arm-denied-{kind.replace('_', '-')}" for kind in READ])
def test_each_read_that_is_refused_is_a_gap_with_its_action_and_its_cure(fault: str) -> None:
    """Whatever the role lacks, the gap names it, and nothing under it is claimed to be whole."""
    looked = look_at("healthy", [fault])
    kind = fault.removeprefix("arm-denied-").replace("-", "_")
    kinds = {one for one, action in ACTIONS.items() if action == ACTIONS[kind]}
    assert looked.unseen == {one: {GapReason.DENIED} for one in kinds}
    assert {gap.permission for gap in looked.collected.gaps} == {ACTIONS[kind]}
    cure = "az role assignment create " if ACTIONS[kind].endswith("/read") else "auditor permissions --format az: "
    assert all(gap.next_step.startswith(cure) for gap in looked.collected.gaps)
    assert kinds.isdisjoint({listing.kind for listing in looked.collected.listings})
