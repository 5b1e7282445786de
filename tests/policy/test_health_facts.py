"""What is known of an account's keys, its health, and Azure's own incidents."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.record import JsonObject
from tests.policy.estate import ACCOUNT, GROUP, NOW, SUB, Estate, estate, listing, resource

EXAMPLES = Path(__file__).parents[3] / "shared" / "arm-examples" / "resourcehealth-2024-02-01"
REGENERATED = "Microsoft.CognitiveServices/accounts/regenerateKey/action"
LISTED = "MICROSOFT.COGNITIVESERVICES/ACCOUNTS/LISTKEYS/ACTION"


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")


def event(operation: str, days: Any, status: Any = "Succeeded", account: str = ACCOUNT) -> JsonObject:
    told = ago(days) if isinstance(days, int | float) else days
    return {
        "operationName": {"value": operation},
        "status": {"value": status},
        "eventTimestamp": told,
        "resourceId": account.upper(),
    }


def logged(*events: JsonObject, made: float | None = 400) -> Estate:
    found = [resource("activity_event", f"{ACCOUNT}/events/{at}", SUB, one) for at, one in enumerate(events)]
    whole = estate().plus(*found, listings=[listing("activity_event", SUB, len(found))])
    created = {"createdAt": ago(made)} if made is not None else {}
    return whole.changed("account", ACCOUNT, lambda body: body.update(systemData=created))


def keys(whole: Estate) -> Any:
    return whole.account().get("keys", {})


def test_the_latest_rotation_that_succeeded_counts() -> None:
    """Failed and begun ones do not, nor those of another account."""
    other = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/other"
    found = keys(
        logged(
            event(REGENERATED, 40),
            event(REGENERATED, 12.5),
            event(REGENERATED, 3, "Failed"),
            event(REGENERATED, 2, "Started"),
            event(REGENERATED, 1, account=other),
            event(LISTED, 5),
        )
    )
    assert (found["days_since_rotation"], found["days_at_least"]) == (12, 12)
    assert found["regenerated_at"].startswith("2026-11-08")
    assert found["listed_at"].startswith("2026-11-16")


def test_none_in_the_log_means_no_more_than_the_log_can_tell() -> None:
    """An old account's keys are at least as old as the log is long; a young account's as old as it is."""
    old = logged(event(LISTED, 5)).of("account", ACCOUNT)
    assert old.variables["account"]["keys"]["days_at_least"] == 90
    assert "days_since_rotation" not in old.variables["account"]["keys"]
    assert "more than 90" in old.notes["account.keys.days_since_rotation"][0]
    young = keys(logged(made=20.5))
    assert (young["days_since_rotation"], young["days_at_least"]) == (20, 20)
    unsaid = keys(logged(made=None))
    assert not {"days_since_rotation", "days_at_least"} & set(unsaid)


def test_an_event_of_the_future_is_one_of_today() -> None:
    """The service's clock may be ahead of ours."""
    assert keys(logged(event(REGENERATED, -0.2)))["days_since_rotation"] == 0


@pytest.mark.parametrize("when", [None, "", "soon", 4.5j, ["2026"], "0001-01-01T00:00:00+23:59"])
def test_an_event_without_a_time_leaves_the_age_open(when: Any) -> None:
    """It may have been the rotation of yesterday."""
    told = None if isinstance(when, complex) else when
    found = keys(logged(event(REGENERATED, told)))
    assert not {"days_since_rotation", "days_at_least"} & set(found)


def test_an_event_that_does_not_name_its_account_has_it_in_its_id() -> None:
    """The service's own examples leave the member out."""
    nameless = event(REGENERATED, 4.5)
    del nameless["resourceId"]
    assert keys(logged(nameless))["days_since_rotation"] == 4


def test_a_log_that_was_not_read_whole_tells_nothing_of_keys() -> None:
    """Not even where some of its events are there."""
    subject = logged(event(REGENERATED, 3)).hidden("activity_event", SUB).of("account", ACCOUNT)
    assert "keys" not in subject.variables["account"]
    assert subject.absences["account.keys"] == f"gap activity_event {SUB}"


