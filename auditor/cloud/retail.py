"""Azure's public price list, which nobody signs in to: the meters of models, by region.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from auditor.cloud.clouds import PUBLIC
from auditor.cloud.pages import Exchange, Rows
from auditor.cloud.problems import NEXT_STEPS, Problem, problem_of, problem_of_answer
from auditor.cloud.reads import Keep, gap
from auditor.snapshot import Gap, GapReason

if TYPE_CHECKING:
    from azure.core.pipeline.transport import AioHttpTransport

    from auditor.cloud.pipeline import Rules

ORIGIN: Final = "https://prices.azure.com"
PATH: Final = "/api/retail/prices"
KIND: Final = "price"

SECONDS: Final = 20.0
"""How long one region's list may take: a run never waits long for what it can do without."""

FILTER: Final = "serviceName eq 'Foundry Models' and armRegionName eq '{region}' and priceType eq 'Consumption'"
"""Azure OpenAI's meters stand under this service; values compare with regard to case."""


class Retail:
    """Reads the list by the same rules as every other read, but without a token: there is nobody to sign in to."""

    def __init__(self, rules: Rules, transport: AioHttpTransport) -> None:
        self._rules = rules
        self._transport = transport

    async def prices(self, region: str, currency: str, keep: Keep) -> Rows | Gap:
        """The rows of a region that `keep` holds for, or why they could not be read; never raises.

        The list has no prices of other clouds than the public one.
        """
        scope = f"{ORIGIN}{PATH}/{region}"
        if self._rules.endpoints.resource_manager != PUBLIC.resource_manager:
            step = "say the prices in probes.prices"
            return gap(KIND, scope, Problem(GapReason.NOT_OFFERED, "the price list is the public cloud's alone", step))
        exchange = Exchange(paged=True, keep=keep, rows_in="Items")
        failure: Exception | None = None
        try:
            async with asyncio.timeout(min(SECONDS, self._rules.deadline.remaining)):
                await self._ask(region, currency, exchange)
        except Exception as error:  # noqa: BLE001 - whatever a client raises becomes a gap
            failure = error
        if failure is None and exchange.finished:
            return Rows(tuple(exchange.rows), tuple(exchange.readings))
        return gap(KIND, scope, _problem(failure, exchange, scope), readings=exchange.readings)

    async def _ask(self, region: str, currency: str, exchange: Exchange) -> None:
        from azure.core import AsyncPipelineClient
        from azure.core.rest import HttpRequest

        client: AsyncPipelineClient[Any, Any] = AsyncPipelineClient(
            ORIGIN, policies=self._rules.public_policies(ORIGIN), transport=self._transport
        )
        query = {"$filter": FILTER.format(region=region), "currencyCode": f"'{currency}'"}
        request: HttpRequest | None = HttpRequest("GET", ORIGIN + PATH, params=query)
        while request is not None:
            response = await client.send_request(request, exchange=exchange)
            response.raise_for_status()
            request = HttpRequest("GET", exchange.next_link) if exchange.next_link else None


def _problem(failure: Exception | None, exchange: Exchange, scope: str) -> Problem:
    if exchange.status is not None and exchange.status >= 400:  # noqa: PLR2004 - an error, in HTTP
        return problem_of_answer(exchange.status, exchange.error_body, object_id=None, action="none", scope=scope)
    if failure is None:
        return Problem(GapReason.MALFORMED, "the list ended before its last page", NEXT_STEPS[GapReason.MALFORMED])
    return problem_of(failure)
