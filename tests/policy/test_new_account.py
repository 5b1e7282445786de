"""Whether an account that is still to be made can be: where, under its name, of a kind that is sold there."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.provisioning import as_told
from auditor.record import JsonObject
from tests.policy.estate import GUID, PROVIDER, SUB, Estate, estate, resource

NEW: JsonObject = {"account": "aif-new", "location": "Sweden Central"}
DOMAIN = f"{PROVIDER}/domains/aif-new"


def _workload(of: Estate, **members: Any) -> Any:
    return of.expecting(**{**NEW, **members}).of("workload", "workloads/checkout").variables["workload"]


def _domain(**body: Any) -> Estate:
    return estate().plus(resource("domain_availability", DOMAIN, SUB, body))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"isSubdomainAvailable": True}, True),
        ({"isSubdomainAvailable": False, "reason": "used"}, False),
        ({"isSubdomainAvailable": None}, None),
        ({"isSubdomainAvailable": "true"}, None),
        ({}, None),
    ],
)
def test_the_name_is_free_only_if_the_service_says_so(body: JsonObject, expected: bool | None) -> None:
    """Anything else than its yes or no is not known."""
    told = _workload(_domain(**body))
    assert told.get("name_available") is expected
    assert told.get("name_reason") == body.get("reason")


def test_names_compare_without_case_and_by_their_last_part() -> None:
    """An ARM id means the name at its end."""
    group = f"{SUB}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts"
    for account in ("AIF-New", f"{group}/aif-NEW"):
        assert _workload(_domain(isSubdomainAvailable=False), account=account)["name_available"] is False


def test_a_name_that_could_not_be_asked_for_leads_to_its_gap() -> None:
    """Reader may not ask."""
    subject = estate().expecting(**NEW).hidden("domain_availability", DOMAIN).of("workload", "workloads/checkout")
    assert "name_available" not in subject.variables["workload"]
    assert subject.absences["workload.name_available"] == f"gap domain_availability {DOMAIN}"


def test_nothing_of_the_kind_is_told_of_an_account_that_exists() -> None:
    """Its name is its own."""
    told = _workload(_domain(isSubdomainAvailable=False), account="aif-chat")
    assert told["location_known"] is True
    assert not {"name_available", "offered_kinds"} & set(told)


@pytest.mark.parametrize(
    ("members", "known"),
    [
        ({"location": "westus3", "regions": []}, True),
        ({"location": None, "regions": ["westus3"]}, True),
        ({"location": None, "regions": []}, False),
        ({"location": None, "regions": ["westus3", "swedencentral"]}, False),
    ],
)
def test_the_place_is_the_location_or_the_only_region(members: JsonObject, known: bool) -> None:
    """Two regions are a choice that nobody made yet."""
    assert _workload(estate(), **members)["location_known"] is known


def test_which_kinds_are_sold_there() -> None:
    """Both must be known to say that none is; a restriction names its reason."""
    assert _workload(estate())["offered_kinds"] == ["AIServices"]
    assert _workload(estate(), location="westus3", regions=[])["offered_kinds"] == []
    name = f"{PROVIDER}/skus/AIServices.S0.swedencentral"
    shut = [{"type": "Location", "values": ["SwedenCentral"], "reasonCode": "QuotaId"}]
    told = _workload(estate().changed("resource_sku", name, lambda body: body.update(restrictions=shut)))
    assert (told["offered_kinds"], told["kind_restrictions"]) == ([], ["QuotaId"])
    odd = _workload(estate().changed("resource_sku", name, lambda body: body.update(restrictions="x")))
    assert "offered_kinds" not in odd
    subject = estate().expecting(**NEW).hidden("resource_sku", SUB).of("workload", "workloads/checkout")
    assert subject.absences["workload.offered_kinds"] == f"gap resource_sku {SUB}"


def test_of_several_subscriptions_nobody_knows_which() -> None:
    """A bare name could be made in any; the fact says what would settle it."""
    bent = estate().expecting(**NEW)
    bent.settings["scope"]["subscriptions"].append("00000000-0000-4000-8000-0000000000a2")
    subject = bent.of("workload", "workloads/checkout")
    assert "offered_kinds" not in subject.variables["workload"]


def test_how_long_the_planned_model_serves_is_told_of_the_expectation() -> None:
    """As of a deployed one: stage, end and successor by the declared SKU."""
    told = estate().expecting().expected()
    assert (told["lifecycle"], told["retired"], told["retirement"]) == ("GenerallyAvailable", False, "2027-10-14")
    assert told["pool_limit"] == 100


@pytest.mark.parametrize(
    ("name", "troubles"),
    [
        ("aif-checkout", []),
        ("Ab", []),
        ("7" + "a" * 63, []),
        ("azure-chat", []),  # reserved as a whole name, not as a part of one
        ("my-login", []),  # reserved at the start alone
        ("a", ["has a length of 1, and 2 to 64 characters are allowed"]),
        ("a" * 65, ["has a length of 65, and 2 to 64 characters are allowed"]),
        ("aif_chat.", ["holds '.', '_', and only letters, digits and hyphens are allowed"]),
        ("aif-\u202ex\u00e9", ["holds '\\xe9', '\\u202e', and only letters, digits and hyphens are allowed"]),
        ("-chat", ["begins or ends with a hyphen"]),
        ("chat-", ["begins or ends with a hyphen"]),
        ("Azure", ["is a reserved word"]),
        ("OFFICE365", ["is a reserved word"]),
        ("chat-MicrosoftLearn", ["holds the reserved word MICROSOFT"]),
        ("LoginWindows", ["holds the reserved word WINDOWS", "begins with the reserved word LOGIN"]),
    ],
)
def test_a_name_is_allowed_or_every_reason_why_not_is_told(name: str, troubles: list[str]) -> None:
    """Length, characters and reserved words as the page of naming rules has them, without regard to case."""
    assert _workload(estate(), account=name)["name_troubles"] == troubles


def test_of_an_arm_id_the_name_at_its_end_is_judged() -> None:
    account = f"{SUB}/resourceGroups/rg_x/providers/Microsoft.CognitiveServices/accounts/aif-new"
    assert _workload(estate(), account=account)["name_troubles"] == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (GUID, True),
        (f" {GUID.upper()} ", True),
        ("", False),
        ("my subscription", False),
        (f"/subscriptions/{GUID}", False),
    ],
)
def test_where_azd_provisions_is_told_by_its_variable(value: str, told: bool) -> None:
    """What is no subscription's id is not taken for one."""
    found = _workload(estate().plus(*as_told({"AZURE_SUBSCRIPTION_ID": value})))
    assert found["provisioning_told"] is told
    assert (found.get("provisions_in"), found.get("judged_in")) == ((GUID, [GUID]) if told else (None, None))


def test_an_arm_id_says_in_which_subscription_its_account_is_judged() -> None:
    other = "00000000-0000-4000-8000-0000000000b7"
    account = f"/subscriptions/{other.upper()}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/aif-new"
    assert _workload(estate().plus(*as_told({"AZURE_SUBSCRIPTION_ID": GUID})), account=account)["judged_in"] == [other]
