"""The sign-in chain: what is not configured is passed over, what fails is said, and no secret is ever said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme
from azure.core.credentials import AccessToken

from auditor.cloud import links
from auditor.cloud.credential import CachingCredential, principal_of
from auditor.cloud.door import Cloud, open_cloud
from auditor.cloud.recorder import Recorder
from auditor.errors import ExitCode, SignInError
from tests.cloud.pretend import CLIENT, ENVIRON, OBJECT, TENANT, Answer, Pretend, jwt, serving, settings

EVERYTHING = ("github-oidc", "workload-identity", "environment", "managed-identity", "azure-cli", "azd")


@pytest.fixture(autouse=True)
def _no_metadata_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests stay on loopback: the place of the instance metadata service is a port where nobody answers."""
    monkeypatch.setattr(links, "IMDS", ("127.0.0.1", 9))


async def entered(azure: Pretend, environ: Mapping[str, str], credentials: tuple[str, ...] = EVERYTHING) -> Cloud:
    async with open_cloud(settings(azure.base, credentials=credentials), environ, Recorder()) as cloud:
        return cloud


async def test_the_first_that_is_configured_signs_in_and_each_other_says_why_not(azure: Pretend) -> None:
    """A client secret in the environment: the links before it are passed over, those after it not touched."""
    cloud = await entered(azure, ENVIRON)
    assert cloud.tried == (
        "github-oidc: not configured (ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set)",
        "workload-identity: not configured (AZURE_FEDERATED_TOKEN_FILE is not set)",
        "environment: signed in",
    )
    who = cloud.principal
    assert (who.credential, who.object_id, who.tenant_id, who.app_id) == ("environment", OBJECT, TENANT, CLIENT)
    assert who.name == "a runner"


async def test_nothing_configured_is_a_sign_in_error_with_what_to_do(azure: Pretend) -> None:
    """Every link says why not, and the exit code says that nothing could be looked at."""
    with pytest.raises(SignInError) as caught:
        await entered(azure, {"PATH": "/nowhere"})
    assert all(f"{name}: not configured" in str(caught.value) for name in EVERYTHING)
    assert "az login" in caught.value.next_step
    assert caught.value.exit_code is ExitCode.INCOMPLETE


async def test_a_link_that_fails_is_said_without_its_secret_and_the_chain_goes_on(azure: Pretend) -> None:
    """Entra's words stay, the secret that they quote does not."""
    with pytest.raises(SignInError) as caught:
        await entered(azure, {**ENVIRON, "AZURE_CLIENT_SECRET": "wrong", "PATH": ""})
    assert "environment: failed (" in str(caught.value)
    assert "AADSTS7000215" in str(caught.value)
    assert "wrong" not in str(caught.value)
    assert "azure-cli: not configured" in str(caught.value)


async def test_github_gives_a_fresh_assertion_for_each_token(azure: Pretend) -> None:
    """Two scopes, two assertions, each for the exchange audience and asked for with the job's own bearer."""
    azure.say("/github", Answer({"value": "assertion-1"}), Answer({"value": "assertion-2"}))
    environ = {
        "AZURE_CLIENT_ID": CLIENT,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{azure.base}/github?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-bearer",
    }
    async with open_cloud(settings(azure.base, credentials=EVERYTHING), environ, Recorder()) as cloud:
        await cloud.credential.get_token("https://ai.azure.com/.default")
    assert cloud.principal.credential == "github-oidc"
    assert [form["client_assertion"] for form in azure.forms] == ["assertion-1", "assertion-2"]
    assert {request.query["audience"] for request in azure.seen} == {"api://AzureADTokenExchange"}
    assert {request.query["api-version"] for request in azure.seen} == {"2.0"}
    assert {request.headers["Authorization"] for request in azure.seen} == {"Bearer job-bearer"}


@pytest.mark.parametrize("answer", [Answer({"error": "no"}, 403), Answer(b"<html>"), Answer([])])
async def test_a_github_service_that_gives_nothing_is_said(azure: Pretend, answer: Answer) -> None:
    """Its failure neither ends the run with a traceback nor tells the bearer."""
    azure.say("/github", answer)
    environ = {
        "AZURE_CLIENT_ID": CLIENT,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{azure.base}/github",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-bearer",
    }
    with pytest.raises(SignInError) as caught:
        await entered(azure, environ, ("github-oidc",))
    assert "github-oidc: failed (GitHub's token service answered" in str(caught.value)
    assert "job-bearer" not in str(caught.value)


