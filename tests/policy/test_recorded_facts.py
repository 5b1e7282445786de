"""Real answers of Azure, as public projects recorded them, joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.policy.facts.quota import pool
from auditor.policy.facts.seen import index
from auditor.record import JsonObject
from tests.policy.estate import GUID, SUB, Estate, listing, resource

RECORDED = Path(__file__).parents[3] / "shared" / "recorded" / "arm"


def _read(name: str) -> Any:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"the recorded answer is not here: {name}")
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text) if name.endswith(".yaml") else json.loads(text)


def _estate(accounts: list[JsonObject], deployments: list[JsonObject], parent: str = SUB) -> Estate:
    read = [resource("account", body["id"], parent, body) for body in accounts]
    below = [
        resource("deployment", body["id"], body["id"].rpartition("/deployments/")[0], body) for body in deployments
    ]
    return Estate((*read, *below), (listing("account", parent),), settings={"scope": {"subscriptions": [GUID]}})


def test_recorded_accounts_accept_keys_and_have_no_identity_unless_they_say_otherwise() -> None:
    """`disableLocalAuth` and `identity` are absent on the wire: absent is the default, never unknown."""
    found = _read("AiFoundryCognitiveServiceDeploymentTest.ai-foundry-cognitiveservice-deployment-get.json")
    accounts = found["interactions"][0]["response"]["body"]["data"]["value"]
    deployments = [
        body for one in found["interactions"][1:3] for body in one["response"]["body"]["data"].get("value", [])
    ]
    scope = accounts[0]["id"].split("/")[2]
    bent = _estate(accounts, deployments)
    bent = Estate(**{**vars(bent), "settings": {"scope": {"subscriptions": [scope]}}})
    by_kind = {
        one.variables["account"]["kind"]: one.variables["account"]
        for one in bent.join().values()
        if one.kind == "account"
    }
    for account in by_kind.values():
        assert account["properties"]["disableLocalAuth"] is False
        assert account["properties"]["networkAcls"]["defaultAction"] == "Allow"
        assert account["region"] == "eastus"
        assert account["network"]["approved_endpoints"] == 0
        assert account["network"]["unreachable"] is False
        assert account["host"] == f"{account['name']}.openai.azure.com"
    assert set(by_kind) == {"AIServices", "OpenAI"}
    (deployment,) = [one.variables["deployment"] for one in bent.join().values() if one.kind == "deployment"]
    assert (deployment["rpm"], deployment["tpm"], deployment["residency"]) == (10, 1000, "region")
    assert deployment["speaks_responses"] is True
    assert deployment["stops_at_retirement"] is False


def test_a_recorded_account_with_a_regional_endpoint_has_no_host() -> None:
    """Its endpoint is the region's, which refuses Entra tokens; its location is spelled in capitals."""
    found = _read("account_aiservices_20250908_abridged.json")
    body = next(one["response"]["body"] for one in found["interactions"] if one["response"])
    account: Any = next(
        one.variables["account"]
        for one in Estate(
            (resource("account", body["id"], None, body),),
            (),
            settings={"scope": {"subscriptions": ["00000000-0000-0000-0000-000000000000"]}},
        )
        .join()
        .values()
        if one.kind == "account"
    )
    assert "host" not in account
    assert account["properties"]["customSubDomainName"] == ""
    assert account["identity_types"] == ["SystemAssigned"]
    assert account["region"] == "eastus"


def test_recorded_usages_carry_no_status() -> None:
    """Current and limit are told, the status is `not said`."""
    found = _read("test_cognitiveservices_list_usages.yaml")
    usages = json.loads(found["interactions"][0]["response"]["body"]["string"])["value"]
    assert usages
    place = f"{SUB}/providers/Microsoft.CognitiveServices/locations/westeurope"
    read = [resource("usage", f"{place}/usages/{body['name']['value']}", place, body) for body in usages]
    seen = index(Estate(tuple(read), (listing("usage", place),)).snapshot())
    davinci = pool(place, "openai.standard.davinci", seen)
    assert (davinci.current, davinci.limit, davinci.headroom, davinci.status) == (240, 240, 0, "not said")
