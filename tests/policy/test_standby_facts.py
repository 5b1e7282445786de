"""Which deployments could take over where a region is down: same model, another approved region, named by the owner."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.record import JsonObject
from auditor.snapshot import Listing, Resource
from tests.policy.estate import ACCOUNT, GROUP, SUB, Estate, estate, resource

OTHER = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/aif-standby"
SUBJECT = ("expectation", "workloads/checkout/deployments/chat")
MODEL = {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}


def beside(location: str = "France Central", *deployments: JsonObject, whole: bool = True, **workload: Any) -> Estate:
    """The estate with a second account that stands by, its deployments and the proof that these are all."""
    body = {"id": OTHER, "name": "aif-standby", "kind": "AIServices", "location": location, "properties": {}}
    below = [
        Resource(kind="deployment", id=f"{OTHER}/deployments/d{place}", parent=OTHER, body={"properties": told})
        for place, told in enumerate(deployments)
    ]
    listed = [Listing(kind="deployment", scope=OTHER, count=len(below))] if whole else []
    grown = estate().plus(resource("account", OTHER, SUB, body), *below, listings=listed)
    return grown.expecting(**{"standby": ["AIF-Standby"], "regions": [], **workload})


def ready(**model: str) -> JsonObject:
    return {"model": {**MODEL, **model}, "provisioningState": "Succeeded"}


def standbys(of: Estate) -> Any:
    return of.of(*SUBJECT).variables["expected"].get("standbys")  # type: ignore[union-attr]


def test_a_ready_deployment_of_the_model_in_another_region_stands_by() -> None:
    """Names compare without case; a version of its own does not matter, and is told."""
    told = standbys(beside("France Central", ready(), ready(name="GPT-4.1", version="2026-01-01"), ready(name="o3")))
    assert told == [
        "aif-standby/d0 (2025-04-14) in francecentral",
        "aif-standby/d1 (2026-01-01) in francecentral",
    ]


@pytest.mark.parametrize(
    ("location", "told", "workload"),
    [
        ("Sweden Central", ready(), {}),  # the same region goes down with it
        ("francecentral", ready(), {"regions": ["swedencentral"]}),  # a region that nobody approved
        ("francecentral", ready(name="gpt-4.1-mini"), {}),
        ("francecentral", ready(format="Meta"), {}),
        ("francecentral", {**ready(), "provisioningState": "Failed"}, {}),
    ],
)
def test_what_could_not_take_over_does_not_count(location: str, told: JsonObject, workload: JsonObject) -> None:
    assert standbys(beside(location, told, **workload)) == []


def test_an_approved_region_counts_however_it_is_spelled() -> None:
    assert standbys(beside("francecentral", ready(), regions=["Sweden Central", "France Central"])) != []


def test_nothing_is_told_where_the_owner_asks_for_nothing() -> None:
    told = beside("francecentral", ready(), standby=[]).of(*SUBJECT)
    assert "standbys" not in told.variables["expected"]  # type: ignore[operator]
    assert told.variables["workload"]["standby"] == []  # type: ignore[call-overload, index]


def test_an_account_that_is_not_there_stands_by_for_nobody() -> None:
    assert standbys(estate().expecting(standby=["aif-nowhere"], regions=[])) == []


def test_deployments_that_could_not_be_listed_leave_it_unknown() -> None:
    """And what was found of them before is enough to pass."""
    assert standbys(beside("francecentral", ready(), whole=False)) is not None
    hidden = beside("francecentral").hidden("deployment", OTHER)
    told = hidden.of(*SUBJECT)
    assert "standbys" not in told.variables["expected"]  # type: ignore[operator]
    assert told.absences["expected.standbys"] == f"gap deployment {OTHER}"


def test_accounts_that_could_not_be_listed_leave_it_unknown() -> None:
    told = estate().expecting(standby=["aif-nowhere"], regions=[]).hidden("account", SUB).of(*SUBJECT)
    assert "standbys" not in told.variables["expected"]  # type: ignore[operator]
    assert told.absences["expected.standbys"] == f"gap account {SUB}"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"model": None, "provisioningState": "Succeeded"},
        {"model": "gpt-4.1"},
        {"model": MODEL},
        {"model": {**MODEL, "name": 4}},
    ],
    ids=["empty", "null", "text", "without a state", "number"],
)
def test_a_deployment_of_which_azure_tells_too_little_leaves_it_unknown(told: JsonObject) -> None:
    assert standbys(beside("francecentral", told)) is None


def test_an_account_that_the_scope_may_leave_out_is_unknown_with_a_note() -> None:
    of = estate().expecting(standby=["aif-nowhere"], regions=[])
    of.settings["scope"]["accounts"] = ["aif-chat"]
    told = of.of(*SUBJECT)
    assert "standbys" not in told.variables["expected"]  # type: ignore[operator]
    assert "may leave the account out" in told.notes["expected.standbys"][0]


def test_several_names_are_looked_for_and_an_arm_id_is_one() -> None:
    assert standbys(beside("francecentral", ready(), standby=["aif-nowhere", OTHER])) != []


def test_an_account_does_not_stand_by_for_itself() -> None:
    assert standbys(estate().expecting(standby=[ACCOUNT], regions=[])) == []
