"""Policies that would refuse a plan: what is read of an assignment, and what is not known of it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, PLACE, SUB, Estate, estate, listing, resource

LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
KEYS = "71ef260a-8f18-47b7-abcb-62d0673d94dc"
NETWORK = "037eea7a-bd0a-46c5-9a66-03aea78705d3"
MODELS = "aafe3651-cb78-4f68-9f81-e7e41509110f"
CONTOSO = "/providers/Microsoft.Management/managementGroups/contoso"
ASSET = "azureml://registries/azure-openai/models/gpt-4.1/versions/2025-04-14"
DENY = {"effect": {"value": "Deny"}}


def _assigned(definition: str, parameters: Any, kind: str = "policyDefinitions", **properties: Any) -> Resource:
    arm_id = f"{SUB}{CONTOSO}/providers/Microsoft.Authorization/policyAssignments/rule"
    told = {
        "policyDefinitionId": f"/providers/Microsoft.Authorization/{kind}/{definition}",
        "scope": CONTOSO,
        "notScopes": [],
        "parameters": parameters,
        "enforcementMode": "Default",
        **properties,
    }
    return resource("policy_assignment", arm_id, SUB, {"id": arm_id, "name": "rule", "properties": told})


def _workload(of: Estate, *assigned: Resource, **workload: Any) -> Any:
    members: JsonObject = {"account": "aif-new", "location": "swedencentral", **workload}
    chat = {"name": "chat", "model": "gpt-4.1", "version": "2025-04-14"}
    bent = of.plus(*assigned, listings=(listing("policy_assignment", SUB),)).expecting(chat, **members)
    return bent.of("workload", "workloads/checkout").variables["workload"]


def _with_asset() -> Estate:
    name = f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14"
    return estate().changed(
        "model", name, lambda body: body["model"].update(modelCatalogAssetId=ASSET, publisher="OpenAI")
    )


@pytest.mark.parametrize(
    ("definition", "parameters", "workload", "denials"),
    [
        (LOCATIONS, {"listOfAllowedLocations": {"value": ["westeurope"]}}, {}, ["not in swedencentral"]),
        (LOCATIONS, {"listOfAllowedLocations": {"value": ["Sweden Central"]}}, {}, []),
        (KEYS, DENY, {"authentication": "keys-allowed"}, ["no account that accepts keys"]),
        (KEYS, DENY, {"authentication": "entra-only"}, []),
        (KEYS, {}, {"authentication": "keys-allowed"}, []),
        (NETWORK, DENY, {"network": "public"}, ["no account that is open to every network"]),
        (NETWORK, DENY, {"network": "restricted"}, []),
        (MODELS, DENY, {}, ["not the model of chat"]),
        (MODELS, {**DENY, "allowedPublishers": {"value": ["openai"]}}, {}, []),
        (MODELS, {**DENY, "allowedPublishers": {"value": ["Microsoft"]}}, {}, ["not the model of chat"]),
        (MODELS, {**DENY, "allowedAssetIds": {"value": ["registries/azure-openai/models/GPT-4.1"]}}, {}, []),
        (MODELS, {**DENY, "allowedAssetIds": {"value": ["models/gpt-5"]}}, {}, ["not the model of chat"]),
        (MODELS, {"effect": {"value": "audit"}}, {}, []),
    ],
)
def test_what_each_definition_denies(
    definition: str, parameters: JsonObject, workload: JsonObject, denials: list[str]
) -> None:
    """By its published rule, with the assignment's parameters and else the definition's default effect."""
    told = _workload(_with_asset(), _assigned(definition, parameters), **workload)
    assert [one.partition("(assignment rule): ")[2] for one in told["policy_denials"]] == denials


@pytest.mark.parametrize(
    "properties",
    [
        {"enforcementMode": "DoNotEnforce"},
        {"notScopes": [SUB.upper()]},
    ],
)
def test_what_is_not_enforced_denies_nothing(properties: JsonObject) -> None:
    """Trials and what leaves the subscription out."""
    only = {"listOfAllowedLocations": {"value": ["westeurope"]}}
    assert _workload(estate(), _assigned(LOCATIONS, only, **properties))["policy_denials"] == []


@pytest.mark.parametrize(
    "properties",
    [
        {"notScopes": [f"{SUB}/resourceGroups/rg-other"]},
        {"scope": f"{SUB}/resourceGroups/rg-other"},
        {"scope": None},
        {"notScopes": "x"},
        {"overrides": [{"kind": "policyEffect", "value": "Audit"}]},
        {"resourceSelectors": [{"name": "x"}]},
        {"parameters": {"listOfAllowedLocations": {"value": "[field('x')]"}}},
        {"parameters": {}},
    ],
)
def test_what_cannot_be_read_to_its_end_is_not_known(properties: JsonObject) -> None:
    """Of an account without a group nobody knows which groups' rules it will fall under."""
    only = {"listOfAllowedLocations": {"value": ["westeurope"]}}
    told = _workload(estate(), _assigned(LOCATIONS, **{"parameters": only, **properties}))
    assert "policy_denials" not in told


