"""The places that logs of accounts and subscriptions are sent to: there or gone, how open, and how long they keep."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.record import JsonObject
from auditor.snapshot import Listing, Resource
from tests.policy.estate import ACCOUNT, GROUP, SUB, WORKSPACE, Estate, estate, gap, listing, resource

STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
HUB = f"{GROUP}/providers/Microsoft.EventHub/namespaces/siem"
PARTNER = f"{GROUP}/providers/Microsoft.Datadog/monitors/dd"


def sending(*seen: Resource, listings: tuple[Listing, ...] = (), **places: str) -> Estate:
    """The estate's account with one setting that sends to these places."""
    log = {"category": "Audit", "enabled": True}
    setting = resource("diagnostic_setting", f"{ACCOUNT}/s", ACCOUNT, {"properties": {"logs": [log], **places}})
    return estate().without("diagnostic_setting").plus(setting, *seen, listings=listings)


def told(*seen: Resource, listings: tuple[Listing, ...] = (), **places: str) -> dict[str, Any]:
    found: dict[str, Any] = sending(*seen, listings=listings, **places).account()["diagnostics"]
    return found


def workspace(days: Any) -> Resource:
    return resource("workspace", WORKSPACE, None, {"properties": {"retentionInDays": days}})


def storage(**properties: Any) -> Resource:
    return resource("storage_account", STORAGE, None, {"properties": properties})


def test_places_that_are_there_are_told_with_what_is_known_of_them() -> None:
    seen = (workspace(400), storage(publicNetworkAccess="disabled"), resource("event_hub_namespace", HUB, None, {}))
    found = told(
        *seen,
        workspaceId=WORKSPACE.upper(),
        storageAccountId=STORAGE,
        eventHubAuthorizationRuleId=f"{HUB}/authorizationrules/all",
        eventHubName="logs",
    )
    assert found["stores"] == [
        {"id": WORKSPACE.upper(), "kind": "workspace", "exists": True, "retention_days": 400},
        {"id": STORAGE, "kind": "storage_account", "exists": True, "public": False},
        {"id": HUB, "kind": "event_hub_namespace", "exists": True},
    ]
    assert (found["missing_destinations"], found["public_storage"]) == ([], [])
    assert (found["workspaces"], found["storage"], found["least_retention_days"]) == (1, 1, 400)


def test_only_the_services_word_makes_a_place_missing() -> None:
    """A place that was never read is not known."""
    gone = told(listings=(listing("workspace", WORKSPACE.upper(), 0),), workspaceId=WORKSPACE)
    assert gone["missing_destinations"] == [WORKSPACE]
    assert gone["workspaces"] == 0
    assert "missing_destinations" not in told(workspaceId=WORKSPACE)


def test_a_place_that_is_gone_is_told_even_where_another_could_not_be_read() -> None:
    bent = sending(
        listings=(listing("workspace", WORKSPACE, 0),), workspaceId=WORKSPACE, storageAccountId=STORAGE
    ).hidden("storage_account", STORAGE)
    facts = bent.of("account", ACCOUNT)
    assert facts.variables["account"]["diagnostics"]["missing_destinations"] == [WORKSPACE]
    assert facts.absences["account.diagnostics.public_storage"] == gap("storage_account", STORAGE).id


def test_a_gap_is_named() -> None:
    facts = sending(workspaceId=WORKSPACE).hidden("workspace", WORKSPACE).of("account", ACCOUNT)
    for name in ("missing_destinations", "least_retention_days"):
        assert facts.absences[f"account.diagnostics.{name}"] == gap("workspace", WORKSPACE).id


def test_a_partners_solution_is_not_looked_at() -> None:
    found = told(marketplacePartnerId=PARTNER)
    assert (found["stores"], found["missing_destinations"]) == ([], [])


@pytest.mark.parametrize(
    ("days", "least"), [(30, 30), (30.0, 30), (-1, 36_500), (0, None), ("90", None), (None, None), (True, None)]
)
def test_how_long_a_workspace_keeps(days: Any, least: int | None) -> None:
    assert told(workspace(days), workspaceId=WORKSPACE).get("least_retention_days") == least


@pytest.mark.parametrize(
    ("properties", "public"),
    [
        ({}, True),
        ({"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}, True),
        ({"networkAcls": {"defaultAction": "deny"}}, False),
        ({"publicNetworkAccess": "SecuredByPerimeter"}, False),
        ({"publicNetworkAccess": "Sometimes"}, None),
        ({"publicNetworkAccess": 1}, None),
        ({"networkAcls": "Deny"}, True),
    ],
)
def test_who_reaches_a_storage_account(properties: JsonObject, public: bool | None) -> None:
    found = told(storage(**properties), storageAccountId=STORAGE)
    assert found["stores"][0].get("public") == public
    assert found.get("public_storage") == {True: [STORAGE], False: [], None: None}[public]


@pytest.mark.parametrize(
    ("encryption", "platform"),
    [
        ({"keySource": "Microsoft.Storage"}, True),
        ({"keySource": "microsoft.keyvault"}, False),
        ({"keySource": "Other"}, None),
        ({"keySource": 1}, None),
        ({}, None),
        (None, None),
    ],
)
def test_whose_key_a_storage_account_is_encrypted_with(encryption: JsonObject | None, platform: bool | None) -> None:
    """What no page knows is not known."""
    found = told(storage(encryption=encryption), storageAccountId=STORAGE)
    assert found.get("platform_key_storage") == {True: [STORAGE], False: [], None: None}[platform]


def exported(*settings: JsonObject, seen: tuple[Resource, ...] = ()) -> dict[str, Any]:
    kind = "subscription_diagnostic_setting"
    rows = [
        resource(kind, f"{SUB}/providers/Microsoft.Insights/diagnosticSettings/{number}", SUB, {"properties": body})
        for number, body in enumerate(settings)
    ]
    bent = estate().plus(*rows, *seen, listings=[listing(kind, SUB, len(rows))])
    found: dict[str, Any] = bent.of("subscription", SUB).variables["subscription"]["activity_log"]
    return found


@pytest.mark.parametrize(
    ("settings", "is_exported", "categories"),
    [
        ([], False, []),
        ([{"logs": [{"category": "Policy", "enabled": True}]}], False, []),
        ([{"workspaceId": WORKSPACE, "logs": [{"category": "policy", "enabled": True}]}], True, ["Policy"]),
        ([{"workspaceId": WORKSPACE, "logs": [{"category": "Policy", "enabled": False}]}], False, []),
        ([{"workspaceId": WORKSPACE, "logs": [{"category": "Policy"}]}], None, None),
    ],
)
def test_what_of_the_activity_log_is_exported(
    settings: list[JsonObject], is_exported: bool | None, categories: list[str] | None
) -> None:
    """Only what is enabled and sent somewhere counts."""
    found = exported(*settings)
    assert (found.get("exported"), found.get("enabled_categories")) == (is_exported, categories)


def test_all_logs_stand_for_every_category() -> None:
    found = exported({"workspaceId": WORKSPACE, "logs": [{"categoryGroup": "allLogs", "enabled": True}]})
    assert {"Administrative", "Alert", "Policy", "Security"} <= set(found["enabled_categories"])


def test_an_unread_list_of_exports_is_not_an_empty_one() -> None:
    kind = "subscription_diagnostic_setting"
    facts = estate().hidden(kind, SUB).of("subscription", SUB)
    assert "activity_log" not in facts.variables["subscription"]
    assert facts.absences["subscription.activity_log"] == gap(kind, SUB).id
