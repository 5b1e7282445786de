"""What can be looked at before, and without, a sign-in that succeeds: names, ports, a service's clock, and who asks."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor.cloud.arm import Arm
from auditor.cloud.clients import Clients
from auditor.cloud.clouds import endpoints_of
from auditor.cloud.deadline import Deadline
from auditor.cloud.limiter import Limiter
from auditor.cloud.names import Names
from auditor.cloud.ports import Ports
from auditor.cloud.problems import Problem, problem_of
from auditor.cloud.reads import Reads
from auditor.cloud.recorder import Recorder
from auditor.cloud.transport import open_transport
from auditor.cloud.versions import Versions
from auditor.settings import Endpoints, Settings
from auditor.snapshot import Principal, Reading

if TYPE_CHECKING:
    from azure.core.pipeline.transport import AioHttpTransport

    from auditor.cloud.credential import CachingCredential


@dataclass(frozen=True)
class TokenTold:
    """What may be said of a token; the token itself stays here."""

    scope: str
    expires: datetime
    principal: Principal


@dataclass(frozen=True)
class Signed:
    """The chain's winner, what became of each link, and what it may ask Resource Manager."""

    principal: Principal
    tried: tuple[str, ...]
    arm: Arm
    credential: CachingCredential = field(repr=False)

    async def token(self, scope: str) -> TokenTold | Problem:
        """What a token for this scope says of itself, or why there is none; never raises."""
        from auditor.cloud.credential import principal_of

        try:
            token = await self.credential.get_token(scope)
        except Exception as error:  # noqa: BLE001 - whatever a credential raises is a problem to tell of
            return problem_of(error)
        told = principal_of(token.token, self.principal.credential)
        return TokenTold(scope, datetime.fromtimestamp(token.expires_on, UTC), told)


@dataclass(frozen=True)
class Anteroom:
    """A way to look around, made by `open_anteroom`."""

    endpoints: Endpoints
    recorder: Recorder
    deadline: Deadline
    names: Names
    ports: Ports
    _settings: Settings
    _environ: Mapping[str, str] = field(repr=False)
    _transport: AioHttpTransport = field(repr=False)
    _limiter: Limiter = field(repr=False)
    _stack: AsyncExitStack = field(repr=False)

    async def sign_in(self) -> Signed:
        """Raises SignInError with what became of each link, where no credential gives a token."""
        from auditor.cloud.credential import sign_in
        from auditor.cloud.links import SignIn
        from auditor.cloud.pipeline import Rules

        settings = self._settings
        how = SignIn(environ=self._environ, endpoints=self.endpoints, tenant=settings.tenant, transport=self._transport)
        scope = self.endpoints.resource_manager_scope
        credential, principal, tried = await sign_in(settings.credentials, how, scope, self.deadline)
        self._stack.push_async_callback(credential.close)
        rules = Rules(self.endpoints, credential, self.recorder, self._limiter, self.deadline)
        versions = Versions()
        reads = Reads(deadline=self.deadline, versions=versions, object_id=principal.object_id)
        return Signed(principal, tried, Arm(Clients(rules, self._transport), reads, versions.read_with), credential)

    async def date(self, url: str) -> Reading | Problem:
        """One anonymous request, for the Date header of whatever it answers; never raises."""
        from azure.core.rest import HttpRequest

        sent_at, started = datetime.now(UTC), time.monotonic()
        try:
            answer = await self._transport.send(HttpRequest("GET", url))
        except Exception as error:  # noqa: BLE001 - whatever a client raises is a problem to tell of
            return problem_of(error)
        return self.recorder.record(
            method="GET",
            url=url,
            status=answer.status_code,
            headers=dict(answer.headers),
            body=None,
            sent_at=sent_at,
            duration_ms=(time.monotonic() - started) * 1000,
        )


@asynccontextmanager
async def open_anteroom(
    settings: Settings, environ: Mapping[str, str], recorder: Recorder, seconds: float
) -> AsyncIterator[Anteroom]:
    """The room, for so many seconds; closed with the block. Nobody is signed in yet."""
    deadline, endpoints = Deadline.after(seconds), endpoints_of(settings)
    limiter = Limiter(settings.concurrency)
    async with AsyncExitStack() as stack:
        transport = await stack.enter_async_context(open_transport(settings.concurrency))
        yield Anteroom(
            endpoints=endpoints,
            recorder=recorder,
            deadline=deadline,
            names=Names(endpoints, settings.resolver),
            ports=Ports(limiter.in_flight, deadline),
            _settings=settings,
            _environ=environ,
            _transport=transport,
            _limiter=limiter,
            _stack=stack,
        )
