"""One look at what is live, all at once and under one deadline: what is not back by then is said to be missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from auditor.cloud.clouds import endpoints_of
from auditor.cloud.door import Cloud, open_cloud
from auditor.cloud.names import NameAnswer, Names
from auditor.cloud.recorder import KeepBody, Recorder
from auditor.collect import Collected, collect
from auditor.collect.access import DENY_ASSIGNMENTS, ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, ROLE_ELIGIBILITIES
from auditor.collect.accounts import ACCOUNT, ACCOUNTS, DELETED_ACCOUNTS
from auditor.collect.activity import recent_activity
from auditor.collect.blocklists import BLOCKLISTS
from auditor.collect.collector import Collector
from auditor.collect.content_policies import CONTENT_POLICIES
from auditor.collect.context import PROVIDER_REGISTRATION, SUBSCRIPTION
from auditor.collect.deployments import DEPLOYMENTS
from auditor.collect.encryption_keys import VAULT, VAULT_KEY
from auditor.collect.health import RESOURCE_HEALTH, SERVICE_EVENTS
from auditor.collect.host_names import HOST_NAMES
from auditor.collect.look import Look
from auditor.collect.metrics import recent_metrics
from auditor.collect.model_capacities import MODEL_CAPACITIES
from auditor.collect.models import MODELS
from auditor.collect.perimeters import PERIMETERS
from auditor.collect.private_dns import DNS_RECORDS, NETWORK_LINKS
from auditor.collect.private_endpoints import NETWORK_INTERFACE, PRIVATE_ENDPOINT, ZONE_GROUPS
from auditor.collect.target import Target as Found
from auditor.collect.tls_ports import TLS_PORTS
from auditor.collect.usages import USAGES
from auditor.errors import SignInError
from auditor.probe import probe
from auditor.probe.stages import RESOLVE
from auditor.probe.target import targets
from auditor.probe.traced import TRACED
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, Principal, Resource, Snapshot
from auditor.triage.asked import Asked
from auditor.triage.remembered import called_at_once, settled, unsigned

STATE: tuple[Collector, ...] = (
    ACCOUNTS,
    ACCOUNT,
    SUBSCRIPTION,
    PROVIDER_REGISTRATION,
    DELETED_ACCOUNTS,
    USAGES,
    MODELS,
    CONTENT_POLICIES,
    BLOCKLISTS,
    ROLE_ASSIGNMENTS,
    ROLE_DEFINITIONS,
    ROLE_ELIGIBILITIES,
    DENY_ASSIGNMENTS,
    HOST_NAMES,
    TLS_PORTS,
    PRIVATE_ENDPOINT,
    ZONE_GROUPS,
    NETWORK_INTERFACE,
    NETWORK_LINKS,
    DNS_RECORDS,
    PERIMETERS,
    VAULT,
    VAULT_KEY,
    RESOURCE_HEALTH,
    SERVICE_EVENTS,
    MODEL_CAPACITIES,
)
"""What a call to a deployment hangs on, as it is now."""

LEAST_METRICS = timedelta(hours=1)
"""Numbers of a shorter time tell nothing of what is ordinary."""

LEAST_CHANGES = timedelta(hours=24)
MOST_CHANGES = timedelta(days=14)
"""How far back changes are looked for; up to the last green bundle, within these."""

GRACE = 0.5
"""Seconds after the deadline for what ends at it by itself, and says so better."""


async def look(
    settings: Settings,
    asked: Asked,
    *,
    environ: Mapping[str, str],
    keep: KeepBody | None = None,
    progress: Callable[[str], None],
    announce: Callable[[str], None],
) -> Snapshot:
    """What was seen within the deadline; a cancelled one gives what was seen until then, marked as interrupted.

    The deployments that settings declare are called at once, at the address that the last green bundle remembers or
    that their account's name tells; all else that may be called, as soon as its account's deployments are known. So
    a control plane that does not answer hides nothing of the data plane.
    """
    settings = _hurried(settings, asked.deadline)
    recorder, taken_at = Recorder(keep), datetime.now(UTC)
    try:
        async with open_cloud(settings, environ, recorder) as cloud:
            seen = await _Seeing(cloud, settings, asked, progress).all()
            principal = cloud.principal
    except SignInError as error:
        announce(str(error))
        return await _without_token(settings, asked, recorder, taken_at, error)
    collected = seen.collected
    return Snapshot(
        cloud=cloud.endpoints.name,
        taken_at=taken_at,
        ended_at=datetime.now(UTC),
        interrupted=seen.interrupted,
        principal=principal,
        settings=settings.model_dump(mode="json"),
        api_versions=collected.api_versions,
        notices=recorder.notices,
        readings=recorder.readings,
        resources=(*collected.resources, *settled(seen.probes, collected.resources)),
        listings=collected.listings,
        gaps=(*collected.gaps, *seen.gaps),
    )


class _Seeing:
    """The state and the calls, side by side."""

    def __init__(self, cloud: Cloud, settings: Settings, asked: Asked, progress: Callable[[str], None]) -> None:
        self._cloud, self._settings, self._asked, self._progress = cloud, settings, asked, progress
        self._called: set[tuple[str, str]] = set()
        """Host and deployment."""
        self._resolved: dict[str, asyncio.Task[JsonObject]] = {}
        self.probes: list[Resource] = []
        self.gaps: list[Gap] = []
        self.collected = Collected((), (), (), {})
        self.interrupted = False

    async def all(self) -> _Seeing:
        """Waits for both, to the deadline at most."""
        collecting = asyncio.create_task(self._state())
        calling = asyncio.create_task(self._call(called_at_once(self._settings, self._asked, self._cloud.endpoints)))
        both = (collecting, calling)
        try:
            await asyncio.wait(both, timeout=self._cloud.deadline.remaining + GRACE)
        except asyncio.CancelledError:
            self.interrupted = True
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for one in self._resolved.values():
            one.cancel()
        for task in both:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        return self

    async def _state(self) -> None:
        since = self._asked.since
        metrics = recent_metrics(max(since, LEAST_METRICS))
        changes = recent_activity(min(max(since, LEAST_CHANGES, self._asked.age), MOST_CHANGES))
        deployments = replace(DEPLOYMENTS, collect=self._deployments)
        collectors = (*STATE, metrics, changes, deployments)
        self.collected = await collect(self._cloud, self._settings, self._progress, collectors=collectors)

    async def _deployments(self, look: Look, target: Found) -> None:
        """Reads an account's deployments, and calls those that were not yet called."""
        await DEPLOYMENTS.collect(look, target)
        here = target.id.lower()
        known = [
            one
            for one in look.results()[0]
            if one.kind == "model" or here in (one.id.lower(), (one.parent or "").lower())
        ]
        await self._call(known)

    async def _call(self, resources: Iterable[Resource]) -> None:
        """Calls those of their deployments that are wanted and were not called there yet."""
        known = tuple(resources)
        called: set[str] = set()
        for target in targets(self._settings, known, self._cloud.endpoints) if known else ():
            host = target.surfaces[0].host if target.surfaces else ""
            if (
                not self._asked.wants(target.name, declared=target.declared)
                or (host, target.name.lower()) in self._called
            ):
                continue
            called.add(target.id)
            self._called.add((host, target.name.lower()))
            if host and host not in self._resolved:
                self._resolved[host] = asyncio.create_task(resolving(self._cloud.names, host))
        if not called:
            return
        probes, gaps = await probe(
            self._cloud, self._settings, known, self._progress, only=TRACED, among=lambda target: target.id in called
        )
        self.gaps += gaps
        for one in probes:
            self.probes.append(await self._with_resolving(one))

    async def _with_resolving(self, one: Resource) -> Resource:
        host = urlsplit(str(one.body.get("endpoint") or "")).hostname or ""
        if "stages" not in one.body or host not in self._resolved:
            return one
        with suppress(asyncio.CancelledError):
            return one.model_copy(
                update={"body": {**one.body, "stages": [await self._resolved[host], *one.body["stages"]]}}
            )
        return one


