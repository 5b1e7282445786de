"""Azure's own client libraries see the sandbox as Azure, with nothing changed but the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential, get_bearer_token_provider
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.network import NetworkManagementClient
from openai import AzureOpenAI, OpenAI

from auditor.sandbox import Sandbox

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
MODELS = "https://ai.azure.com/.default"
NAMES = ["contoso-matter-swc", "contoso-search-uks", "contoso-support-weu"]


def credential() -> ClientSecretCredential:
    return ClientSecretCredential(
        *(os.environ[f"AZURE_{name}"] for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"))
    )


def test_the_cognitive_services_client_reads_every_list(healthy: Sandbox) -> None:
    group, account = "rg-matter-prod", "contoso-matter-swc"
    with credential() as who, CognitiveServicesManagementClient(who, SUBSCRIPTION) as client:
        assert sorted(one.name for one in client.accounts.list()) == NAMES
        assert [one.name for one in client.accounts.list_by_resource_group(group)] == [account]
        read = client.accounts.get(group, account)
        assert read.properties.custom_sub_domain_name == account
        assert read.properties.disable_local_auth is True
        assert read.properties.private_endpoint_connections[0].properties.group_ids == ["account"]
        deployed = {one.name: one for one in client.deployments.list(group, account)}
        assert set(deployed) == {"matter-chat", "matter-chat-reserved", "matter-analysis"}
        assert deployed["matter-chat-reserved"].properties.spillover_deployment_name == "matter-chat"
        assert client.deployments.get(group, account, "matter-chat").sku.capacity == 100
        models = [one.model for one in client.models.list("swedencentral")]
        assert {one.name for one in models} >= {"gpt-5.4", "model-router", "text-embedding-3-large"}
        usages = {one.name.value: one for one in client.usages.list("swedencentral")}
        assert usages["OpenAI.DataZoneStandard.gpt-5.4"].current_value == 100
        assert {one.kind for one in client.resource_skus.list()} == {"AIServices", "OpenAI"}
        assert list(client.deleted_accounts.list()) == []
        capacities = list(client.model_capacities.list("OpenAI", "gpt-5.4", "2026-03-05"))
        assert {one.location for one in capacities} >= {"swedencentral", "westeurope"}
        assert client.private_endpoint_connections.list(group, account).value[0].properties.private_endpoint.id
        assert client.accounts.list_skus(group, account).value[0].sku.name == "S0"
        assert [one.name for one in client.accounts.list_models(group, account)]
        assert client.accounts.list_usages(group, account).value
        with pytest.raises(HttpResponseError, match="disableLocalAuth is set to be true"):
            client.accounts.list_keys(group, account)
        with pytest.raises(ResourceNotFoundError):
            client.accounts.get(group, "no-such-account")
    pages = [seen for seen in healthy.requests if seen.path.endswith("/locations/swedencentral/models")]
    assert len(pages) > 1, "the catalogue comes in pages"


def test_the_network_client_reads_private_endpoints(healthy: Sandbox) -> None:
    with credential() as who, NetworkManagementClient(who, SUBSCRIPTION) as client:
        assert [one.name for one in client.private_endpoints.list("rg-network-hub")] == [
            "pe-matter-swc",
            "pe-search-uks",
        ]
        endpoint = client.private_endpoints.get("rg-network-hub", "pe-matter-swc")
        assert endpoint.private_link_service_connections[0].private_link_service_connection_state.status == "Approved"
        (group,) = client.private_dns_zone_groups.list("pe-matter-swc", "rg-network-hub")
        assert len(group.private_dns_zone_configs) == 3
        name = endpoint.network_interfaces[0].id.rpartition("/")[2]
        interface = client.network_interfaces.get("rg-network-hub", name)
        assert interface.ip_configurations[0].private_ip_address == "10.20.1.4"


def test_a_wrong_secret_is_refused_in_entras_words(healthy: Sandbox) -> None:
    wrong = {
        os.environ["AZURE_TENANT_ID"]: "AADSTS7000215",
        "00000000-0000-4000-8000-0000000000f9": "Unable to get authority configuration",
    }
    for tenant, words in wrong.items():
        who = ClientSecretCredential(tenant, os.environ["AZURE_CLIENT_ID"], "guess")
        with who, pytest.raises(ClientAuthenticationError, match=words):
            who.get_token(MODELS)


def test_openai_answers_plain(healthy: Sandbox) -> None:
    with (
        credential() as who,
        OpenAI(
            base_url="https://contoso-matter-swc.openai.azure.com/openai/v1/",
            api_key=get_bearer_token_provider(who, MODELS),
        ) as client,
    ):
        response = client.responses.create(
            model="matter-chat", input="Reply with OK", max_output_tokens=64, store=False
        )
    assert response.status == "completed"
    assert response.output_text == "OK"
    assert response.model == "gpt-5.4-2026-03-05"
    assert response.usage is not None
    assert response.usage.output_tokens > 0


def test_openai_streams_in_order(healthy: Sandbox) -> None:
    with (
        credential() as who,
        OpenAI(
            base_url="https://contoso-support-weu.services.ai.azure.com/openai/v1/",
            api_key=get_bearer_token_provider(who, MODELS),
        ) as client,
    ):
        events = list(client.responses.create(model="support-chat", input="Say something.", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [events[0].type, events[-1].type] == ["response.created", "response.completed"]
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert events[-1].type == "response.completed"
    assert deltas == events[-1].response.output_text


def test_the_async_clients_see_the_same(healthy: Sandbox) -> None:
    """In a process of its own: aiohttp reads the trusted authorities when it is imported."""
    script = Path(__file__).with_name("async_clients.py")
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["accounts"] == NAMES
    assert told["endpoints"] == ["pe-matter-swc", "pe-search-uks"]
    assert told["zone group"] == "default"
    assert told["router"] == {
        "model": "gpt-5-mini-2025-08-07",
        "items": ["reasoning", "message"],
        "notice": "sandbox: not evidence",
        "region": "West Europe",
        "tokens": "100000",
    }
    assert told["events"][0] == "response.created"
    assert told["events"][-1] == "response.completed"


def test_a_stored_response_can_be_read_and_deleted(healthy: Sandbox) -> None:
    project = "https://contoso-matter-swc.services.ai.azure.com/api/projects/matter-review/openai/v1/"
    with credential() as who, OpenAI(base_url=project, api_key=get_bearer_token_provider(who, MODELS)) as client:
        kept = client.responses.create(model="matter-chat", input="Reply with OK")
        assert client.responses.retrieve(kept.id).output_text == "OK"
        client.responses.delete(kept.id)
        with pytest.raises(Exception, match="not found"):
            client.responses.retrieve(kept.id)


def test_the_older_client_uses_the_older_path(healthy: Sandbox) -> None:
    def client(version: str) -> AzureOpenAI:
        return AzureOpenAI(
            azure_endpoint="https://contoso-support-weu.openai.azure.com",
            api_version=version,
            azure_ad_token_provider=get_bearer_token_provider(who, "https://cognitiveservices.azure.com/.default"),
        )

    with credential() as who:
        with client("2025-04-01-preview") as newer:
            assert newer.responses.create(model="support-chat", input="Reply with OK").output_text == "OK"
        with (
            client("2024-10-21") as older,
            pytest.raises(Exception, match="enabled only for api-version 2025-03-01-preview"),
        ):
            older.responses.create(model="support-chat", input="Reply with OK")


def test_a_host_that_is_not_azures_is_refused_and_remembered(healthy: Sandbox) -> None:
    for host in ("example.com", "management.azure.com.example.net", "openai.azure.com", "a.b.openai.azure.com"):
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            requests.get(f"https://{host}/", timeout=5)
        assert healthy.refused_hosts.pop() == host


def test_every_answer_says_that_it_is_no_evidence(healthy: Sandbox) -> None:
    urls = (
        "https://management.azure.com/metadata/endpoints?api-version=2022-09-01",
        "https://management.azure.com/subscriptions?api-version=2022-12-01",
        f"https://login.microsoftonline.com/{os.environ['AZURE_TENANT_ID']}/v2.0/.well-known/openid-configuration",
        "https://contoso-matter-swc.openai.azure.com/openai/v1/responses",
    )
    for url in urls:
        answer = requests.get(url, timeout=5)
        assert answer.headers["x-endpoint-notice"] == "sandbox: not evidence", url
        assert answer.headers["date"], url
        assert answer.headers["x-ms-request-id"], url
    healthy.unknown_routes.clear()