async def test_a_workload_identity_is_exchanged_from_its_file(azure: Pretend, tmp_path: Path) -> None:
    """The projected token file is the assertion."""
    file = tmp_path / "token"
    file.write_text("projected")
    cloud = await entered(azure, {"AZURE_CLIENT_ID": CLIENT, "AZURE_FEDERATED_TOKEN_FILE": str(file)})
    assert cloud.principal.credential == "workload-identity"
    assert azure.forms[0]["client_assertion"] == "projected"


async def test_a_certificate_signs_in(azure: Pretend, tmp_path: Path) -> None:
    """Key and certificate in one PEM file; one that can't be read is said."""
    issued = trustme.CA().issue_cert("runner.example", key_type=trustme.KeyType.RSA)
    file = tmp_path / "runner.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(str(file))
    environ = {"AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_CERTIFICATE_PATH": str(file)}
    cloud = await entered(azure, environ, ("environment",))
    assert cloud.principal.credential == "environment"
    with pytest.raises(SignInError, match=r"environment: failed \(.*No such file"):
        await entered(azure, environ | {"AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere.pem"}, ("environment",))


async def test_a_managed_identity_is_asked_where_the_environment_points(
    azure: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An App Service's own endpoint, through no proxy."""
    async with serving(Pretend(), None) as local:
        token = {
            "resource": "https://management.azure.com",
            "access_token": jwt(),
            "expires_on": str(int(time.time()) + 3600),
            "token_type": "Bearer",
        }
        local.say("/msi", token)
        environ = {"IDENTITY_ENDPOINT": f"{local.base}/msi", "IDENTITY_HEADER": "secret-header"}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        cloud = await entered(azure, environ, ("managed-identity",))
    assert cloud.principal.object_id == OBJECT
    assert local.seen[0].headers["X-IDENTITY-HEADER"] == "secret-header"


class Source:
    """A credential whose tokens last as long as a test says."""

    def __init__(self, *lifetimes: float) -> None:
        self.lifetimes = list(lifetimes)
        self.asked: list[tuple[str, ...]] = []
        self.claims: list[Any] = []

    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        self.asked.append(scopes)
        number = len(self.asked)
        self.claims.append(kwargs.get("claims"))
        await asyncio.sleep(0)
        if not self.lifetimes:
            raise OSError("sign-in is down")
        return AccessToken(f"token-{number}", int(time.time() + self.lifetimes.pop(0)))

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> Source:
        return self

    async def __aexit__(self, *error: object) -> None:
        pass


async def test_many_who_ask_at_once_share_one_request_per_scope() -> None:
    """Thirty calls for two scopes are two requests."""
    source = Source(3600, 3600)
    credential = CachingCredential(source)
    tokens = await asyncio.gather(*(credential.get_token(f"scope-{number % 2}") for number in range(30)))
    assert len(source.asked) == 2
    assert len({token.token for token in tokens}) == 2


async def test_a_token_is_renewed_before_it_expires_and_a_claims_challenge_always_renews(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Less than five minutes left, or claims that Azure demands."""
    monkeypatch.setattr("auditor.cloud.credential.FRESH_SECONDS", 0)
    source = Source(200, 3600, 3600)
    credential = CachingCredential(source)
    first = await credential.get_token("scope")
    second = await credential.get_token("scope")
    third = await credential.get_token("scope", claims="{}")
    assert [token.token for token in (first, second, third)] == ["token-1", "token-2", "token-3"]
    assert source.claims == [None, None, "{}"]
    assert await credential.get_token("scope") == third


async def test_tokens_that_seem_expired_when_they_come_are_not_asked_for_at_each_request() -> None:
    """Where this machine's clock is hours ahead, a managed identity's tokens look old; they are used all the same."""
    source = Source(*(-7_200 for _ in range(30)))
    credential = CachingCredential(source)
    tokens = await asyncio.gather(*(credential.get_token("scope") for _ in range(30)))
    assert {token.token for token in tokens} == {"token-1"}
    renewed = await credential.get_token("scope", claims="{}")
    assert renewed.token == "token-2"


async def test_a_renewal_that_fails_leaves_the_old_token_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short outage of sign-in does not end a run."""
    monkeypatch.setattr("auditor.cloud.credential.FRESH_SECONDS", 0)
    credential = CachingCredential(Source(200))
    first = await credential.get_token("scope")
    assert await credential.get_token("scope") == first


@pytest.mark.parametrize("token", ["opaque", "a.b", "a.bm90IGpzb24.c", "a.W10.c"])
def test_a_token_that_says_nothing_leaves_the_principal_unknown(token: str) -> None:
    """Opaque and broken tokens are no error; who looked is then not known."""
    principal = principal_of(token, "environment")
    assert (principal.object_id, principal.tenant_id, principal.credential) == (None, None, "environment")
