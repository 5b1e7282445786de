"""Which alerts watch an account, and whether anybody hears them."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.alert_themes import THEMES
from tests.policy.estate import ACCOUNT, GROUP, SUB, Estate, estate, resource
from tests.policy.monitoring import (
    METRIC,
    TEAM,
    action_group,
    activity_alert,
    all_watched,
    condition,
    equals,
    key_conditions,
    metric_alert,
    status_codes,
    watched,
)

TYPE = "Microsoft.CognitiveServices/accounts"
OTHER = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"


def alerts(bent: Estate) -> Any:
    return bent.account()["alerts"]


def one(*conditions: Any, **properties: Any) -> Any:
    """The facts where there is that alert alone, and a group that is heard."""
    return alerts(watched(action_group(), metric_alert("a", *conditions, **properties)))


@pytest.mark.parametrize(
    ("told", "themes"),
    [
        (condition("ModelAvailabilityRate"), {"errors"}),
        (condition("azureopenaiavailabilityrate"), {"errors"}),
        (condition("SuccessRate", criterionType="DynamicThresholdCriterion"), {"errors"}),
        (condition("ModelRequests", status_codes("Include", "429")), {"throttling"}),
        (condition("AzureOpenAIRequests", status_codes("include", "500", "503")), {"errors"}),
        (condition("AzureOpenAIRequests", status_codes("Exclude", "200")), {"errors", "throttling"}),
        (condition("AzureOpenAIRequests", status_codes("Exclude", "200", "429")), {"errors"}),
        (condition("AzureOpenAIRequests", status_codes("Exclude", "404")), set()),
        (condition("AzureOpenAIRequests", status_codes("Include", "*")), set()),
        (condition("AzureOpenAIRequests", status_codes("Include", "401")), set()),
        (condition("AzureOpenAIRequests"), set()),
        (condition("BlockedCalls"), {"throttling"}),
        (condition("AzureOpenAIProvisionedManagedUtilizationV2"), {"utilisation"}),
        (condition("TimeToResponse"), {"latency"}),
        (condition("Latency"), set()),
        (condition("RAIAbusiveUsersCount"), {"content"}),
        (condition("RAITotalRequests"), set()),
        (condition("SuccessRate", metricNamespace="Microsoft.Storage/storageAccounts"), set()),
        (condition("SuccessRate", metricNamespace=None), {"errors"}),
    ],
)
def test_what_an_alert_watches_for_is_told_by_metric_and_status(told: Any, themes: set[str]) -> None:
    found = one(told)
    assert {theme for theme in THEMES if found[theme]["watched"]} == themes
    assert found["metrics"]["watched"] is True
    assert all(found[theme]["watched"] is False for theme in set(THEMES) - themes)


def test_an_alert_of_several_conditions_has_the_themes_of_each() -> None:
    found = one(condition("SuccessRate"), condition("TotalCalls"))
    assert found["errors"]["watched"] is True
    assert found["errors"]["rules"][0]["metrics"] == ["SuccessRate", "TotalCalls"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"scopes": [ACCOUNT.upper() + "/"]}, True),
        ({"scopes": [OTHER, ACCOUNT.lower()]}, True),
        ({"scopes": [OTHER]}, False),
        ({"scopes": [f"{ACCOUNT}-other"]}, False),
        ({"scopes": [f"{ACCOUNT}/projects/p"]}, False),
        (
            {"scopes": [GROUP.upper()], "targetResourceType": TYPE.lower(), "targetResourceRegion": "Sweden Central"},
            True,
        ),
        ({"scopes": [SUB], "targetResourceType": TYPE, "targetResourceRegion": "swedencentral"}, True),
        ({"scopes": [SUB], "targetResourceType": TYPE, "targetResourceRegion": "westeurope"}, False),
        ({"scopes": [SUB], "targetResourceType": "Microsoft.Compute/virtualMachines"}, False),
        ({"scopes": [SUB], "targetResourceType": TYPE}, None),
        ({"scopes": [SUB]}, None),
        ({"scopes": [f"{GROUP}-other"], "targetResourceType": TYPE, "targetResourceRegion": "swedencentral"}, False),
        ({"scopes": "all"}, None),
        ({"enabled": False}, False),
        ({"enabled": None}, None),
        ({"enabled": "true"}, None),
        ({"actions": []}, False),
        ({"actions": None}, False),
        ({"actions": [{"actionGroupId": None}]}, None),
        ({"actions": "team"}, None),
        ({"actions": [{"actionGroupId": f"{TEAM}-gone"}]}, False),
        ({"actions": [{"actionGroupId": f"{TEAM}-gone"}, {"actionGroupId": TEAM}]}, True),
        ({"actions": [{"actionGroupId": "/subscriptions/other/providers/x/actionGroups/y"}]}, None),
    ],
)
def test_an_alert_counts_that_is_on_set_on_the_account_and_heard(properties: Any, expected: bool | None) -> None:
    found = one(condition("SuccessRate"), **properties)
    assert found["errors"].get("watched") is expected
    assert found["metrics"].get("watched") is expected


def test_alerts_on_other_resources_are_not_the_accounts() -> None:
    """However many there are: neither watched, nor named."""
    found = one(condition("Percentage CPU"), scopes=[OTHER])
    assert found["metrics"] == {"watched": False, "count": 0, "rules": [], "all_heard": True, "silent": []}


@pytest.mark.parametrize(
    ("group", "heard", "words"),
    [
        ({}, True, "heard"),
        ({"enabled": False}, False, "its action group ag-team is switched off"),
        ({"emailReceivers": []}, False, "its action group ag-team has no receiver that is on"),
        (
            {"emailReceivers": [{"name": "a", "status": "disabled"}]},
            False,
            "its action group ag-team has no receiver that is on",
        ),
        ({"emailReceivers": [], "webhookReceivers": [{"name": "w"}]}, True, "heard"),
        ({"emailReceivers": [], "incidentReceivers": [{"name": "new kind"}]}, True, "heard"),
        ({"emailReceivers": None, "smsReceivers": None}, False, "its action group ag-team has no receiver that is on"),
        ({"emailReceivers": "team"}, None, None),
        ({"enabled": None}, None, None),
    ],
)
def test_an_action_group_is_heard_that_is_on_and_has_a_receiver(
    group: Any, heard: bool | None, words: str | None
) -> None:
    found = alerts(watched(action_group(**group), metric_alert("a", condition("SuccessRate"))))
    (row,) = found["metrics"]["rules"]
    assert (found["metrics"].get("watched"), row.get("heard"), row.get("state")) == (heard, heard, words)
    assert found["metrics"].get("all_heard") is heard


def test_only_alerts_that_are_on_and_reach_nobody_are_silent() -> None:
    """One that is off is off on purpose."""
    found = alerts(
        watched(
            action_group(),
            metric_alert("off", condition("SuccessRate"), enabled=False),
            metric_alert("lost", condition("SuccessRate"), actions=[]),
            metric_alert("fine", condition("SuccessRate")),
        )
    )["metrics"]
    assert found["all_heard"] is False
    assert [(row["name"], row["state"]) for row in found["silent"]] == [("lost", "it names no action group")]
    assert [(row["name"], row["heard"]) for row in found["rules"]] == [("fine", True), ("lost", False), ("off", False)]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (key_conditions(), (True, True)),
        (key_conditions("LISTKEYS"), (True, False)),
        (key_conditions("regenerateKey"), (False, True)),
        ([equals("category", "Administrative")], (True, True)),
        ([equals("Category", "administrative"), equals("resourceType", TYPE)], (True, True)),
        (
            [equals("category", "Administrative"), equals("resourceType", "Microsoft.Storage/storageAccounts")],
            (False, False),
        ),
        ([equals("category", "Administrative"), equals("resourceGroup", "RG-chat")], (True, True)),
        ([equals("category", "Administrative"), equals("resourceId", f"{ACCOUNT}-b")], (False, False)),
        ([*key_conditions(), equals("status", "Succeeded")], (True, True)),
        ([*key_conditions(), equals("status", "Failed")], (False, False)),
        ([*key_conditions(), equals("level", "Error")], (False, False)),
        ([*key_conditions(), equals("caller", "somebody@example.com")], (False, False)),
        ([equals("category", "ServiceHealth")], (False, False)),
        (
            [
                equals("category", "Administrative"),
                {
                    "field": "operationName",
                    "containsAny": ["x", "microsoft.cognitiveservices/accounts/listkeys/action"],
                },
            ],
            (True, False),
        ),
        ([equals("category", "Administrative"), {"field": "operationName"}], (None, None)),
        ([equals("category", "Administrative"), {"anyOf": "x"}], (None, None)),
    ],
)
def test_keys_are_watched_by_what_catches_every_listing_or_regenerating(conditions: Any, expected: Any) -> None:
    found = alerts(watched(action_group(), activity_alert("keys", *conditions)))["keys"]
    assert (found.get("list_watched"), found.get("regenerate_watched")) == expected


def test_a_key_alert_that_nobody_hears_watches_nothing_and_says_why() -> None:
    found = alerts(watched(activity_alert("keys", *key_conditions(), scopes=[ACCOUNT])))["keys"]
    assert found["list_watched"] is False
    assert [row["state"] for row in found["rules"]] == ["its action group ag-team is not there"]


@pytest.mark.parametrize("broken", [{"condition": None}, {"condition": {"allOf": None}}, {"scopes": None}])
def test_an_activity_alert_that_nobody_understands_leaves_it_open(broken: Any) -> None:
    found = alerts(watched(action_group(), activity_alert("keys", *key_conditions(), **broken)))["keys"]
    assert "list_watched" not in found


@pytest.mark.parametrize("broken", [{"criteria": None}, {"criteria": {"allOf": [{}]}}, {"criteria": {"allOf": "x"}}])
def test_a_metric_alert_that_nobody_understands_leaves_its_theme_open(broken: Any) -> None:
    """That there is one, is known."""
    found = one(**broken)
    assert found["metrics"]["watched"] is True
    assert "watched" not in found["errors"]


@pytest.mark.parametrize(
    ("kind", "lost", "kept"),
    [
        ("metric_alert", ["metrics", *THEMES], ["keys"]),
        ("activity_log_alert", ["keys"], ["metrics", *THEMES]),
    ],
)
def test_a_list_that_was_not_read_leaves_what_hangs_on_it_unknown(kind: str, lost: list[str], kept: list[str]) -> None:
    """And names the gap; nothing else goes."""
    facts = all_watched().hidden(kind, SUB).of("account", ACCOUNT)
    account: Any = facts.variables["account"]
    assert set(account["alerts"]) == set(kept)
    assert {facts.absences[f"account.alerts.{name}"] for name in lost} == {f"gap {kind} {SUB}"}


def test_without_the_list_of_groups_nobody_knows_who_hears() -> None:
    """An alert that names none is heard by nobody all the same."""
    hidden = (
        all_watched().plus(metric_alert("lost", condition("TimeToResponse"), actions=[])).hidden("action_group", SUB)
    )
    facts = hidden.of("account", ACCOUNT)
    account: Any = facts.variables["account"]
    found = account["alerts"]
    assert "watched" not in found["metrics"]
    assert found["metrics"]["all_heard"] is False
    assert found["latency"]["watched"] is False
    assert found["content"]["watched"] is False
    assert facts.absences["account.alerts.errors.watched"] == f"gap action_group {SUB}"
    assert facts.absences["account.alerts.keys.list_watched"] == f"gap action_group {SUB}"


def test_a_snapshot_without_these_lists_says_nothing() -> None:
    account = estate().account()
    assert "alerts" not in account


@pytest.mark.parametrize(
    ("sku", "expected"),
    [
        ({"name": "GlobalProvisionedManaged"}, True),
        ({"name": "Standard"}, False),
        ({"name": "Novel"}, None),
        (None, None),
    ],
)
def test_whether_there_is_a_provisioned_deployment(sku: Any, expected: bool | None) -> None:
    bare = estate().without("deployment")
    told = resource("deployment", f"{ACCOUNT}/deployments/d", ACCOUNT, {"sku": sku, "properties": {}})
    assert bare.plus(told).account().get("has_provisioned_deployment") is expected
    assert bare.account()["has_provisioned_deployment"] is False
    assert "has_provisioned_deployment" not in bare.hidden("deployment", ACCOUNT).account()


def test_the_facts_name_what_they_were_read_from() -> None:
    facts = all_watched().of("account", ACCOUNT)
    assert facts.readings["account.alerts.errors"] == ("list metric_alert", "reading action_group")


def test_hostile_names_are_only_names() -> None:
    """A rule or a group may be called anything."""
    name = "{{ account }}'; rm -rf /"
    told = watched(metric_alert(name, condition("SuccessRate"), actions=[{"actionGroupId": f"{TEAM}{name}"}]))
    (row,) = alerts(told)["metrics"]["rules"]
    assert row["heard"] is False


def test_the_estate_is_watched() -> None:
    found = alerts(all_watched())
    assert (found["errors"]["watched"], found["keys"]["list_watched"]) == (True, True)
    assert found["errors"]["rules"][0]["id"] == METRIC
