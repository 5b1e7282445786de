"""Resource Manager's list of all resources: the accounts once more, without what only their provider tells."""

from __future__ import annotations

import pytest

from auditor.sandbox import load_world
from tests.sandbox.asking import ask_arm, body

PATH = "/subscriptions/00000000-0000-4000-8000-0000000000a1/resources"
ACCOUNTS = "resourceType eq 'Microsoft.CognitiveServices/accounts'"
NAMES = ["contoso-matter-swc", "contoso-support-weu", "contoso-search-uks"]


def test_accounts_are_listed_by_their_type_with_the_members_of_the_reference() -> None:
    """https://learn.microsoft.com/rest/api/resources/resources/list"""
    rows = body(ask_arm(load_world("healthy"), PATH, "2021-04-01", **{"$filter": ACCOUNTS.lower()}))["value"]
    assert sorted(row["name"] for row in rows) == sorted(NAMES)
    for row in rows:
        assert row.keys() <= {"id", "name", "type", "kind", "location", "sku", "identity", "tags"}
        assert row["location"] == row["location"].lower().replace(" ", "")
        assert row["id"].endswith(f"/accounts/{row['name']}")


def test_what_is_not_indexed_is_not_listed_here_and_is_by_its_provider() -> None:
    world = load_world("healthy", ["population-not-reconciled"])
    rows = body(ask_arm(world, PATH, "2021-04-01", **{"$filter": ACCOUNTS}))["value"]
    assert "contoso-search-uks" not in {row["name"] for row in rows}
    provider = PATH.replace("/resources", "/providers/Microsoft.CognitiveServices/accounts")
    assert "contoso-search-uks" in {row["name"] for row in body(ask_arm(world, provider, "2026-07-01"))["value"]}


@pytest.mark.parametrize("wanted", ["", "resourceType eq 'Microsoft.Storage/storageAccounts'", "name eq 'x'"])
def test_another_question_is_refused_and_never_answered_with_less(wanted: str) -> None:
    answer = ask_arm(load_world("healthy"), PATH, "2021-04-01", **({"$filter": wanted} if wanted else {}))
    assert answer.status == 400
    assert body(answer)["error"]["code"] == "InvalidFilterInQueryString"
