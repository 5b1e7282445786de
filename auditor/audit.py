"""The whole arrow: settings and a way in become a snapshot, and the snapshot, judged, a run; here is the looking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from auditor.cloud.door import Cloud, open_cloud
from auditor.cloud.pages import Rows
from auditor.cloud.recorder import KeepBody, Recorder
from auditor.cloud.subscriptions import subscriptions
from auditor.collect import ALWAYS, COLLECTORS, ESSENTIAL, PLAN_COLLECTORS, Collected, collect
from auditor.collect.collector import Collector
from auditor.collect.confirmation import confirmation
from auditor.collect.host_names import HOST_NAMES
from auditor.judgement import judge
from auditor.origin import origin
from auditor.policy.attestations import Attestation, as_seen
from auditor.policy.dependencies import left_out, unasked
from auditor.policy.frameworks import Framework
from auditor.policy.pack import Policy
from auditor.policy.provisioning import as_told
from auditor.policy.waivers import Waivers
from auditor.probe import plan_calls, probe
from auditor.probe.content_filter import canaries
from auditor.probe.plan import CallPlan
from auditor.run import Run
from auditor.settings import Settings
from auditor.snapshot import Gap, Listing, Resource, Snapshot


@dataclass(frozen=True, repr=False)
class Audit:
    """What was seen, and what follows from it.

    It has no repr: asyncio.run makes one of what its task gave, and that of some ten thousand findings takes seconds.
    """

    snapshot: Snapshot
    run: Run


class Files(Protocol):
    """What was read beside the settings: `auditor.settings_file.requirements.Requirements`."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        """What the files name."""

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The proof, for each file, that this is all."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The files that could not be read."""


async def audit(
    settings: Settings,
    policy: Policy,
    waivers: Waivers,
    *,
    attestations: Sequence[Attestation] = (),
    files: Files | None = None,
    environ: Mapping[str, str],
    run_id: str,
    command: Sequence[str],
    frameworks: Sequence[Framework] = (),
    plan: bool = False,
    keep: KeepBody | None,
    progress: Callable[[str], None],
    announce: Callable[[str], None],
) -> Audit:
    """One audit, whole; a cancelled one gives what was seen until then, marked as interrupted.

    With `plan`, only what decides whether the plan can be made is read and judged, not how things are set up, and
    nothing is called. `files` is what was read of the files that say what the applications are built with.
    `announce` takes lines worth keeping (which credential won, what was found), `progress` what is being done just now.

    Raises SignInError where no credential gives a token, EmptyAuditError where there is nothing to judge.
    """
    if plan:
        collectors = PLAN_COLLECTORS
        passed_over = frozenset(one.kind for one in COLLECTORS) - {one.kind for one in PLAN_COLLECTORS}
    else:
        passed_over = (left_out(policy.checks) | unasked(settings)) - ALWAYS
        collectors = tuple(one for one in COLLECTORS if one.kind not in passed_over)
    seen = await look(settings, collectors, environ=environ, plan=plan, keep=keep, progress=progress, announce=announce)
    seen = seen.model_copy(update={"left_out": tuple(sorted(passed_over - {"probe"}))})
    if plan:
        seen = seen.model_copy(update={"resources": (*seen.resources, *as_told(environ))})
    snapshot = _with_files(_attested(seen, attestations), files)
    run = judge(
        snapshot,
        settings,
        policy,
        waivers,
        run_id=run_id,
        command=command,
        context=origin(environ),
        frameworks=frameworks,
    )
    return Audit(snapshot, run)


