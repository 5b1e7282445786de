"""The one way in: signs in, and hands out everything that looks at Azure, all bounded by one deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.cloud.arm import Arm
from auditor.cloud.clients import Clients
from auditor.cloud.clouds import endpoints_of
from auditor.cloud.deadline import Deadline
from auditor.cloud.limiter import Limiter
from auditor.cloud.names import Names
from auditor.cloud.ports import Ports
from auditor.cloud.reads import Reads
from auditor.cloud.recorder import Recorder
from auditor.cloud.retail import Retail
from auditor.cloud.transport import open_transport
from auditor.cloud.versions import Versions
from auditor.settings import Endpoints, Settings
from auditor.snapshot import Principal

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from auditor.cloud.model import Models


@dataclass(frozen=True)
class Cloud:
    """An authenticated way in, made by `open_cloud`."""

    endpoints: Endpoints
    principal: Principal
    recorder: Recorder
    deadline: Deadline
    credential: AsyncTokenCredential
    """Keeps its tokens; shared by everybody."""
    tried: tuple[str, ...]
    """What became of each link of the sign-in chain, for people to read."""
    arm: Arm
    models: Models
    names: Names
    ports: Ports
    environ: Mapping[str, str] = field(repr=False)
    """The variables of the process."""
    retail: Retail


@asynccontextmanager
async def open_cloud(settings: Settings, environ: Mapping[str, str], recorder: Recorder) -> AsyncIterator[Cloud]:
    """The cloud that settings name, signed in to with the credential that `environ` gives; closed with the block.

    The run's deadline begins here. Proxies and trusted certificates come from the process's own environment.
    Raises SignInError when no credential gives a token.
    """
    from auditor.cloud.credential import sign_in
    from auditor.cloud.links import SignIn
    from auditor.cloud.model import Models
    from auditor.cloud.pipeline import Rules

    deadline, endpoints = Deadline.after(settings.deadline_seconds), endpoints_of(settings)
    async with AsyncExitStack() as stack:
        transport = await stack.enter_async_context(open_transport(settings.concurrency))
        how = SignIn(environ=environ, endpoints=endpoints, tenant=settings.tenant, transport=transport)
        scope = endpoints.resource_manager_scope
        credential, principal, tried = await sign_in(settings.credentials, how, scope, deadline)
        stack.push_async_callback(credential.close)
        models = Models(endpoints, credential, recorder, environ)
        stack.push_async_callback(models.aclose)
        if settings.probes.enabled:
            models.prepare()
        versions, limiter = Versions(), Limiter(settings.concurrency)
        rules = Rules(endpoints, credential, recorder, limiter, deadline)
        reads = Reads(deadline=deadline, versions=versions, object_id=principal.object_id)
        yield Cloud(
            endpoints=endpoints,
            principal=principal,
            recorder=recorder,
            deadline=deadline,
            credential=credential,
            tried=tried,
            arm=Arm(Clients(rules, transport), reads, versions.read_with),
            models=models,
            names=Names(endpoints, settings.resolver),
            ports=Ports(limiter.in_flight, deadline),
            environ=environ,
            retail=Retail(rules, transport),
        )