def test_an_account_with_its_id_falls_under_its_own_group_alone() -> None:
    """Named by its ARM id it is known which group it will be in."""
    only = {"listOfAllowedLocations": {"value": ["westeurope"]}}
    new = ACCOUNT.replace("aif-chat", "aif-new")
    elsewhere = _assigned(LOCATIONS, only, scope=f"{SUB}/resourceGroups/rg-other")
    own = _assigned(LOCATIONS, only, scope=f"{SUB}/resourceGroups/RG-chat")
    left_out = _assigned(LOCATIONS, only, notScopes=[f"{SUB}/resourceGroups/rg-chat"])
    assert _workload(estate(), elsewhere, account=new)["policy_denials"] == []
    assert len(_workload(estate(), own, account=new)["policy_denials"]) == 1
    assert _workload(estate(), left_out, account=new)["policy_denials"] == []


def test_initiatives_and_custom_policies_are_counted() -> None:
    """Nobody claims to have judged them."""
    told = _workload(estate(), _assigned("own", {}))
    assert (told["policy_denials"], told["policies_not_judged"]) == ([], 1)
    told = _workload(estate(), _assigned(LOCATIONS, {}, kind="policySetDefinitions"))
    assert (told["policy_denials"], told["policies_not_judged"]) == ([], 1)


def test_an_account_that_is_there_may_stay_where_it_is() -> None:
    """What exists is not made again; its further deployments are."""
    only = {"listOfAllowedLocations": {"value": ["westeurope"]}}
    told = _workload(_with_asset(), _assigned(LOCATIONS, only), account="aif-chat", location=None)
    assert told["policy_denials"] == []
    told = _workload(_with_asset(), _assigned(MODELS, DENY), account="aif-chat", location=None)
    assert len(told["policy_denials"]) == 1


def test_without_the_list_nothing_is_known() -> None:
    """Never read is not 'no policy'."""
    bent = estate().expecting(account="aif-new", location="swedencentral").hidden("policy_assignment", SUB)
    subject = bent.of("workload", "workloads/checkout")
    assert "policy_denials" not in subject.variables["workload"]
    assert subject.absences["workload.policy_denials"] == f"gap policy_assignment {SUB}"


@pytest.mark.parametrize(
    ("definition", "parameters"),
    [(LOCATIONS, {"listOfAllowedLocations": {"value": ["westeurope"]}}), (KEYS, DENY), (NETWORK, DENY)],
)
def test_an_account_that_could_not_be_looked_for_is_neither(definition: str, parameters: JsonObject) -> None:
    """It may be there already, and may not."""
    blind = estate().hidden("account", SUB).without("deployment")
    told = _workload(blind, _assigned(definition, parameters), authentication="keys-allowed", network="public")
    assert "policy_denials" not in told


@pytest.mark.parametrize(
    "body", [{}, {"properties": None}, {"properties": {"policyDefinitionId": 5}}, {"properties": []}]
)
def test_any_shape_of_assignment_is_borne(body: JsonObject) -> None:
    """What is of no known shape is not one that is judged."""
    odd = resource("policy_assignment", f"{SUB}/x", SUB, body)
    told = _workload(estate(), odd)
    assert (told["policy_denials"], told["policies_not_judged"]) == ([], 1)
