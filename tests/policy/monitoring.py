"""Alert rules, action groups and budgets in Azure's own shapes, for the small estate."""

from __future__ import annotations

from typing import Any

from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, GROUP, SUB, Estate, estate, listing, resource

INSIGHTS = f"{GROUP}/providers/Microsoft.Insights"
TEAM = f"{INSIGHTS}/actionGroups/ag-team"
METRIC = f"{INSIGHTS}/metricAlerts/errors"
HEALTH = f"{INSIGHTS}/activityLogAlerts/health"
KEYS = f"{INSIGHTS}/activityLogAlerts/keys"
BUDGET = f"{SUB}/providers/Microsoft.Consumption/budgets/monthly"
KINDS = ("metric_alert", "activity_log_alert", "action_group", "budget")
OPERATION = "Microsoft.CognitiveServices/accounts/{}/action"


def condition(metric: str, *dimensions: JsonObject, **members: Any) -> JsonObject:
    return {
        "criterionType": "StaticThresholdCriterion",
        "name": "one",
        "metricName": metric,
        "metricNamespace": "Microsoft.CognitiveServices/accounts",
        "dimensions": list(dimensions),
        **members,
    }


def status_codes(operator: str, *codes: str) -> JsonObject:
    return {"name": "StatusCode", "operator": operator, "values": list(codes)}


def metric_alert(name: str, *conditions: JsonObject, **properties: Any) -> Resource:
    arm_id = f"{INSIGHTS}/metricAlerts/{name}"
    told = {
        "enabled": True,
        "scopes": [ACCOUNT],
        "criteria": {
            "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            "allOf": list(conditions),
        },
        "actions": [{"actionGroupId": TEAM.lower(), "webHookProperties": {}}],
        **properties,
    }
    return resource("metric_alert", arm_id, SUB, {"id": arm_id, "name": name, "properties": told})


def activity_alert(name: str, *conditions: JsonObject, **properties: Any) -> Resource:
    arm_id = f"{INSIGHTS}/activityLogAlerts/{name}"
    told = {
        "enabled": True,
        "scopes": [SUB],
        "condition": {"allOf": list(conditions)},
        "actions": {"actionGroups": [{"actionGroupId": TEAM.lower()}]},
        **properties,
    }
    return resource("activity_log_alert", arm_id, SUB, {"id": arm_id, "name": name, "properties": told})


def equals(field: str, value: str) -> JsonObject:
    return {"field": field, "equals": value, "containsAny": None, "anyOf": None}


def action_group(name: str = "ag-team", **properties: Any) -> Resource:
    arm_id = f"{INSIGHTS}/actionGroups/{name}"
    told = {
        "enabled": True,
        "emailReceivers": [{"name": "team", "emailAddress": "team@example.com", "status": "Enabled"}],
        "smsReceivers": [],
        **properties,
    }
    return resource("action_group", arm_id, SUB, {"id": arm_id, "name": name, "properties": told})


def notification(threshold: str | None, **members: Any) -> JsonObject:
    told = {"enabled": True, "operator": "GreaterThan", "threshold": 80, "contactEmails": ["a@example.com"], **members}
    return told if threshold is None else {**told, "thresholdType": threshold}


def budget(arm_id: str = BUDGET, **properties: Any) -> Resource:
    told = {
        "category": "Cost",
        "amount": 500.0,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2027-12-31T00:00:00Z"},
        "notifications": {"a": notification("Actual"), "f": notification("Forecasted")},
        **properties,
    }
    return resource("budget", arm_id, SUB, {"id": arm_id[1:], "name": "monthly", "properties": told})


def key_conditions(*operations: str) -> list[JsonObject]:
    names = operations or ("listKeys", "regenerateKey")
    return [
        equals("category", "Administrative"),
        {"anyOf": [equals("operationName", OPERATION.format(name)) for name in names]},
    ]


def watched(*resources: Resource) -> Estate:
    """The estate with those, all lists read whole."""
    return estate().plus(*resources, listings=[listing(kind, SUB) for kind in KINDS])


def all_watched() -> Estate:
    """The estate in which errors, keys, health and money are watched, and everything is heard."""
    return watched(
        action_group(),
        metric_alert("errors", condition("ModelAvailabilityRate")),
        activity_alert("health", equals("category", "ServiceHealth")),
        activity_alert("keys", *key_conditions()),
        budget(),
    )
