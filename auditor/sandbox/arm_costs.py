"""What accounts have cost, as Cost Management's query tells it: a table, page by page."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from auditor.record import JsonObject
from auditor.sandbox.arm_accounts import account_id
from auditor.sandbox.wire import Answer, Ask, answer_error
from auditor.sandbox.world import World

ACCOUNTS: Final = "microsoft.cognitiveservices/accounts"
_SKIP: Final = "$skiptoken"


def month_to_date(world: World, subscription: str, ask: Ask) -> JsonObject | Answer:
    """One row for each account of the subscription that cost anything; it knows the question that the auditor asks.

    https://learn.microsoft.com/rest/api/cost-management/query/usage
    """
    asked = ask.json() or {}
    dataset = asked.get("dataset")
    if not _is_known(asked) or not isinstance(dataset, dict):
        return answer_error(400, "BadRequest", "Invalid query definition: this query is not understood.")
    rows: list[list[object]] = [
        [account.month_cost, account_id(world, account).lower(), world.currency]
        for account in world.accounts.values()
        if account.month_cost and world.subscription_of(account) == subscription
    ]
    token = ask.query.get(_SKIP, "0")
    start = int(token) if token.isdecimal() else 0
    end = start + world.page_size
    query = urlencode({**ask.query, _SKIP: str(end)}, safe="$")
    return {
        "id": f"subscriptions/{subscription}/providers/Microsoft.CostManagement/query/month-to-date",
        "name": "month-to-date",
        "type": "Microsoft.CostManagement/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {
            "nextLink": f"https://{ask.host}{ask.path}?{query}" if end < len(rows) else None,
            "columns": [
                {"name": "Cost", "type": "Number"},
                {"name": "ResourceId", "type": "String"},
                {"name": "Currency", "type": "String"},
            ],
            "rows": rows[start:end],
        },
    }


def _is_known(asked: JsonObject) -> bool:
    """Whether it asks for the actual cost of accounts since the month began, each by itself."""
    dataset = asked.get("dataset")
    dimensions = dataset.get("filter", {}).get("dimensions", {}) if isinstance(dataset, dict) else {}
    values = [str(value).lower() for value in dimensions.get("values", ())]
    return (
        (asked.get("type"), asked.get("timeframe")) == ("ActualCost", "MonthToDate")
        and isinstance(dataset, dict)
        and dataset.get("grouping") == [{"type": "Dimension", "name": "ResourceId"}]
        and dataset.get("aggregation") == {"totalCost": {"name": "Cost", "function": "Sum"}}
        and (dimensions.get("name"), dimensions.get("operator"), values) == ("ResourceType", "In", [ACCOUNTS])
    )