async def resolving(names: Names, host: str) -> JsonObject:
    """The stage of a call in which its host's name is asked for; the system asks again when it connects."""
    begun = time.monotonic()
    answer = await names.ask(host)
    ms = round((time.monotonic() - begun) * 1000, 1)
    if not isinstance(answer, NameAnswer):
        return {"name": RESOLVE, "ms": ms, "outcome": "failed", "note": answer.detail}
    if not answer.addresses:
        return {"name": RESOLVE, "ms": ms, "outcome": "failed", "note": f"{answer.resolver} knows no address of it"}
    return {"name": RESOLVE, "ms": ms, "outcome": "ok", "note": ", ".join(answer.addresses[:3])}


async def _without_token(
    settings: Settings, asked: Asked, recorder: Recorder, taken_at: datetime, error: SignInError
) -> Snapshot:
    """What can be seen by who can't sign in: that, and whether the names resolve."""
    endpoints = endpoints_of(settings)
    names = Names(endpoints, settings.resolver)
    probes = []
    for one, host in unsigned(settings, asked, endpoints, _refusals(str(error))):
        stage = await resolving(names, host)
        probes.append(one.model_copy(update={"body": {**one.body, "stages": [stage, *one.body["stages"]]}}))
    return Snapshot(
        cloud=endpoints.name,
        taken_at=taken_at,
        ended_at=datetime.now(UTC),
        principal=Principal(credential="none"),
        settings=settings.model_dump(mode="json"),
        notices=recorder.notices,
        readings=recorder.readings,
        resources=tuple(probes),
    )


def _refusals(words: str) -> str:
    """What credentials that are configured were told; all that was said where none is."""
    first, *tried = words.splitlines()
    refused = [line.strip() for line in tried if ": failed (" in line]
    return "; ".join((first.rstrip(":"), *refused)) if refused else " ".join(words.split())


def _hurried(settings: Settings, deadline: float) -> Settings:
    """The settings with this deadline, and one call where settings ask for calls at all."""
    probes = settings.probes.model_copy(
        update={"repeat": 1, "money": None, "retail_prices": False, "seconds": deadline}
    )
    return settings.model_copy(update={"deadline_seconds": deadline, "probes": probes})
