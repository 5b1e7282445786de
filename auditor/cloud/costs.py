"""What Cost Management can be asked: what the accounts of a subscription have cost so far this month."""

from __future__ import annotations

from typing import Final

from auditor.cloud.clients import Clients
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Exchange, Rows
from auditor.cloud.reads import Reads
from auditor.record import JsonObject
from auditor.snapshot import Gap

KIND: Final = "cost"

QUERY: Final[JsonObject] = {
    "type": "ActualCost",
    "timeframe": "MonthToDate",
    "dataset": {
        "granularity": "None",
        "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
        "grouping": [{"type": "Dimension", "name": "ResourceId"}],
        "filter": {
            "dimensions": {
                "name": "ResourceType",
                "operator": "In",
                "values": ["microsoft.cognitiveservices/accounts"],
            }
        },
    },
}
"""One row for each account and currency; resources can be told apart in a subscription and below, not above it.

https://learn.microsoft.com/rest/api/cost-management/query/usage
"""


class Costs:
    """Cost Management's side of the control plane; never raises."""

    def __init__(self, clients: Clients, reads: Reads) -> None:
        self._clients = clients
        self._reads = reads

    async def of_accounts(self, subscription: str) -> Rows | Gap:
        """`{Cost, ResourceId, Currency}` of each account that cost anything since the month began."""
        scope = f"/subscriptions/{subscription}"

        async def call(version: str, exchange: Exchange) -> None:
            path = f"{scope}/providers/Microsoft.CostManagement/query"
            await self._clients.get(path, version, exchange, method="POST", body=QUERY)

        return await self._reads.table(KIND, scope, ACTIONS[KIND], call)
