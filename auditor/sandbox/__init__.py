"""A pretend Azure on loopback that answers to Azure's own host names: Entra, Resource Manager, models, a key vault."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from auditor.sandbox.generated import generated_settings, generated_world
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.loading import WORLDS, Fault, load_faults, load_world, make_world, settings_path
from auditor.sandbox.wire import Seen
from auditor.sandbox.world import World

if TYPE_CHECKING:
    from auditor.sandbox.certificates import Identities
    from auditor.sandbox.server import Services

FAULTS: Mapping[str, Fault] = load_faults()
"""Every fault by its name."""

__all__ = [
    "FAULTS",
    "WORLDS",
    "Fault",
    "Sandbox",
    "Seen",
    "World",
    "generated_settings",
    "generated_world",
    "load_world",
    "make_world",
    "settings_path",
]

Credential = Literal["environment", "github-oidc", "workload-identity", "managed-identity"]

_CLOSING_SECONDS = 0.05
"""How long a request under way may still take when the sandbox closes."""


class Sandbox:
    """Serves a world from its own thread, on free ports of 127.0.0.1, for as long as the context is open.

    `latency_ms` is how long each answer takes. What it saw stays readable after it closed.
    """

    def __init__(self, world: World, *, latency_ms: float = 0) -> None:
        self.world = world
        self.requests: list[Seen] = []
        """Every request, in the order in which they came."""
        self.unknown_routes: list[str] = []
        """Requests for which there is nothing here, as `METHOD host/path`."""
        self.refused_hosts: list[str] = []
        """Hosts that somebody wanted to reach and that are not Azure's."""
        self.environment: dict[str, str] = {}
        """What must stand in a process's environment so that it sees this Azure and no other."""
        self.resolver = ""
        """`host:port` of the DNS server."""
        self._latency_ms = latency_ms
        self._ledger = Ledger()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._services: Services | None = None
        self._local = ""

    def __enter__(self) -> Sandbox:
        from auditor.sandbox.certificates import authorities

        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        bundle, identities = authorities(Path(self._folder.name))
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready, identities), name="sandbox", daemon=True)
        self._thread.start()
        try:
            proxy = ready.result()
        except BaseException:
            self._thread.join()
            self._folder.cleanup()
            raise
        self.environment = {
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "ALL_PROXY": "",
            "all_proxy": "",
            "NO_PROXY": "",
            "no_proxy": "",
            "SSL_CERT_FILE": str(bundle),
            "REQUESTS_CA_BUNDLE": str(bundle),
            **self.world.environment,
            **self.signed_in_by("environment"),
            "AUDITOR_RESOLVER": self.resolver,
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._services is not None:
            self._loop.call_soon_threadsafe(self._services.closing.set)
        if self._thread is not None:
            self._thread.join()
        if self._folder is not None:
            self._folder.cleanup()

    def signed_in_by(self, credential: Credential) -> dict[str, str]:
        """What stands in the environment of a process that signs in by a credential of this name."""
        from auditor.sandbox import local_identity as local

        who = {"AZURE_TENANT_ID": self.world.tenant, "AZURE_CLIENT_ID": self.world.identity.app_id}
        match credential:
            case "environment":
                return {**who, "AZURE_CLIENT_SECRET": self._ledger.client_secret}
            case "managed-identity":
                endpoint = f"{self._local}{local.IDENTITY_PATH}"
                return {"IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": self._ledger.identity_secret}
            case "github-oidc":
                url = f"{self._local}{local.GITHUB_PATH}?api-version=2.0"
                secret = self._ledger.identity_secret
                return {**who, "ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret}
            case "workload-identity":
                return {**who, "AZURE_FEDERATED_TOKEN_FILE": str(self._token_file())}

    def keys_of(self, account: str) -> tuple[str, str]:
        """The two keys of an account, as listKeys would tell them."""
        return self._ledger.keys_of(self.world.accounts[account])

    @property
    def kept(self) -> tuple[str, ...]:
        """Ids of all that callers had the model endpoints store and did not delete."""
        return tuple(sorted(name for _, name in (*self._ledger.responses, *self._ledger.things)))

    def _token_file(self) -> Path:
        from auditor.sandbox.local_identity import assertion

        if self._folder is None:
            raise RuntimeError("the sandbox is not open")
        issuer = "https://swedencentral.oic.prod-aks.azure.com/sandbox/"
        path = Path(self._folder.name) / "federated-token"
        path.write_text(assertion(issuer, "system:serviceaccount:release:gate", "api://AzureADTokenExchange"))
        return path

    def _run(self, ready: Future[str], identities: Identities) -> None:
        try:
            asyncio.run(self._serve(ready, identities))
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: Future[str], identities: Identities) -> None:
        from auditor.sandbox.dns import Resolver
        from auditor.sandbox.listening import stop
        from auditor.sandbox.proxy import Proxy
        from auditor.sandbox.server import Services
        from auditor.sandbox.tool_server import tool_servers

        self._loop = asyncio.get_running_loop()
        services = Services(self.world, self._ledger, self._latency_ms, self.requests, self.unknown_routes)
        self._services = services
        azure, local = services.azure(), services.local()
        identity = await self._loop.create_server(local, "127.0.0.1", 0)
        self._local = f"http://127.0.0.1:{identity.sockets[0].getsockname()[1]}"
        resolver = Resolver(self.world)
        self.resolver = await resolver.serve()
        proxy = Proxy(self.world, azure, identities, self.refused_hosts, services.closing)
        with tool_servers(self.world.mcp_servers.values()) as ports:
            self._ledger.tool_ports.update(ports)
            ready.set_result(await proxy.serve())
            await services.closing.wait()
        await proxy.close()
        await stop(identity)
        for server in (azure, local):
            await server.shutdown(_CLOSING_SECONDS)
        await proxy.cut()
        await resolver.close()
