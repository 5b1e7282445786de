"""What the probe tests share: settings, collected resources, and a way whose models answer as they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auditor.cloud.clouds import PUBLIC
from auditor.cloud.deadline import Deadline
from auditor.cloud.keys import AccountKey
from auditor.cloud.model_answer import Answer, Surface
from auditor.cloud.problems import Problem
from auditor.cloud.reads import gap
from auditor.record import JsonObject
from auditor.settings import Endpoints, Settings
from auditor.snapshot import Gap, GapReason, Resource

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
LOCATION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral"


def account(name: str = "contoso", location: str = "swedencentral", **properties: Any) -> Resource:
    """An account as it was collected."""
    body = {
        "kind": "OpenAI",
        "location": location,
        "properties": {"customSubDomainName": name, **properties},
    }
    return Resource(kind="account", id=f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{name}", body=body)


def deployment(of: Resource, name: str, model: str = "gpt-4.1", **properties: Any) -> Resource:
    """A deployment as it was collected."""
    known = {"model": {"format": "OpenAI", "name": model, "version": "1"}, "capabilities": {"responses": "true"}}
    body = {"name": name, "properties": {**known, **properties}}
    return Resource(kind="deployment", id=f"{of.id}/deployments/{name}", parent=of.id, body=body)


def model(name: str, capabilities: dict[str, str], kind: str = "OpenAI") -> Resource:
    """A model of the region's catalogue."""
    body = {"kind": kind, "model": {"format": "OpenAI", "name": name, "version": "1", "capabilities": capabilities}}
    return Resource(kind="model", id=f"{LOCATION}/models/{kind}.OpenAI.{name}.1", parent=LOCATION, body=body)


def settings(*deployments: dict[str, Any], on: str = "contoso", **more: Any) -> Settings:
    """Settings of one workload, if it declares any deployment."""
    workload = {"name": "shop", "owner": "team", "account": on, "deployments": deployments}
    return Settings.model_validate(
        {"scope": {"subscriptions": [SUBSCRIPTION]}, "workloads": [workload] if deployments else [], **more}
    )


def answered(status: int = 200, body: object = None, **headers: str) -> Answer:
    """A whole HTTP answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        endpoint="https://contoso.openai.azure.com/openai/v1/",
        scope="https://ai.azure.com/.default",
        http_status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        content=content,
        latency_ms=12.34,
        readings=("reading",),
    )


@dataclass
class PretendModels:
    """Answers by a function of the request; remembers what was asked."""

    reply: Callable[[JsonObject], Answer]
    asked: list[tuple[str, JsonObject, float]] = field(default_factory=list)

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        assert key is None or operation
        self.asked.append((surface.host, request, seconds))
        return self.reply(request)


@dataclass
class PretendKeys:
    """Lists the key of each account that has one, and refuses the others as accounts do that take none."""

    of: dict[str, str] = field(default_factory=dict)
    refusal: str = "BadRequest: Failed to list key. disableLocalAuth is set to be true"
    asked: list[str] = field(default_factory=list)

    async def key(self, account_id: str) -> AccountKey | Gap:
        self.asked.append(account_id)
        if account_id in self.of:
            return AccountKey(self.of[account_id], "listing")
        return gap("account_key", account_id, Problem(GapReason.FAILED, self.refusal, "turn keys on"))


@dataclass
class PretendCloud:
    """The part of a cloud that probes use."""

    models: PretendModels
    deadline: Deadline = field(default_factory=lambda: Deadline.after(600))
    endpoints: Endpoints = PUBLIC
    arm: PretendKeys = field(default_factory=PretendKeys)
    environ: dict[str, str] = field(default_factory=dict)
