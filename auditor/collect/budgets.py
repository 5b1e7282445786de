"""The budgets of each subscription and of its resource groups, which one list at the subscription tells together.

https://github.com/Azure/azure-rest-api-specs/blob/main/specification/consumption/resource-manager/Microsoft.Consumption/stable/2024-08-01/examples/BudgetsList.json
"""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

_BELOW = "/providers/Microsoft.Consumption/budgets"


async def _budgets(look: Look, target: Target) -> None:
    look.keep_list("budget", target.id, await look.arm.list("budget", target.id, _BELOW), _id)


def _id(body: JsonObject) -> str | None:
    """The ARM id, which this provider may send without the slash at its head."""
    id_ = body.get("id")
    if not isinstance(id_, str) or not id_.lower().lstrip("/").startswith("subscriptions/"):
        return None
    return f"/{id_.lstrip('/')}"


BUDGETS = Collector("budget", Per.SUBSCRIPTION, (ACTIONS["budget"],), _budgets)