async def look(
    settings: Settings,
    collectors: tuple[Collector, ...],
    *,
    environ: Mapping[str, str],
    plan: bool,
    keep: KeepBody | None,
    progress: Callable[[str], None],
    announce: Callable[[str], None],
) -> Snapshot:
    """What the collectors see and, but for a `plan`, what calls to the deployments tell; see `audit`."""
    recorder = Recorder(keep, unsaid=canaries(settings, environ))
    taken_at = datetime.now(UTC)
    async with open_cloud(settings, environ, recorder) as cloud:
        for line in cloud.tried:
            announce(line)
        collected = await collect(cloud, settings, progress, collectors=collectors)
        for line in confirmation(cloud.principal, cloud.endpoints.name, settings.scope, collected.resources):
            announce(line)
        seen: tuple[Resource, ...] = ()
        gaps: tuple[Gap, ...] = ()
        interrupted = collected.interrupted
        if not plan:
            seen, gaps, interrupted = await _probe(cloud, settings, collected, progress)
        found = _snapshot(settings, cloud, collected, seen, gaps, taken_at=taken_at, interrupted=interrupted)
    return found.model_copy(update={"plan": plan})


async def rehearsal(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    progress: Callable[[str], None],
    announce: Callable[[str], None],
) -> CallPlan:
    """What a run would ask of deployments and what that may cost; reads what decides it, and calls none.

    Raises SignInError where no credential gives a token, EmptyAuditError where no account can be seen.
    """
    deciding = ESSENTIAL | ({HOST_NAMES.kind} if settings.probes.negative else frozenset())
    collectors = tuple(one for one in COLLECTORS if one.kind in deciding)
    async with open_cloud(settings, environ, Recorder(None)) as cloud:
        for line in cloud.tried:
            announce(line)
        collected = await collect(cloud, settings, progress, collectors=collectors)
        if collected.interrupted:
            raise KeyboardInterrupt
        plan = await plan_calls(cloud, settings, collected.resources)
    unseen = tuple(f"{gap.kind} of {gap.scope}: {gap.detail}" for gap in collected.gaps)
    return plan.model_copy(update={"unseen": unseen})


async def subscriptions_seen(
    settings: Settings, *, environ: Mapping[str, str], announce: Callable[[str], None]
) -> Rows | Gap:
    """The subscriptions that the identity sees, or why they could not be listed; the settings' scope is not looked at.

    Raises SignInError where no credential gives a token.
    """
    async with open_cloud(settings, environ, Recorder(None)) as cloud:
        for line in cloud.tried:
            announce(line)
        return await subscriptions(cloud.arm)


async def _probe(
    cloud: Cloud, settings: Settings, collected: Collected, progress: Callable[[str], None]
) -> tuple[tuple[Resource, ...], tuple[Gap, ...], bool]:
    """The live calls, unless the run was interrupted before them; the flag tells whether it was by now."""
    if collected.interrupted:
        return (), (), True
    probes, gaps = await probe(cloud, settings, collected.resources, progress)
    task = asyncio.current_task()
    return (
        probes,
        gaps,
        any(gap.reason == "interrupted" for gap in gaps) or (task is not None and task.cancelling() > 0),
    )


def _snapshot(
    settings: Settings,
    cloud: Cloud,
    collected: Collected,
    probes: Iterable[Resource],
    gaps: Iterable[Gap],
    *,
    taken_at: datetime,
    interrupted: bool,
) -> Snapshot:
    return Snapshot(
        cloud=cloud.endpoints.name,
        taken_at=taken_at,
        ended_at=datetime.now(UTC),
        interrupted=interrupted,
        principal=cloud.principal,
        settings=settings.model_dump(mode="json"),
        api_versions=collected.api_versions,
        notices=cloud.recorder.notices,
        readings=cloud.recorder.readings,
        resources=(*collected.resources, *probes),
        listings=collected.listings,
        gaps=(*collected.gaps, *gaps),
    )


def _attested(snapshot: Snapshot, attestations: Sequence[Attestation]) -> Snapshot:
    """The snapshot with what people state beside what was seen."""
    stated, all_of_them = as_seen(attestations)
    return snapshot.model_copy(
        update={
            "resources": (*snapshot.resources, *stated),
            "listings": (*snapshot.listings, *((all_of_them,) if stated else ())),
        }
    )


def _with_files(snapshot: Snapshot, files: Files | None) -> Snapshot:
    if files is None:
        return snapshot
    return snapshot.model_copy(
        update={
            "resources": (*snapshot.resources, *files.resources),
            "listings": (*snapshot.listings, *files.listings),
            "gaps": (*snapshot.gaps, *files.gaps),
        }
    )
