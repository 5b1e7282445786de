"""Every credential that a run may sign in with gets a token from the sandbox, and only with the right proof."""

from __future__ import annotations

import os

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    ClientAssertionCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from auditor.sandbox import Sandbox, load_world
from auditor.sandbox.entra import answer
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.local_identity import GITHUB_ISSUER, assertion
from auditor.sandbox.tokens import claims_of, encode
from auditor.sandbox.wire import Ask
from tests.sandbox.asking import body
from tests.sandbox.conftest import led_to

SCOPE = "https://management.azure.com/.default"
WORLD = load_world("healthy")


def claims(token: str) -> dict[str, object]:
    told = claims_of(token)
    assert told is not None
    return told


def is_ours(token: str) -> bool:
    told = claims(token)
    return (told["tid"], told["appid"], told["oid"], told["aud"]) == (
        WORLD.tenant,
        WORLD.identity.app_id,
        WORLD.identity.object_id,
        "https://management.azure.com",
    )


def test_the_environments_secret(running: Sandbox) -> None:
    with led_to(running), EnvironmentCredential() as who:
        assert is_ours(who.get_token(SCOPE).token)


def test_an_app_services_managed_identity(running: Sandbox) -> None:
    with led_to(running, "managed-identity"), ManagedIdentityCredential() as who:
        assert is_ours(who.get_token(SCOPE).token)


def test_a_workload_identitys_token_file(running: Sandbox) -> None:
    with led_to(running, "workload-identity"), WorkloadIdentityCredential() as who:
        assert is_ours(who.get_token(SCOPE).token)


def test_a_github_jobs_assertion(running: Sandbox) -> None:
    with led_to(running, "github-oidc"):

        def proof() -> str:
            answer = requests.get(
                os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=api://AzureADTokenExchange",
                headers={"authorization": f"bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
                timeout=5,
            )
            return str(answer.json()["value"])

        assert proof() != proof(), "fresh each time"
        assert claims(proof())["iss"] == GITHUB_ISSUER
        with ClientAssertionCredential(os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"], proof) as who:
            assert is_ours(who.get_token(SCOPE).token)
        refused = requests.get(os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"], timeout=5)
        assert refused.status_code == 401
        assert refused.headers["x-endpoint-notice"] == "sandbox: not evidence"


def test_a_managed_identity_must_show_its_header(running: Sandbox) -> None:
    url = running.signed_in_by("managed-identity")["IDENTITY_ENDPOINT"]
    assert requests.get(url, params={"resource": "https://ai.azure.com"}, timeout=5).status_code == 401


def test_a_strangers_client_id_is_refused_by_the_managed_identity(running: Sandbox) -> None:
    stranger = ManagedIdentityCredential(client_id="00000000-0000-4000-8000-00000000dead")
    with led_to(running, "managed-identity"), pytest.raises(ClientAuthenticationError), stranger as who:
        who.get_token(SCOPE)


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"grant_type": "password"}, 70003),
        ({"client_id": "nobody"}, 700016),
        ({}, 7000218),
        ({"client_secret": "guess"}, 7000215),
        ({"client_assertion": "x", "client_assertion_type": "y"}, 50027),
        ({"client_assertion": encode({"aud": "api://else", "jti": "sandbox-1"})}, 700212),
        ({"client_assertion": encode({"aud": "api://AzureADTokenExchange", "jti": "1"})}, 700211),
        ({"client_assertion": encode({"aud": "api://AzureADTokenExchange", "jti": "sandbox-1", "exp": 1})}, 700024),
    ],
)
def test_entra_refuses_by_number_and_in_its_own_shape(form: dict[str, str], number: int) -> None:
    is_refused(form, number)


def test_entra_refuses_a_scope_that_is_no_resource() -> None:
    """Whoever proves who he is asks for `…/.default`; the proof lives for minutes, so it is made here."""
    proof = assertion(GITHUB_ISSUER, "s", "api://AzureADTokenExchange")
    is_refused({"client_assertion": proof, "scope": "email"}, 1002012)


def is_refused(form: dict[str, str], number: int) -> None:
    from urllib.parse import urlencode

    usual = {
        "grant_type": "client_credentials",
        "client_id": WORLD.identity.app_id,
        "scope": SCOPE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    raw = urlencode({**usual, **form}).encode()
    ask = Ask("POST", "login.microsoftonline.com", f"/{WORLD.tenant}/oauth2/v2.0/token", body=raw)
    refused = answer(WORLD, Ledger(), ask)
    told = body(refused)
    assert refused.status in {400, 401}
    assert told["error_codes"] == [number]
    assert told["error_description"].startswith(f"AADSTS{number}: ")
    assert set(told) >= {"error", "timestamp", "trace_id", "correlation_id"}


def test_entra_may_refuse_whoever_has_the_right_proof() -> None:
    """As when a secret's time is over: the world says by which number."""
    from urllib.parse import urlencode

    ledger = Ledger()
    form = {
        "grant_type": "client_credentials",
        "client_id": WORLD.identity.app_id,
        "scope": SCOPE,
        "client_secret": ledger.client_secret,
    }
    ask = Ask("POST", "login.microsoftonline.com", f"/{WORLD.tenant}/oauth2/v2.0/token", body=urlencode(form).encode())
    assert "access_token" in body(answer(WORLD, ledger, ask))
    told = body(answer(WORLD.model_copy(update={"sign_in_refused": 7000222}), ledger, ask))
    assert WORLD.identity.app_id in told["error_description"]
    assert told["error_codes"] == [7000222]


def test_discovery_names_the_authoritys_other_names() -> None:
    told = body(answer(WORLD, Ledger(), Ask("GET", "login.microsoftonline.com", "/common/discovery/instance")))
    assert any("login.microsoftonline.us" in one["aliases"] for one in told["metadata"])
