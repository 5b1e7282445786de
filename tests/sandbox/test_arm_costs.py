"""The query of Cost Management: by POST alone, a table by account, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.cloud.costs import QUERY
from auditor.cloud.pages import table_page
from auditor.sandbox import load_world
from tests.sandbox.asking import MATTER, SUBSCRIPTION, ask_arm, body

PATH = f"{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
VERSION = "2025-03-01"


def test_each_account_that_cost_anything_is_a_row() -> None:
    """In lower case, as Cost Management writes ids; what cost nothing is not named."""
    world = load_world("healthy")
    told = body(ask_arm(world, PATH, VERSION, method="POST", posted=dict(QUERY)))
    rows = table_page(told)["value"]
    assert {row["ResourceId"]: row["Cost"] for row in rows}[MATTER.lower()] == 2140.37
    assert {row["Currency"] for row in rows} == {"EUR"}
    free = {name: one.model_copy(update={"month_cost": 0}) for name, one in world.accounts.items()}
    told = body(ask_arm(world.model_copy(update={"accounts": free}), PATH, VERSION, method="POST", posted=dict(QUERY)))
    assert told["properties"]["rows"] == []


def test_pages_lead_on_to_the_last() -> None:
    world = load_world("healthy").model_copy(update={"page_size": 2})
    first = body(ask_arm(world, PATH, VERSION, method="POST", posted=dict(QUERY)))["properties"]
    assert (len(first["rows"]), "skiptoken=2" in first["nextLink"]) == (2, True)
    more = {"$skiptoken": "2"}
    last = body(ask_arm(world, PATH, VERSION, method="POST", posted=dict(QUERY), **more))["properties"]
    assert (len(last["rows"]), last["nextLink"]) == (1, None)


@pytest.mark.parametrize("change", [{"type": "Usage"}, {"timeframe": "Custom"}, {"dataset": None}, {"dataset": {}}])
def test_another_question_is_refused(change: dict[str, Any]) -> None:
    asked = ask_arm(load_world("healthy"), PATH, VERSION, method="POST", posted={**QUERY, **change})
    assert asked.status == 400


def test_costs_can_not_be_got_and_may_be_refused() -> None:
    assert ask_arm(load_world("healthy"), PATH, VERSION).status == 404
    refused = load_world("healthy", ["arm-denied-cost"])
    answer = ask_arm(refused, PATH, VERSION, method="POST", posted=dict(QUERY))
    assert answer.status == 403
    assert "Microsoft.CostManagement/query/read" in body(answer)["error"]["message"]
