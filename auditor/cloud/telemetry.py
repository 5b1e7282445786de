"""What Azure Monitor can be asked: metrics of an account, and what was done in a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.cloud.arm_id import ACCOUNT_TYPE, parse_arm_id, quoted
from auditor.cloud.clients import Clients
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Exchange, Row, Rows
from auditor.cloud.reads import Reads, not_an_id
from auditor.snapshot import Gap


@dataclass(frozen=True)
class Question:
    """Metrics that are asked for in one request, all split and added up in the same way."""

    metrics: tuple[str, ...]
    """At most 20."""
    aggregation: str
    """One that all of them offer: Azure Monitor refuses the request otherwise."""
    split: tuple[str, ...]
    """Dimensions; a time series for each combination of their values that occurred."""
    begin: datetime
    end: datetime
    top: int
    """Time series at most; the service's own default is 10."""
    interval: str = "P1D"
    """For how long each value stands, as ISO 8601 writes it: P1D, PT1H, PT5M."""


class Telemetry:
    """Azure Monitor's side of the control plane; never raises."""

    def __init__(self, clients: Clients, reads: Reads) -> None:
        self._clients = clients
        self._reads = reads

    async def metrics(self, account_id: str, question: Question) -> Row | Gap:
        """The whole answer, as it came; the client's models of a day in minutes would take longer than the answer.

        https://learn.microsoft.com/rest/api/monitor/metrics/list
        """
        if parse_arm_id(account_id, ACCOUNT_TYPE) is None:
            return not_an_id("metric", account_id)

        async def call(version: str, exchange: Exchange) -> None:
            query = {
                "timespan": f"{_written(question.begin)}/{_written(question.end)}",
                "interval": question.interval,
                "metricnames": ",".join(question.metrics),
                "aggregation": question.aggregation,
                "top": str(question.top),
                "$filter": " and ".join(f"{dimension} eq '*'" for dimension in question.split),
                "metricnamespace": ACCOUNT_TYPE,
            }
            path = f"{quoted(account_id)}/providers/Microsoft.Insights/metrics"
            await self._clients.get(path, version, exchange, query)

        return await self._reads.get("metric", account_id, ACTIONS["metric"], call)

    async def activity(
        self, subscription: str, provider: str, begin: datetime, end: datetime, members: Sequence[str]
    ) -> Rows | Gap:
        """All that was done to a provider's resources between two moments, of each event the members that are named.

        The filter is one of the few patterns that the log takes, and the log goes back 90 days:
        https://learn.microsoft.com/rest/api/monitor/activity-logs/list
        """

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.monitor(subscription)
            events = client.activity_logs.list(
                filter=(
                    f"eventTimestamp ge '{_written(begin)}' and eventTimestamp le '{_written(end)}'"
                    f" and resourceProvider eq '{provider}'"
                ),
                select=",".join(members),
                api_version=version,
                exchange=exchange,
            )
            async for _ in events:
                continue

        kind = "activity_event"
        return await self._reads.list(kind, f"/subscriptions/{subscription}", ACTIONS[kind], call)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