def ill(properties: Any) -> Any:
    id_ = f"{ACCOUNT}/providers/Microsoft.ResourceHealth/availabilityStatuses/current"
    found = resource("resource_health", id_, SUB, {"properties": properties})
    return estate().plus(found, listings=[listing("resource_health", SUB)]).account().get("health", {})


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Available", "Available"),
        ("UNAVAILABLE", "Unavailable"),
        ("degraded", "Degraded"),
        ("Unknown", None),
        ("Fine", None),
        ("", None),
        (None, None),
        (["Available"], None),
    ],
)
def test_only_azures_three_words_are_a_state(said: Any, state: str | None) -> None:
    """Unknown is not well."""
    assert ill({"availabilityState": said, "occuredTime": "2026-11-20T09:12:00Z"}).get("state") == state


def test_an_account_of_which_azure_tells_no_health_is_not_well_by_that() -> None:
    """The list was read, and it is not on it."""
    subject = estate().plus(listings=[listing("resource_health", SUB, 0)]).of("account", ACCOUNT)
    assert "state" not in subject.variables["account"].get("health", {})
    assert "no health" in subject.notes["account.health.state"][0]
    denied = estate().hidden("resource_health", SUB).of("account", ACCOUNT)
    assert denied.absences["account.health"] == f"gap resource_health {SUB}"


def incident(service: Any = "Azure OpenAI Service", place: Any = "Sweden Central", **properties: Any) -> JsonObject:
    told = {
        "eventType": "ServiceIssue",
        "status": "Active",
        "title": "ACTIVE: errors",
        "impact": [{"impactedService": service, "impactedRegions": [{"impactedRegion": place, "status": "Active"}]}],
    }
    return {"name": "2KQP-L98", "properties": {**told, **properties}}


def events(*bodies: JsonObject, parent: str = SUB) -> Any:
    found = [resource("service_event", f"{parent}/events/{at}", parent, body) for at, body in enumerate(bodies)]
    whole = estate().plus(*found, listings=[listing("service_event", SUB, len(found))])
    return whole.account().get("service_events", {}).get("active", "not known")


@pytest.mark.parametrize(
    ("body", "touches"),
    [
        (incident(), True),
        (incident("COGNITIVE SERVICES", "swedencentral"), True),
        (incident("Azure AI Foundry", "Global"), True),
        (incident("Virtual Machines"), False),
        (incident(place="West US"), False),
        (incident(status="Resolved"), False),
        (incident(eventType="PlannedMaintenance"), False),
        (incident(place=None), None),
        (incident(service=None), True),
        (incident(impact=None), None),
        (incident(status=None), None),
        (incident(eventType=None), None),
        ({"name": "2KQP-L98", "properties": None}, None),
        (incident(impact=[{"impactedService": "Azure OpenAI Service"}]), None),
        (incident(impact=[]), False),
    ],
)
def test_an_incident_counts_where_it_is_open_ours_and_here(body: JsonObject, touches: bool | None) -> None:
    """And where it does not tell which of these it is, nobody says that there is none."""
    expected: Any = {True: ["2KQP-L98: ACTIVE: errors"], False: [], None: "not known"}[touches]
    assert events(body) == expected


def test_a_region_in_which_an_incident_is_over_is_not_touched() -> None:
    """The event stays active as long as another region is in trouble."""
    regions = [
        {"impactedRegion": "Sweden Central", "status": "Resolved"},
        {"impactedRegion": "West US", "status": "Active"},
    ]
    assert events(incident(impact=[{"impactedService": "Azure OpenAI Service", "impactedRegions": regions}])) == []


def test_incidents_of_another_subscription_are_not_this_ones() -> None:
    """Azure tells each subscription what touches it."""
    assert events(incident(), parent="/subscriptions/00000000-0000-4000-8000-0000000000ee") == []


def test_events_that_could_not_be_read_are_not_none() -> None:
    """The gap says why."""
    subject = estate().hidden("service_event", SUB).of("account", ACCOUNT)
    assert subject.absences["account.service_events"] == f"gap service_event {SUB}"


def test_the_official_examples_are_read_as_they_stand() -> None:
    """Virtual machines in West US are not our trouble, and an unavailable resource is unavailable."""
    if not EXAMPLES.is_dir():
        pytest.skip("the service's published examples are not beside this repository")

    def body(name: str) -> Any:
        return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))["responses"]["200"]["body"]

    assert events(*body("Events_ListBySubscriptionId.json")["value"]) == []
    assert ill(body("AvailabilityStatus_GetByResource.json")["properties"])["state"] == "Unavailable"
