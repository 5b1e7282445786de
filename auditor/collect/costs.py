"""What accounts have cost since the month began, where their owners set a limit."""

from __future__ import annotations

from auditor.cloud.costs import KIND
from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject


def _cost_id(body: JsonObject) -> str | None:
    """A row has no id: what it is the cost of, and the currency, make one."""
    resource, currency = body.get("ResourceId"), body.get("Currency")
    if not isinstance(resource, str) or not resource.startswith("/") or not isinstance(currency, str):
        return None
    return f"{resource}/providers/Microsoft.CostManagement/query/{currency}"


async def _costs(look: Look, target: Target) -> None:
    """Asks once for a subscription, and only where somebody wants to know: few such questions are answered a minute."""
    if look.selection.is_capped(target.subscription):
        look.keep_list(KIND, target.id, await look.arm.costs.of_accounts(target.subscription), _cost_id)


COSTS = Collector(KIND, Per.SUBSCRIPTION, (ACTIONS[KIND],), _costs)
