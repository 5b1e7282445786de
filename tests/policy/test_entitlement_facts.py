"""What a subscription may still have, what a region can still give, and where accounts can be made."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.snapshot import Resource
from tests.policy.estate import PLACE, PROVIDER, SUB, Estate, estate, gap, listing, resource, usage

OTHER = PLACE.replace("swedencentral", "uksouth")
STRANGE = f"{PLACE.replace('0000000000a1', '0000000000a2')}"
PLANS = f"{SUB}/resourceGroups/g/providers/Microsoft.CognitiveServices/commitmentPlans"
CAPACITIES = f"{PROVIDER}/modelCapacities/OpenAI.gpt-4.1.2025-04-14"
PTU = {"name": "chat-ptu", "model": "gpt-4.1", "version": "2025-04-14", "sku": "GlobalProvisionedManaged"}


def subscription(bent: Estate) -> dict[str, Any]:
    found: dict[str, Any] = bent.of("subscription", SUB).variables["subscription"]
    return found


def test_the_region_with_the_least_decides_and_other_subscriptions_do_not_count() -> None:
    pools = [
        usage("OpenAI.S0.AccountCount", 3, 30),
        usage("accountcount", 28.0, 30.0, OTHER),
        usage("OpenAI.S0.AccountCount", 30, 30, STRANGE),
    ]
    found = subscription(estate().plus(*pools))
    assert found["accounts_left"] == 2
    assert [(row["location"], row["left"]) for row in found["account_quotas"]] == [
        ("swedencentral", 27),
        ("uksouth", 2),
    ]


@pytest.mark.parametrize(("current", "left"), [(29, None), (30, 0), (31, -1)])
def test_a_region_that_is_full_is_known_even_where_another_could_not_be_read(current: int, left: int | None) -> None:
    bent = estate().plus(usage("OpenAI.S0.AccountCount", current, 30)).hidden("usage", OTHER)
    assert subscription(bent).get("accounts_left") == left


def test_where_no_pool_counts_accounts_there_is_none() -> None:
    assert subscription(estate())["account_quotas"] == []


@pytest.mark.parametrize(
    ("properties", "renews"),
    [
        ({"autoRenew": True}, True),
        ({"autoRenew": False}, False),
        ({"autoRenew": False, "next": {"tier": "T1", "count": 1}}, True),
        ({"autoRenew": False, "next": {}}, False),
        ({"autoRenew": "yes"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_whether_a_plan_goes_on(properties: Any, renews: bool | None) -> None:
    plan = resource("commitment_plan", f"{PLANS}/ptu", SUB, {"kind": "OpenAI", "properties": properties})
    found = subscription(estate().plus(plan, listings=[listing("commitment_plan", SUB)]))["commitments"]
    assert found["plans"][0].get("renews") == renews
    assert found.get("ending") == {True: [], False: ["ptu"], None: None}[renews]


def test_the_end_of_a_plan_is_counted_in_days() -> None:
    current = {"endDate": "2026-12-01T00:00:00Z"}
    plan = resource("commitment_plan", f"{PLANS}/ptu", SUB, {"properties": {"autoRenew": False, "current": current}})
    odd = resource("commitment_plan", f"{PLANS}/odd", SUB, {"properties": {"current": {"endDate": "soon"}}})
    found = subscription(estate().plus(plan, odd, listings=[listing("commitment_plan", SUB, 2)]))["commitments"]
    assert [row.get("days_left") for row in found["plans"]] == [10, None]
    assert found["ending"] == ["ptu"]


def test_unread_plans_and_tiers_are_not_known() -> None:
    facts = estate().hidden("commitment_plan", SUB).hidden("quota_tier", SUB).of("subscription", SUB)
    assert {"commitments", "quota_tier"}.isdisjoint(facts.variables["subscription"])
    assert facts.absences["subscription.commitments"] == gap("commitment_plan", SUB).id
    assert facts.absences["subscription.quota_tier"] == gap("quota_tier", SUB).id


def test_the_tier() -> None:
    told = {"currentTierName": "Tier 2", "tierUpgradePolicy": "NoAutoUpgrade"}
    tier = resource("quota_tier", f"{PROVIDER}/quotaTiers/default", SUB, {"properties": told})
    assert subscription(estate().plus(tier))["quota_tier"] == {"name": "Tier 2", "upgrade_policy": "NoAutoUpgrade"}
    odd = resource("quota_tier", f"{PROVIDER}/quotaTiers/default", SUB, {"properties": {"currentTierName": 2}})
    assert "quota_tier" not in subscription(estate().plus(odd))


def capacity(units: Any, *, location: str = "Sweden Central", sku: str = "globalprovisionedmanaged") -> Resource:
    id_ = f"{PROVIDER}/locations/{location}/models/OpenAI.gpt-4.1.2025-04-14/skuCapacities/{sku}"
    body = {"id": id_, "location": location, "properties": {"skuName": sku, "availableCapacity": units}}
    return resource("model_capacity", id_, CAPACITIES, body)


def expected(*seen: Resource, capacity_: int = 40) -> dict[str, Any]:
    bent = (
        estate().expecting({**PTU, "capacity": capacity_}).plus(*seen, listings=[listing("model_capacity", CAPACITIES)])
    )
    found: dict[str, Any] = bent.expected("chat-ptu")
    return found


@pytest.mark.parametrize(
    ("seen", "left", "enough"),
    [
        ([capacity(25)], 25, True),
        ([capacity(24.9)], 24, False),
        ([capacity(0), capacity(100, location="uksouth"), capacity(100, sku="ProvisionedManaged")], 0, False),
        ([capacity("many")], None, None),
        ([], None, None),
    ],
)
def test_what_the_region_has_left_beyond_what_the_deployment_holds(
    seen: list[Resource], left: int | None, enough: bool | None
) -> None:
    """Fifteen units are held, forty declared; other regions and SKUs do not help."""
    found = expected(*seen)
    assert (found.get("available_capacity"), found.get("capacity_available")) == (left, enough)


def test_what_is_held_already_needs_no_capacity() -> None:
    assert expected(capacity_=15)["capacity_available"] is True


def test_an_unread_capacity_is_not_known() -> None:
    bent = estate().expecting({**PTU, "capacity": 40}).hidden("model_capacity", CAPACITIES)
    facts = bent.of("expectation", "workloads/checkout/deployments/chat-ptu")
    assert facts.absences["expected.capacity_available"] == gap("model_capacity", CAPACITIES).id


def test_standard_deployments_need_no_hardware_of_their_own() -> None:
    assert estate().expected("chat")["provisioned"] is False


@pytest.mark.parametrize(
    ("types", "offered"),
    [
        ([{"resourceType": "Accounts", "locations": ["UK South", "Sweden Central"]}], True),
        ([{"resourceType": "accounts", "locations": ["UK South"]}], False),
        ([{"resourceType": "accounts/deployments", "locations": ["Sweden Central"]}], None),
        ([{"resourceType": "accounts", "locations": []}], None),
        ([{"resourceType": "accounts", "locations": "Sweden Central"}], None),
        (None, None),
    ],
)
def test_where_accounts_can_be_made(types: Any, offered: bool | None) -> None:
    bent = estate().changed("provider", PROVIDER, lambda body: body.update(resourceTypes=types))
    workload = bent.of("workload", "workloads/checkout").variables["workload"]
    assert (workload["region"], workload["region_told"]) == ("swedencentral", True)
    assert workload.get("region_offered") == offered
