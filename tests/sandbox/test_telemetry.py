"""Metrics, the activity log and health, as the sandbox computes them from what the world says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.errors import SandboxError
from auditor.sandbox import World, load_world, make_world
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
        ("support-embed", "200"),
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
    assert names == {"support-chat", "support-embed", "support-pictures"}


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
        {"interval": "PT2M"},
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


MINUTES = "PT5M"
SUPPORT = METRICS.replace("matter", "support").replace("swc", "weu")


def lately(**traffic: object) -> World:
    return make_world(changed("accounts/contoso-support-weu/deployments/support-chat/traffic/lately", traffic))


def changed(at: str, value: object) -> dict[str, Any]:
    data = _raw()
    *above, last = at.split("/")
    holder: dict[str, Any] = data
    for key in above:
        holder = holder.setdefault(key, {})
    holder[last] = value
    return data


def _raw() -> dict[str, Any]:
    return json.loads(load_world("healthy").model_dump_json(exclude={"made_at"}, exclude_unset=True))


def points(world: World, of: str, aggregation: str = "Total", split: str = "StatusCode", hours: int = 2) -> Any:
    """Label → the values of support-chat, one for each five minutes."""
    span = f"{moment(hours / 24)}/{moment(0)}"
    filter_ = "ModelDeploymentName eq 'support-chat'" + (f" and {split} eq '*'" if split else "")
    query = {"timespan": span, "interval": MINUTES, "metricnames": of, "aggregation": aggregation, "$filter": filter_}
    (metric,) = body(ask_arm(world, SUPPORT, **query))["value"]
    found = {one["metadatavalues"][-1]["value"]: one["data"] for one in metric["timeseries"]}
    return {label: [point.get(aggregation.lower()) for point in data] for label, data in found.items()}


def test_what_is_otherwise_lately_shows_from_its_minute_on() -> None:
    """And what is not said of the recent stretch is as it was."""
    world = lately(since_minutes=30, requests={"200": 2000, "429": 8000})
    found = points(world, "AzureOpenAIRequests")
    assert set(found) == {"200", "429"}
    assert sum(found["429"][:17]) == 0
    assert 165 <= sum(found["429"]) <= 168  # 8000 a day for half an hour
    assert sum(found["200"][:18]) in {249, 250}  # 4000 a day
    assert points(world, "AzureOpenAITimeToResponse", "Average", "")["support-chat"] == [640.0] * 24


def test_counts_are_whole_and_add_up_however_the_time_is_cut() -> None:
    """Azure counts calls, and a minute of a quiet deployment holds two or three."""
    values = points(load_world("healthy"), "AzureOpenAIRequests", hours=24)["200"]
    assert sum(values) == 4000
    assert set(values) == {13.0, 14.0}


def test_what_spilled_over_is_told_apart() -> None:
    """At the deployment that took it."""
    found = points(lately(since_minutes=60, spilled=1440), "AzureOpenAIRequests", split="IsSpillover")
    assert sum(found["True"]) in {59, 60}  # 1440 a day, for an hour
    assert sum(found["True"]) + sum(found["False"]) in {332, 333, 334}  # 4000 a day, for two


def test_prompts_and_answers_share_the_tokens() -> None:
    world = lately(since_minutes=60, prompts=95)
    given, made = (sum(points(world, name, split="")["support-chat"]) for name in ("InputTokens", "OutputTokens"))
    whole = sum(points(world, "TotalTokens", split="")["support-chat"])
    assert abs(given + made - whole) <= 2
    assert points(world, "ProcessedPromptTokens", split="")["support-chat"][-1] > 0.9 * whole / 24


def test_a_dimension_that_a_metric_lacks_is_refused() -> None:
    filter_ = {"metricnames": "TotalTokens", "$filter": "StatusCode eq '*'"}
    assert ask_arm(load_world("healthy"), METRICS, **asked(**filter_)).status == 400


HUB = f"{SUBSCRIPTION}/resourceGroups/rg-network-hub/providers/Microsoft.Network"
ZONE = f"{HUB}/privateDnsZones/privatelink.openai.azure.com"
UNLINKED = {
    "resource": f"{ZONE}/virtualNetworkLinks/to-vnet-hub",
    "operation": "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
    "hours_ago": 1,
    "minutes_ago": 20,
    "caller": "network-team@contoso.com",
}


@pytest.mark.parametrize(
    "filter_",
    [
        "",
        " and resourceProvider eq 'Microsoft.Network'",
        " and resourceGroupName eq 'RG-network-hub'",
        f" and resourceUri eq '{ZONE}/virtualNetworkLinks/to-vnet-hub'",
        f" and resourceId eq '{ZONE}/virtualNetworkLinks/to-vnet-hub'",
    ],
    ids=["all", "provider", "group", "uri", "id"],
)
def test_the_log_tells_of_other_providers_to_the_minute(filter_: str) -> None:
    """With who did it."""
    world = make_world(changed("activities/unlinked", UNLINKED))
    asked_for = f"eventTimestamp ge '{moment(0.1)}' and eventTimestamp le '{moment(0)}'{filter_}"
    (found,) = body(ask_arm(world, LOG, "2015-04-01", **{"$filter": asked_for}))["value"]
    assert found["operationName"]["value"] == UNLINKED["operation"]
    assert (found["caller"], found["resourceGroupName"]) == ("network-team@contoso.com", "rg-network-hub")
    assert found["resourceProviderName"]["value"] == "Microsoft.Network"
    ago = datetime.now(UTC) - datetime.fromisoformat(found["eventTimestamp"])
    assert timedelta(minutes=79) < ago < timedelta(minutes=82)


def test_an_activity_is_of_one_thing() -> None:
    with pytest.raises(SandboxError, match="an activity is of an account or of a resource"):
        make_world(changed("activities/unlinked", UNLINKED | {"account": "contoso-matter-swc"}))


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
