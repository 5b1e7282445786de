"""The links of the sign-in chain: each makes one credential, or says why it is not configured here."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError

from auditor.cloud.clouds import token_exchange_audience
from auditor.settings import Endpoints

if TYPE_CHECKING:
    from azure.core.pipeline.transport import AioHttpTransport

IMDS = ("169.254.169.254", 80)
"""https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service"""

IMDS_SECONDS = 1.0
"""How long a virtual machine's metadata service may take to accept a connection before it counts as absent."""

_IDENTITY_VARIABLES = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")
_PATIENCE: dict[str, Any] = {"retry_total": 2, "retry_backoff_max": 4}


class NotConfiguredError(Exception):
    """A link that nothing here asks for, and why."""


@dataclass(frozen=True)
class SignIn:
    """What the links work with: the environment's variables, the cloud, the tenant of settings, the way out."""

    environ: Mapping[str, str]
    endpoints: Endpoints
    tenant: str | None
    transport: AioHttpTransport

    def need(self, *names: str) -> tuple[str, ...]:
        """The variables' values; raises NotConfiguredError naming those that are not set."""
        missing = [name for name in names if not self.environ.get(name)]
        if missing:
            raise NotConfiguredError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set")
        return tuple(self.environ[name] for name in names)

    def need_tenant(self) -> str:
        """The tenant of settings, or else of the environment; raises NotConfiguredError."""
        return self.tenant or self.need("AZURE_TENANT_ID")[0]

    @property
    def entra(self) -> dict[str, Any]:
        """The keywords of every credential that asks Entra ID itself."""
        return {"authority": self.endpoints.authority, "transport": self.transport, **_PATIENCE}


async def github_oidc(how: SignIn) -> AsyncTokenCredential:
    """A GitHub Actions job's own identity, exchanged for a token; a fresh assertion each time.

    https://docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments
    """
    url, bearer = how.need("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    (client,) = how.need("AZURE_CLIENT_ID")
    return GithubOidcCredential(how, tenant=how.need_tenant(), client=client, url=url, bearer=bearer)


class GithubOidcCredential:
    """Asks GitHub for an assertion and Entra ID for a token in exchange, whenever a token is wanted."""

    def __init__(self, how: SignIn, *, tenant: str, client: str, url: str, bearer: str) -> None:
        self._how = how
        self._tenant = tenant
        self._client = client
        self._url = url
        self._bearer = bearer

    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        """A token for these scopes; raises ClientAuthenticationError where GitHub or Entra ID refuses."""
        from azure.identity.aio import ClientAssertionCredential

        assertion = await self._assertion()
        credential = ClientAssertionCredential(self._tenant, self._client, lambda: assertion, **self._how.entra)
        return await credential.get_token(*scopes, **kwargs)

    async def _assertion(self) -> str:
        from azure.core.rest import HttpRequest

        parts = urlsplit(self._url)
        query = urlencode([*parse_qsl(parts.query), ("audience", token_exchange_audience(self._how.endpoints))])
        request = HttpRequest(
            "GET",
            urlunsplit(parts._replace(query=query)),
            headers={"Authorization": f"Bearer {self._bearer}", "Accept": "application/json"},
        )
        answer = await self._how.transport.send(request)
        if answer.status_code != HTTPStatus.OK:
            raise ClientAuthenticationError(f"GitHub's token service answered HTTP {answer.status_code}")
        try:
            return str(json.loads(answer.body())["value"])
        except (ValueError, KeyError, TypeError) as error:
            raise ClientAuthenticationError("GitHub's token service answered without a token") from error

    async def close(self) -> None:
        """Does nothing: no connection is kept."""

    async def __aenter__(self) -> GithubOidcCredential:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


async def workload_identity(how: SignIn) -> AsyncTokenCredential:
    """A Kubernetes service account's identity, from the projected token file."""
    file, client = how.need("AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID")
    tenant = how.need_tenant()
    from azure.identity.aio import WorkloadIdentityCredential

    return WorkloadIdentityCredential(tenant_id=tenant, client_id=client, token_file_path=file, **how.entra)


async def environment(how: SignIn) -> AsyncTokenCredential:
    """A service principal with a client secret or a certificate."""
    (client,) = how.need("AZURE_CLIENT_ID")
    tenant = how.need_tenant()
    from azure.identity.aio import CertificateCredential, ClientSecretCredential

    if secret := how.environ.get("AZURE_CLIENT_SECRET"):
        return ClientSecretCredential(tenant, client, secret, **how.entra)
    path = how.environ.get("AZURE_CLIENT_CERTIFICATE_PATH")
    if not path:
        raise NotConfiguredError("neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set")
    return CertificateCredential(
        tenant,
        client,
        certificate_data=await asyncio.to_thread(Path(path).read_bytes),
        password=how.environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        **how.entra,
    )


async def managed_identity(how: SignIn) -> AsyncTokenCredential:
    """The identity of the Azure resource that this runs on; AZURE_CLIENT_ID names a user-assigned one.

    Its endpoints are local: they are asked without any proxy, and only where there is a sign of one.
    """
    if not any(how.environ.get(name) for name in _IDENTITY_VARIABLES) and not await _answers(*IMDS):
        raise NotConfiguredError("IDENTITY_ENDPOINT is not set and no instance metadata service answers")
    from azure.core.pipeline.transport import AioHttpTransport
    from azure.identity.aio import ManagedIdentityCredential

    client = how.environ.get("AZURE_CLIENT_ID") or None
    transport = AioHttpTransport(use_env_settings=False)
    return ManagedIdentityCredential(client_id=client, transport=transport, **_PATIENCE)


async def azure_cli(how: SignIn) -> AsyncTokenCredential:
    """Whoever `az login` signed in."""
    _need_program(how, "az")
    from azure.identity.aio import AzureCliCredential

    return AzureCliCredential(tenant_id=how.tenant or "")


async def azd(how: SignIn) -> AsyncTokenCredential:
    """Whoever `azd auth login` signed in."""
    _need_program(how, "azd")
    from azure.identity.aio import AzureDeveloperCliCredential

    return AzureDeveloperCliCredential(tenant_id=how.tenant or "")


def _need_program(how: SignIn, name: str) -> None:
    if shutil.which(name, path=how.environ.get("PATH", "")) is None:
        raise NotConfiguredError(f"`{name}` is not on PATH")


async def _answers(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(IMDS_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


LINKS: dict[str, Callable[[SignIn], Awaitable[AsyncTokenCredential]]] = {
    "github-oidc": github_oidc,
    "workload-identity": workload_identity,
    "environment": environment,
    "managed-identity": managed_identity,
    "azure-cli": azure_cli,
    "azd": azd,
}
"""Name in settings → what makes its credential."""
