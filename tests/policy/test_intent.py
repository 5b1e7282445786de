"""Accounts and deployments that several workloads share are asked for all that any of them asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auditor.policy.facts.intent import NOTHING_IN_COMMON
from tests.policy.estate import ACCOUNT, Estate, estate

CHAT = f"{ACCOUNT}/deployments/chat"


def _shared(**second: Any) -> Estate:
    first = estate().settings["workloads"][0]
    other = {**first, "name": "search", "owner": "team-find", "account": ACCOUNT, "tags": ["tier"], **second}
    return replace(estate(), settings={**estate().settings, "workloads": [first, other]})


def test_the_strictest_of_two_workloads_is_what_an_account_is_held_to() -> None:
    """The network of the one, the tags of both, the regions on both lists."""
    bent = _shared(network="public", environment="test", regions=["swedencentral", "westus3"])
    facts = bent.of("account", ACCOUNT)
    workload: Any = facts.variables["workload"]
    assert facts.workload == workload["name"] == "checkout, search"
    assert (workload["network"], workload["environment"], workload["authentication"]) == (
        "private",
        "production",
        "entra-only",
    )
    assert workload["regions"] == ["swedencentral"]
    assert workload["tags"] == ["owner", "CostCenter", "tier"]
    assert facts.variables["account"]["missing_tags"] == ["CostCenter", "tier"]


def test_lists_with_nothing_in_common_approve_nothing() -> None:
    """An empty list would approve everything."""
    workload: Any = _shared(regions=["westus3"]).of("account", ACCOUNT).variables["workload"]
    assert workload["regions"] == [NOTHING_IN_COMMON]


def test_a_list_that_approves_everything_limits_nothing() -> None:
    """Only lists that name anything count."""
    workload: Any = _shared(regions=[], models=["gpt-4.1"]).of("account", ACCOUNT).variables["workload"]
    assert (workload["regions"], workload["models"]) == (["swedencentral"], ["gpt-4.1"])


def test_a_deployment_that_both_declare_has_the_tightest_budget() -> None:
    """And the larger capacity; each expectation keeps its own."""
    declared = {
        "name": "chat",
        "model": "gpt-4.1",
        "latency_budget_ms": 200,
        "capacity": 50,
        "data_residency": "region",
    }
    bent = _shared(deployments=[declared])
    expected: Any = bent.of("deployment", CHAT).variables["expected"]
    assert (expected["latency_budget_ms"], expected["capacity"], expected["data_residency"]) == (200, 50, "region")
    assert expected["exists"] is True
    assert bent.deployment()["probe"]["text"]["within_budget"] is False
    assert bent.expected()["latency_budget_ms"] == 1000
    own: Any = bent.of("expectation", "workloads/search/deployments/chat").variables["expected"]
    assert own["capacity"] == 50


def test_a_deployment_that_one_declares_is_held_to_that_one() -> None:
    """The other workload's lists are not its business."""
    bent = _shared(models=["gpt-9"], deployments=[{"name": "other", "model": "gpt-9"}])
    facts = bent.of("deployment", CHAT)
    assert facts.workload == "checkout"
    assert facts.variables["workload"]["models"] == []
    assert bent.of("deployment", f"{ACCOUNT}/deployments/trial").workload == "checkout, search"


def test_names_are_spelled_as_the_api_spells_them() -> None:
    """Regions without spaces, SKUs in their own casing."""
    bent = estate().expecting({"name": "chat", "model": "gpt-4.1", "sku": "datazonestandard"}, skus=["globalstandard"])
    facts = bent.of("expectation", "workloads/checkout/deployments/chat")
    assert facts.variables["expected"]["sku"] == "DataZoneStandard"
    assert facts.variables["workload"]["skus"] == ["GlobalStandard"]
    assert facts.variables["workload"]["regions"] == ["swedencentral"]
