"""Who is told when: alert rules and the groups of people that they tell."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any

from auditor.cloud.clients import Clients
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Exchange, Rows
from auditor.cloud.reads import Reads, drain
from auditor.snapshot import Gap


class Alerts:
    """The alerts of Azure Monitor, of a subscription at a time; never raises."""

    def __init__(self, clients: Clients, reads: Reads) -> None:
        self._clients = clients
        self._reads = reads

    async def metric_alerts(self, subscription: str) -> Rows | Gap:
        """All metric alert rules that are stored in a subscription."""
        return await self._list(
            "metric_alert", subscription, lambda client, how: client.metric_alerts.list_by_subscription(**how)
        )

    async def activity_log_alerts(self, subscription: str) -> Rows | Gap:
        """All activity log alert rules that are stored in a subscription, those on Service Health among them."""
        return await self._list(
            "activity_log_alert",
            subscription,
            lambda client, how: client.activity_log_alerts.list_by_subscription_id(**how),
        )

    async def action_groups(self, subscription: str) -> Rows | Gap:
        """All action groups of a subscription: whom its alerts tell."""
        return await self._list(
            "action_group", subscription, lambda client, how: client.action_groups.list_by_subscription_id(**how)
        )

    async def _list(
        self, kind: str, subscription: str, ask: Callable[[Any, dict[str, Any]], AsyncIterable[Any]]
    ) -> Rows | Gap:
        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.monitor(subscription)
            await drain(ask(client, {"api_version": version, "exchange": exchange}))

        return await self._reads.list(kind, f"/subscriptions/{subscription}", ACTIONS[kind], call)
