"""Azure's async client libraries against whatever the environment leads to; prints what they saw as JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from azure.identity.aio import DefaultAzureCredential, get_bearer_token_provider
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient
from azure.mgmt.network.aio import NetworkManagementClient
from openai import AsyncOpenAI

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"


async def look() -> dict[str, Any]:
    told: dict[str, Any] = {}
    async with (
        DefaultAzureCredential() as who,
        CognitiveServicesManagementClient(who, SUBSCRIPTION) as accounts,
        NetworkManagementClient(who, SUBSCRIPTION) as network,
        AsyncOpenAI(
            base_url="https://contoso-support-weu.openai.azure.com/openai/v1/",
            api_key=get_bearer_token_provider(who, "https://ai.azure.com/.default"),
        ) as client,
    ):
        told["accounts"] = sorted([one.name async for one in accounts.accounts.list()])
        told["models"] = len([one async for one in accounts.models.list("westeurope")])
        told["endpoints"] = [one.name async for one in network.private_endpoints.list_by_subscription()]
        groups = network.private_dns_zone_groups.list("pe-matter-swc", "rg-network-hub")
        (told["zone group"],) = [one.name async for one in groups]
        raw = await client.responses.with_raw_response.create(
            model="support-router", input="Reply with OK", store=False
        )
        response = raw.parse()
        told["router"] = {
            "model": response.model,
            "items": [item.type for item in response.output],
            "notice": raw.headers["x-endpoint-notice"],
            "region": raw.headers["x-ms-region"],
            "tokens": raw.headers["x-ratelimit-limit-tokens"],
        }
        stream = await client.responses.create(model="support-chat", input="Reply with OK", stream=True, store=False)
        told["events"] = [event.type async for event in stream]
    return told


if __name__ == "__main__":
    print(json.dumps(asyncio.run(look())))  # noqa: T201 - the answer
