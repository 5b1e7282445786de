"""Each way in which Resource Manager's answers go wrong does what its name says."""

from __future__ import annotations

import json

import pytest

from auditor.sandbox import FAULTS, load_world
from tests.sandbox.asking import MATTER, SUBSCRIPTION, ask_arm, body

LOCATION = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/uksouth"
DEPLOYMENTS = f"{MATTER}/deployments"
READS = {
    "subscription": (SUBSCRIPTION, "2022-12-01"),
    "provider": (f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices", "2022-09-01"),
    "permission": (f"{SUBSCRIPTION}/providers/Microsoft.Authorization/permissions", "2022-04-01"),
    "account": (MATTER, "2026-07-01"),
    "deleted-account": (f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/deletedAccounts", "2026-07-01"),
    "deployment": (DEPLOYMENTS, "2026-07-01"),
    "model": (f"{LOCATION}/models", "2026-07-01"),
    "usage": (f"{LOCATION}/usages", "2026-07-01"),
    "resource-sku": (f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/skus", "2026-07-01"),
    "private-endpoint": (
        f"{SUBSCRIPTION}/resourceGroups/rg-network-hub/providers/Microsoft.Network/privateEndpoints/pe-matter-swc",
        "2026-03-01",
    ),
    "private-dns-zone-group": (
        f"{SUBSCRIPTION}/resourceGroups/rg-network-hub/providers/Microsoft.Network/privateEndpoints/pe-matter-swc/privateDnsZoneGroups",
        "2026-03-01",
    ),
    "diagnostic-setting": (f"{MATTER}/providers/Microsoft.Insights/diagnosticSettings", "2021-05-01-preview"),
}
"""Kind of resource → how it is read."""


@pytest.mark.parametrize("kind", READS)
def test_each_kind_of_resource_can_be_denied_and_nothing_else_with_it(kind: str) -> None:
    world = load_world("healthy", [f"arm-denied-{kind}"])
    statuses = {name: ask_arm(world, path, version).status for name, (path, version) in READS.items()}
    assert {name for name, status in statuses.items() if status == 403} == {kind}
    assert {status for name, status in statuses.items() if name != kind} == {200}


def test_html_comes_in_the_place_of_json() -> None:
    answer = ask_arm(load_world("healthy", ["arm-html"]), DEPLOYMENTS)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_types_are_other_than_the_api_promises() -> None:
    world = load_world("healthy", ["arm-wrong-types"])
    assert isinstance(body(ask_arm(world, f"{LOCATION}/usages"))["value"], dict)
    row = body(ask_arm(world, DEPLOYMENTS))["value"][0]
    assert (row["sku"], row["tags"], row["properties"]["currentCapacity"]) == ("S0", ["owner"], "0")


def test_a_page_lacks_its_value() -> None:
    assert "value" not in body(ask_arm(load_world("healthy", ["arm-missing-value"]), DEPLOYMENTS))


def test_properties_are_null() -> None:
    world = load_world("healthy", ["arm-null-properties"])
    assert body(ask_arm(world, MATTER))["properties"] is None
    assert {row["properties"] for row in body(ask_arm(world, DEPLOYMENTS))["value"]} == {None}


def test_a_next_link_leads_in_a_circle() -> None:
    world = load_world("healthy", ["arm-nextlink-loop"])
    links = {body(ask_arm(world, f"{LOCATION}/models", **{"$skipToken": token}))["nextLink"] for token in ("", "again")}
    assert len(links) == 1


def test_a_next_link_leads_to_a_strangers_host() -> None:
    link = body(ask_arm(load_world("healthy", ["arm-nextlink-foreign-host"]), f"{LOCATION}/models"))["nextLink"]
    assert link.startswith("https://management.azure.com.example.net/")


def test_a_thousand_pages_hold_what_a_few_would() -> None:
    world = load_world("healthy", ["arm-many-pages"])
    pages, rows, token = 0, 0, ""
    while True:
        page = body(ask_arm(world, f"{LOCATION}/usages", **{"$skipToken": token}))
        pages, rows = pages + 1, rows + len(page["value"])
        if "nextLink" not in page:
            break
        token = page["nextLink"].rpartition("=")[2]
    assert pages == 1000
    assert rows == 9


def test_the_others_say_how_they_arrive() -> None:
    error = ask_arm(load_world("healthy", ["arm-server-error"]), DEPLOYMENTS)
    assert (error.status, body(error)["error"]["code"]) == (500, "InternalServerError")
    path, version = READS["diagnostic-setting"]
    assert ask_arm(load_world("healthy", ["arm-slow"]), path, version).seconds == 60
    assert ask_arm(load_world("healthy", ["arm-reset"]), DEPLOYMENTS).cut == "reset"
    assert ask_arm(load_world("healthy", ["arm-truncated"]), DEPLOYMENTS).cut == "truncated"


def test_every_fault_of_resource_manager_changes_an_answer() -> None:
    plain = {path: _shown(path, version, ()) for path, version in READS.values()}
    for name in FAULTS:
        if name.startswith("arm-"):
            assert any(_shown(path, version, (name,)) != plain[path] for path, version in READS.values()), name


def _shown(path: str, version: str, faults: tuple[str, ...]) -> object:
    world = load_world("healthy", faults).model_copy(update={"page_size": 100})
    answer = ask_arm(world, path, version)
    return (
        answer.status,
        answer.cut,
        answer.seconds,
        json.loads(answer.body) if answer.body.startswith(b"{") else answer.body,
    )
