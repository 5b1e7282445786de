"""Whether a subscription is told of incidents of the service, and of what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.estate import ACCOUNT, GROUP, SUB, Estate, resource
from tests.policy.monitoring import (
    BUDGET,
    action_group,
    activity_alert,
    all_watched,
    budget,
    equals,
    notification,
    watched,
)

HEALTH = equals("category", "ServiceHealth")
SERVICE = "properties.impactedServices[*].ServiceName"
REGION = "properties.impactedServices[*].ImpactedRegions[*].RegionName"


def subscription(bent: Estate) -> Any:
    return bent.of("subscription", SUB).variables["subscription"]


def health(*conditions: Any, **properties: Any) -> Any:
    return subscription(watched(action_group(), activity_alert("health", *conditions, **properties)))["service_health"]


def names(field: str, *values: str) -> Any:
    return {"field": field, "containsAny": list(values)}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([HEALTH], True),
        ([equals("Category", "servicehealth")], True),
        ([equals("category", "ResourceHealth")], False),
        ([HEALTH, equals("properties.incidentType", "Incident")], True),
        ([HEALTH, {"anyOf": [equals("properties.incidentType", one) for one in ("Maintenance", "Incident")]}], True),
        ([HEALTH, equals("properties.incidentType", "Maintenance")], False),
        ([HEALTH, names(SERVICE, "Azure OpenAI Service")], True),
        ([HEALTH, names(SERVICE, "Virtual Machines", "Cognitive Services")], True),
        ([HEALTH, names(SERVICE, "Virtual Machines")], False),
        ([HEALTH, names(REGION, "Sweden Central", "Global")], True),
        ([HEALTH, names(REGION, "swedencentral")], True),
        ([HEALTH, names(REGION, "West Europe")], False),
        ([HEALTH, names(REGION, "Global")], False),
        ([HEALTH, equals("level", "Critical")], False),
        ([HEALTH, {"field": REGION}], None),
    ],
)
def test_incidents_of_the_service_where_the_accounts_are_have_to_be_caught(conditions: Any, expected: Any) -> None:
    assert health(*conditions).get("watched") is expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"enabled": False}, False),
        ({"scopes": [GROUP]}, False),
        ({"scopes": [SUB.upper()]}, True),
        ({"scopes": None}, None),
        ({"actions": {"actionGroups": []}}, False),
        ({"actions": None}, False),
        ({"actions": []}, None),
    ],
)
def test_the_alert_has_to_be_on_set_on_the_subscription_and_heard(properties: Any, expected: Any) -> None:
    assert health(HEALTH, **properties).get("watched") is expected


def test_each_region_with_accounts_is_looked_at_by_itself() -> None:
    """Two rules may share the work; what neither has is named."""
    far = resource("account", f"{ACCOUNT}-far", SUB, {"location": "Japan East", "properties": {}})
    north = activity_alert("north", HEALTH, names(REGION, "Sweden Central"))
    east = activity_alert("east", HEALTH, names(REGION, "Japan East"))
    assert subscription(watched(action_group(), far, north))["service_health"]["unwatched_regions"] == ["japaneast"]
    assert subscription(watched(action_group(), far, north, east))["service_health"]["watched"] is True


def test_with_accounts_that_were_not_seen_only_a_rule_for_all_regions_is_enough() -> None:
    narrow = watched(action_group(), activity_alert("health", HEALTH, names(REGION, "Sweden Central")))
    facts = narrow.hidden("account", SUB).of("subscription", SUB)
    told: Any = facts.variables["subscription"]
    assert "watched" not in told["service_health"]
    assert facts.absences["subscription.service_health.watched"] == f"gap account {SUB}"
    assert subscription(all_watched().hidden("account", SUB))["service_health"]["watched"] is True


@pytest.mark.parametrize(("kind", "fact"), [("activity_log_alert", "service_health"), ("budget", "budget")])
def test_a_list_that_was_not_read_leaves_it_unknown(kind: str, fact: str) -> None:
    facts = all_watched().hidden(kind, SUB).of("subscription", SUB)
    told: Any = facts.variables["subscription"]
    assert fact not in told
    assert facts.absences[f"subscription.{fact}"] == f"gap {kind} {SUB}"


def told_of(*budgets: Any) -> tuple[bool | None, bool | None]:
    found = subscription(watched(action_group(), *budgets))["budget"]
    return found.get("actual"), found.get("forecasted")


def filtered(**dimension: Any) -> Any:
    return {"dimensions": {"operator": "In", **dimension}}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, True),
        ({"category": "cost"}, True),
        ({"category": "ReservationUtilization"}, False),
        ({"category": None}, None),
        ({"amount": 0}, False),
        ({"amount": None}, None),
        ({"amount": "500"}, None),
        ({"timePeriod": {"startDate": "2026-01-01T00:00:00Z"}}, True),
        ({"timePeriod": {"startDate": "2025-01-01T00:00:00Z", "endDate": "2026-10-31T00:00:00Z"}}, False),
        ({"timePeriod": {"startDate": "2027-01-01T00:00:00Z"}}, False),
        ({"timePeriod": {"startDate": "soon"}}, None),
        ({"timePeriod": {"startDate": "2026-01-01T00:00:00Z", "endDate": "late"}}, None),
        ({"timePeriod": {"startDate": "2026-01-01", "endDate": "2027-01-01"}}, True),
        ({"timePeriod": None}, None),
        ({"filter": {}}, True),
        ({"filter": filtered(name="ResourceGroupName", values=["RG-chat", "rg-b"])}, True),
        ({"filter": filtered(name="ResourceGroupName", values=["rg-b"])}, False),
        ({"filter": filtered(name="ResourceId", values=[ACCOUNT.lower()])}, True),
        ({"filter": filtered(name="ResourceType", values=["microsoft.cognitiveservices/accounts"])}, True),
        ({"filter": filtered(name="Meter", values=["x"])}, None),
        ({"filter": {"tags": {"name": "app", "operator": "In", "values": ["x"]}}}, None),
        (
            {"filter": {"and": [filtered(name="Meter", values=["x"]), filtered(name="ResourceId", values=["/y"])]}},
            False,
        ),
        ({"filter": "all"}, None),
        ({"notifications": {}}, False),
        ({"notifications": None}, False),
        ({"notifications": "all"}, None),
    ],
)
def test_a_budget_counts_that_is_of_money_runs_and_holds_the_accounts(properties: Any, expected: Any) -> None:
    assert told_of(budget(**properties)) == (expected, expected)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (notification(None), (True, False)),
        (notification("forecasted"), (False, True)),
        (notification("Actual", enabled=False), (False, False)),
        (notification("Actual", enabled=None), (None, False)),
        (notification("Actual", contactEmails=[]), (False, False)),
        (notification("Actual", contactEmails=[], contactRoles=["Owner"]), (True, False)),
        (notification("Actual", contactEmails=[], contactGroups=[action_group().id]), (True, False)),
        (notification("Actual", contactEmails=[], contactGroups=[f"{action_group().id}-gone"]), (False, False)),
        ("Actual", (None, None)),
    ],
)
def test_a_notification_counts_that_is_on_and_tells_somebody(told: Any, expected: Any) -> None:
    assert told_of(budget(notifications={"x": told})) == expected


def test_two_budgets_may_share_the_work() -> None:
    actual = budget(notifications={"a": notification("Actual")})
    forecasted = budget(f"{BUDGET}-b", notifications={"f": notification("Forecasted")})
    assert told_of(actual, forecasted) == (True, True)


def test_a_group_budget_holds_what_is_in_the_group() -> None:
    """Another group's is none of ours; where accounts may have been missed, not even the own one's is known to do."""
    own = budget(f"{GROUP}/providers/Microsoft.Consumption/budgets/chat")
    assert told_of(own) == (True, True)
    assert told_of(budget(f"{GROUP}-b/providers/Microsoft.Consumption/budgets/b")) == (False, False)
    hidden = subscription(watched(action_group(), own).hidden("account", SUB))["budget"]
    assert "actual" not in hidden


def test_no_budget_is_told_as_none() -> None:
    assert subscription(watched())["budget"] == {"actual": False, "forecasted": False, "budgets": []}


def test_what_is_known_of_each_budget_is_shown() -> None:
    found = subscription(watched(budget(filter=filtered(name="Meter", values=["x"]))))["budget"]["budgets"]
    assert found == [{"name": "monthly", "amount": 500.0, "runs": True, "filtered": True}]
