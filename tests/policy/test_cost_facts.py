"""What an account has cost this month: only where a cap is declared, only in its currency, never from nothing read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.facts.cost import LATE
from auditor.record import JsonObject
from auditor.snapshot import Listing, Resource
from tests.policy.estate import ACCOUNT, SUB, Estate, estate

CAP = {"amount": 500, "currency": "EUR"}


def billed(*rows: JsonObject, cap: JsonObject | None = CAP) -> Estate:
    """The estate with these rows of Cost Management, which are all."""
    told = [
        Resource(kind="cost", id=f"{row.get('ResourceId')}/cost/{place}", parent=SUB, body=row, readings=("r",))
        for place, row in enumerate(rows)
    ]
    proof = Listing(kind="cost", scope=SUB, count=len(rows), readings=("r",))
    return estate().plus(*told, listings=[proof]).expecting(monthly_cap=cap)


def row(cost: Any = 12.345, resource: str = ACCOUNT, currency: Any = "EUR") -> JsonObject:
    return {"Cost": cost, "ResourceId": resource, "Currency": currency}


def cost_of(of: Estate) -> Any:
    return of.account()["cost"]


def test_what_was_spent_is_added_up_for_the_account_and_what_hangs_on_it() -> None:
    """Ids compare without case, and neighbours whose names begin alike are not taken in."""
    found = billed(
        row(resource=ACCOUNT.upper()), row(1, f"{ACCOUNT}/projects/x"), row(900, f"{ACCOUNT}-2"), row(900, SUB)
    )
    assert cost_of(found) == {"capped": True, "cap": 500.0, "currency": "EUR", "spent": 13.35}
    subject = found.of("account", ACCOUNT)
    assert subject.notes["account.cost.spent"] == LATE
    assert subject.readings["account.cost.spent"] == ("r",)


def test_an_account_that_a_whole_answer_does_not_name_has_cost_nothing_yet() -> None:
    assert cost_of(billed())["spent"] == 0.0


def test_without_a_cap_nothing_is_told() -> None:
    """And of an account that nobody declares neither."""
    assert cost_of(billed(row(), cap=None)) == {"capped": False}
    nobodys = billed(row()).expecting(account="aif-other")
    assert cost_of(nobodys) == {"capped": False}


@pytest.mark.parametrize("others", [[row(currency="USD")], [row(), row(1, currency="USD")], [row(currency=None)]])
def test_another_currency_is_not_compared(others: list[JsonObject]) -> None:
    found = billed(*others)
    assert "spent" not in cost_of(found)
    assert "and the cap is in EUR" in found.of("account", ACCOUNT).notes["account.cost.spent"][0]


@pytest.mark.parametrize("cost", [None, "12", True, [1]])
def test_a_cost_that_is_no_number_is_not_known(cost: Any) -> None:
    assert "spent" not in cost_of(billed(row(cost)))


def test_what_could_not_be_read_leads_to_its_gap() -> None:
    found = billed(row()).hidden("cost", SUB)
    subject = found.of("account", ACCOUNT)
    assert "spent" not in cost_of(found)
    assert subject.absences["account.cost.spent"] == f"gap cost {SUB}"


@pytest.mark.parametrize(
    ("second", "cap"),
    [
        ({"amount": 80, "currency": "EUR"}, 80.0),
        ({"amount": 800, "currency": "EUR"}, 500.0),
        ({"amount": 80, "currency": "USD"}, 500.0),
        (None, 500.0),
    ],
)
def test_of_two_caps_the_lower_one_holds(second: JsonObject | None, cap: float) -> None:
    """Of one in another currency nobody can say which is lower."""
    found = billed(row())
    first = found.settings["workloads"][0]
    both = [first, {**first, "name": "second", "monthly_cap": second}]
    assert cost_of(replace(found, settings={**found.settings, "workloads": both}))["cap"] == cap
