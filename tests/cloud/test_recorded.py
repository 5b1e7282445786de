"""Real answers of Azure come through the official clients unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.cloud.door import open_cloud
from auditor.cloud.pages import Rows
from auditor.cloud.recorder import Recorder
from tests.cloud.pretend import ENVIRON, SUBSCRIPTION, P, Pretend, S, settings

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "recorded" / "arm"
ACCOUNT = f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/acct"


def recorded(name: str) -> Any:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"{path} is absent: the recorded traffic is not part of this repository")
    text = path.read_text()
    return yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)


async def test_a_recorded_catalogue(azure: Pretend) -> None:
    """Sixteen models of West Europe with members that the client's types do not know."""
    value = recorded("models_westeurope_20251028_subset.json")["value"]
    azure.say(f"{P}/locations/westeurope/models", {"value": value})
    async with open_cloud(settings(azure.base), ENVIRON, Recorder()) as cloud:
        rows = await cloud.arm.models(SUBSCRIPTION, "westeurope")
    assert isinstance(rows, Rows)
    assert [row.body for row in rows.rows] == value


async def test_recorded_quota(azure: Pretend) -> None:
    """The usages of a location."""
    cassette = recorded("test_cognitiveservices_list_usages.yaml")
    value = json.loads(cassette["interactions"][0]["response"]["body"]["string"])["value"]
    azure.say(f"{P}/locations/westeurope/usages", {"value": value})
    async with open_cloud(settings(azure.base), ENVIRON, Recorder()) as cloud:
        rows = await cloud.arm.usages(SUBSCRIPTION, "westeurope")
    assert isinstance(rows, Rows)
    assert [row.body for row in rows.rows] == value


async def test_recorded_accounts_and_deployments(azure: Pretend) -> None:
    """Every list that a scanner's tests recorded, whatever the account's kind."""
    tape = recorded("AiFoundryCognitiveServiceDeploymentTest.ai-foundry-cognitiveservice-deployment-get.json")
    lists = [
        (interaction["request"]["uri"], interaction["response"]["body"]["data"]["value"])
        for interaction in tape["interactions"]
        if "value" in interaction["response"]["body"].get("data", {})
    ]
    accounts = next(value for uri, value in lists if "/accounts?" in uri)
    deployments = [value for uri, value in lists if "/deployments?" in uri]
    assert accounts
    assert deployments
    azure.say(f"{P}/accounts", {"value": accounts})
    azure.say(f"{ACCOUNT}/deployments", *({"value": value} for value in deployments))
    async with open_cloud(settings(azure.base), ENVIRON, Recorder()) as cloud:
        rows = await cloud.arm.accounts(SUBSCRIPTION)
        assert isinstance(rows, Rows)
        assert [row.body for row in rows.rows] == accounts
        for value in deployments:
            rows = await cloud.arm.deployments(ACCOUNT)
            assert isinstance(rows, Rows)
            assert [_without_throttling_key(row.body) for row in rows.rows] == [
                _without_throttling_key(body) for body in value
            ]


def _without_throttling_key(deployment: dict[str, Any]) -> dict[str, Any]:
    capabilities = deployment["properties"].get("capabilities") or {}
    kept = {name: value for name, value in capabilities.items() if not name.startswith("_H_")}
    return deployment | {"properties": deployment["properties"] | {"capabilities": kept}}
