"""Metrics, the activity log and health, as the sandbox computes them from what the world says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.sandbox import load_world
from tests.sandbox.asking import MATTER, SUBSCRIPTION, ask_arm, body

METRICS = f"{MATTER}/providers/Microsoft.Insights/metrics"
LOG = f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
DAYS = 3


def moment(days_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def asked(**changes: str) -> dict[str, str]:
    usual = {
        "timespan": f"{moment(DAYS)}/{moment(0)}",
        "interval": "P1D",
        "metricnames": "AzureOpenAIRequests",
        "aggregation": "Total",
        "$filter": "ModelDeploymentName eq '*' and StatusCode eq '*'",
        "top": "100",
    }
    return usual | changes


def test_calls_are_split_by_deployment_and_status_with_a_value_for_each_day() -> None:
    """In the shape of the official example: a series for each combination, with its labels and its data."""
    world = load_world("healthy", ["throttled-share-high"])
    told = body(
        ask_arm(world, METRICS.replace("matter-swc", "support-weu").replace("rg-matter", "rg-support"), **asked())
    )
    (metric,) = told["value"]
    found: dict[tuple[str, ...], Any] = {
        tuple(label["value"] for label in one["metadatavalues"]): one["data"] for one in metric["timeseries"]
    }
    assert set(found) == {
        ("support-chat", "200"),
        ("support-chat", "429"),
        ("support-router", "200"),
        ("support-pictures", "200"),
    }
    assert [point["total"] for point in found["support-chat", "429"]] == [560.0] * DAYS
    assert (metric["errorCode"], told["interval"]) == ("Success", "P1D")


def test_a_deployment_without_traffic_has_no_series() -> None:
    """So Azure Monitor answers where it splits by a dimension."""
    world = load_world("healthy", ["deployment-idle"])
    path = METRICS.replace("matter-swc", "support-weu").replace("rg-matter", "rg-support")
    (metric,) = body(ask_arm(world, path, **asked()))["value"]
    names = {one["metadatavalues"][0]["value"] for one in metric["timeseries"]}
    assert names == {"support-chat", "support-pictures"}


def test_no_more_series_come_than_were_asked_for() -> None:
    """Ten, where nothing is said."""
    world = load_world("healthy")
    (metric,) = body(ask_arm(world, METRICS, **asked(top="1")))["value"]
    assert len(metric["timeseries"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"metricnames": "AzureOpenAIRequests,Nothing"},
        {"metricnames": ""},
        {"aggregation": "Average"},
        {"metricnames": "AzureOpenAIRequests,ProvisionedUtilization"},
        {"timespan": "yesterday"},
        {"interval": "PT1M"},
    ],
    ids=str,
)
def test_what_azure_monitor_refuses_is_refused(wrong: dict[str, str]) -> None:
    """Whole: one metric that can't be had spoils the request."""
    assert ask_arm(load_world("healthy"), METRICS, **asked(**wrong)).status == 400


def log(filter_: str, **query: str) -> Any:
    return ask_arm(load_world("healthy"), LOG, "2015-04-01", **{"$filter": filter_, **query})


def test_the_log_tells_what_was_done_since_newest_first_with_the_members_named() -> None:
    """What was done before is not told."""
    since = f"eventTimestamp ge '{moment(38)}' and resourceProvider eq 'microsoft.cognitiveservices'"
    found = body(log(since, **{"$select": "operationName,eventTimestamp"}))["value"]
    assert [one["eventTimestamp"] for one in found] == sorted((one["eventTimestamp"] for one in found), reverse=True)
    assert {name for one in found for name in one} == {"id", "operationName", "eventTimestamp"}
    words = [one["operationName"]["value"].rpartition("accounts/")[2] for one in found]
    assert sorted(words) == [
        "listKeys/action",
        "privateEndpointConnectionsApproval/action",
        "regenerateKey/action",
        "regenerateKey/action",
    ]


@pytest.mark.parametrize(
    "filter_",
    ["", "operationName eq 'x'", f"eventTimestamp ge '{moment(91)}'", "eventTimestamp ge 'yesterday'"],
    ids=["none", "another member", "too long ago", "no time"],
)
def test_the_log_takes_few_filters(filter_: str) -> None:
    """And none that goes back more than 90 days."""
    assert log(filter_).status == 400


def test_each_account_has_a_state_of_health() -> None:
    """Alone and in the subscription's list alike."""
    world = load_world("healthy", ["resource-unhealthy"])
    path = "/providers/Microsoft.ResourceHealth/availabilityStatuses"
    states = {
        one["id"].split("/")[8]: one["properties"]["availabilityState"]
        for one in body(ask_arm(world, SUBSCRIPTION + path, "2024-02-01"))["value"]
    }
    assert states == {
        "contoso-matter-swc": "Available",
        "contoso-support-weu": "Available",
        "contoso-search-uks": "Degraded",
    }
    alone = body(ask_arm(world, f"{MATTER}{path}/current", "2024-02-01"))
    assert alone["properties"]["availabilityState"] == "Available"
