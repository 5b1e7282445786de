"""The management clients of a run, made when first asked for, all sending through one transport by the same rules."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from auditor.cloud.pages import Exchange
from auditor.record import JsonObject

if TYPE_CHECKING:
    from azure.core.pipeline.transport import AioHttpTransport
    from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient
    from azure.mgmt.monitor.aio import MonitorManagementClient
    from azure.mgmt.network.aio import NetworkManagementClient

    from auditor.cloud.pipeline import Rules


class Clients:
    """Hands out official clients, each for one subscription; their packages are imported off the event loop."""

    def __init__(self, rules: Rules, transport: AioHttpTransport) -> None:
        self._rules = rules
        self._transport = transport
        self._made: dict[tuple[str, ...], Any] = {}

    async def cognitive_services(self, subscription: str, version: str) -> CognitiveServicesManagementClient:
        """The client of accounts, deployments, models, usages and SKUs.

        A client for each api-version, because azure-mgmt-cognitiveservices asks further pages with its client's own.
        """
        key = ("cognitiveservices", subscription, version)
        if key not in self._made:
            module = await asyncio.to_thread(importlib.import_module, "azure.mgmt.cognitiveservices.aio")
            self._made[key] = module.CognitiveServicesManagementClient(
                self._rules.credential, subscription, api_version=version, **self._common()
            )
        made: CognitiveServicesManagementClient = self._made[key]
        return made

    async def network(self, subscription: str) -> NetworkManagementClient:
        """The client of private endpoints and interfaces; its package is large and only imported where there is one."""
        key = ("network", subscription)
        if key not in self._made:
            module = await asyncio.to_thread(importlib.import_module, "azure.mgmt.network.aio")
            self._made[key] = module.NetworkManagementClient(self._rules.credential, subscription, **self._common())
        made: NetworkManagementClient = self._made[key]
        return made

    async def monitor(self, subscription: str) -> MonitorManagementClient:
        """The client of alerts, action groups and the activity log."""
        key = ("monitor", subscription)
        if key not in self._made:
            module = await asyncio.to_thread(importlib.import_module, "azure.mgmt.monitor.aio")
            self._made[key] = module.MonitorManagementClient(self._rules.credential, subscription, **self._common())
        made: MonitorManagementClient = self._made[key]
        return made

    async def get(
        self,
        path: str,
        version: str,
        exchange: Exchange,
        query: Mapping[str, str] | None = None,
        *,
        method: Literal["GET", "POST"] = "GET",
        body: JsonObject | None = None,
    ) -> None:
        """Asks for what no official client offers, or none in good time, through every page; `query` stands beside the
        api-version.

        POST is for the few queries that only read and are asked so, every page with the same body. Subscriptions,
        providers, permissions and costs would each need a package of its own, and azure-mgmt-monitor has no diagnostic
        settings (https://github.com/Azure/azure-sdk-for-python/issues/42425).
        Raises HttpResponseError for an error status.
        """
        from azure.core.rest import HttpRequest
        from azure.mgmt.core import AsyncARMPipelineClient

        key = ("generic",)
        if key not in self._made:
            common = self._common()
            self._made[key] = AsyncARMPipelineClient(
                common["base_url"], policies=common["policies"], transport=self._transport
            )
        url = self._rules.endpoints.resource_manager.rstrip("/") + path
        quoted = {name: quote(value, safe="") for name, value in (query or {}).items()}  # azure-core leaves it to us
        request: HttpRequest | None = HttpRequest(method, url, params={"api-version": version, **quoted}, json=body)
        while request is not None:
            response = await self._made[key].send_request(request, exchange=exchange)
            response.raise_for_status()
            request = HttpRequest(method, exchange.next_link, json=body) if exchange.next_link else None

    def _common(self) -> dict[str, Any]:
        endpoints = self._rules.endpoints
        return {
            "base_url": endpoints.resource_manager,
            "credential_scopes": [endpoints.resource_manager_scope],
            "policies": self._rules.policies(),
            "transport": self._transport,
        }
