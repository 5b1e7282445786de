"""The whole arrow: settings and a way in become a snapshot, and the snapshot a run."""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from auditor import __version__
from auditor.cloud.door import Cloud, open_cloud
from auditor.cloud.recorder import KeepBody, Recorder
from auditor.cloud.redaction import bounded_member
from auditor.collect import COLLECTORS, ESSENTIAL, PLAN_COLLECTORS, Collected, collect
from auditor.collect.collector import Collector
from auditor.collect.confirmation import confirmation
from auditor.errors import ExitCode
from auditor.policy.attestations import Attestation, as_seen
from auditor.policy.calls import calls
from auditor.policy.dependencies import left_out
from auditor.policy.evaluate import judge as judge_subjects
from auditor.policy.facts import join
from auditor.policy.frameworks import Asked, Framework, hidden_kinds, judged
from auditor.policy.pack import Policy
from auditor.policy.routed import routed
from auditor.policy.spend import spend
from auditor.policy.verdict import counts, verdict
from auditor.policy.waivers import Waivers
from auditor.population import Population
from auditor.probe import plan_calls, probe
from auditor.probe.content_filter import canaries
from auditor.probe.plan import CallPlan
from auditor.run import Gate, Run, Tool
from auditor.settings import Settings
from auditor.snapshot import Gap, Listing, Resource, Snapshot

RESTS_ON = (
    "azure-core",
    "azure-identity",
    "azure-mgmt-cognitiveservices",
    "azure-mgmt-core",
    "azure-mgmt-network",
    "cel-expr-python",
    "openai",
    "pydantic",
)
"""Distributions whose version belongs into the evidence."""

CONTEXT = (
    "GITHUB_ACTOR",
    "GITHUB_EVENT_NAME",
    "GITHUB_REF",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_SHA",
    "GITHUB_WORKFLOW_REF",
    "RUNNER_NAME",
    "BUILD_BUILDID",
    "BUILD_DEFINITIONNAME",
    "BUILD_REQUESTEDFOR",
    "BUILD_SOURCEVERSION",
    "CI_COMMIT_SHA",
    "CI_JOB_ID",
    "CI_PIPELINE_ID",
    "CI_PROJECT_PATH",
)
"""Variables by which GitHub Actions, Azure Pipelines and GitLab say who started what; none of them is a secret.

https://docs.github.com/actions/reference/workflows-and-actions/variables
https://learn.microsoft.com/azure/devops/pipelines/build/variables
https://docs.gitlab.com/ci/variables/predefined_variables/
"""


OF_A_PLAN = (
    "This run judged a plan: whether what the settings name can be made. Nothing was called, and how that which exists "
    "is set up was not read."
)


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

    A `plan` is judged by what decides whether it can be made: nothing is called, and how things are set up not read.
    `files` is what was read of the files that say what the applications are built with.
    `announce` takes lines worth keeping (which credential won, what was found), `progress` what passes by.

    Raises SignInError where no credential gives a token, EmptyAuditError where there is nothing to judge.
    """
    if plan:
        collectors = PLAN_COLLECTORS
        passed_over = frozenset(one.kind for one in COLLECTORS) - {one.kind for one in PLAN_COLLECTORS}
    else:
        passed_over = left_out(policy.checks) - ESSENTIAL
        collectors = tuple(one for one in COLLECTORS if one.kind not in passed_over)
    seen = await look(settings, collectors, environ=environ, plan=plan, keep=keep, progress=progress, announce=announce)
    seen = seen.model_copy(update={"left_out": tuple(sorted(passed_over - {"probe"}))})
    snapshot = _with_files(_attested(seen, attestations), files)
    context = {name: bounded_member(name, environ[name]) for name in CONTEXT if environ.get(name)}
    run = judge(
        snapshot,
        settings,
        policy,
        waivers,
        run_id=run_id,
        command=command,
        context=context,
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
    collectors = tuple(one for one in COLLECTORS if one.kind in ESSENTIAL)
    async with open_cloud(settings, environ, Recorder(None)) as cloud:
        for line in cloud.tried:
            announce(line)
        collected = await collect(cloud, settings, progress, collectors=collectors)
        if collected.interrupted:
            raise KeyboardInterrupt
        plan = await plan_calls(cloud, settings, collected.resources)
    unseen = tuple(f"{gap.kind} of {gap.scope}: {gap.detail}" for gap in collected.gaps)
    return plan.model_copy(update={"unseen": unseen})


def judge(
    snapshot: Snapshot,
    settings: Settings,
    policy: Policy,
    waivers: Waivers,
    *,
    run_id: str,
    command: Sequence[str] = (),
    context: Mapping[str, str] | None = None,
    frameworks: Sequence[Framework] = (),
) -> Run:
    """The run that follows from a snapshot; what it says of findings depends on the first four alone.

    The states of the frameworks' controls follow from the findings, and change neither them nor the verdict.

    Raises EmptyAuditError where there is nothing to judge.
    """
    subjects = join(snapshot, settings)
    findings = judge_subjects(subjects, policy, waivers, gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at)
    word, reasons = verdict(findings, snapshot.gaps, settings.gate, snapshot.interrupted)
    asked = Asked(
        {applied.check.id: applied.check.subject for applied in policy.checks},
        hidden_kinds(snapshot.gaps, interrupted=snapshot.interrupted),
    )
    public = settings.model_dump(mode="json")
    return Run(
        id=run_id,
        verdict=word,
        reasons=reasons,
        exit_code=ExitCode.INTERRUPTED if snapshot.interrupted else word.exit_code,
        started_at=snapshot.taken_at,
        ended_at=snapshot.ended_at,
        interrupted=snapshot.interrupted,
        cloud=snapshot.cloud,
        notices=(
            *snapshot.notices,
            *((OF_A_PLAN,) if snapshot.plan else ()),
            *waivers.notices(findings, policy),
            *_not_collected(snapshot, policy),
        ),
        tool=_tool(),
        principal=snapshot.principal,
        context=dict(context or {}),
        command=tuple(command),
        settings=public,
        settings_sha256=sha256(settings.model_dump_json().encode()).hexdigest(),
        gate=Gate(fail_on=settings.gate.fail_on, incomplete_blocks=settings.gate.incomplete == "block"),
        policy=policy.record(),
        api_versions=snapshot.api_versions,
        population=population(snapshot),
        counts=counts(findings),
        waived=sum(finding.waiver is not None and not finding.waiver.expired for finding in findings),
        findings=findings,
        frameworks=judged(frameworks, findings, asked),
        calls=calls(snapshot, subjects),
        routed=routed(snapshot, subjects),
        spend=spend(snapshot, settings.probes),
        gaps=snapshot.gaps,
        readings=snapshot.readings,
    )


def _not_collected(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """That a snapshot lacks what these packs judge, since the packs that it was taken for did not need it."""
    lacking = sorted(set(snapshot.left_out) - left_out(policy.checks))
    if lacking:
        kinds = ", ".join(kind.replace("_", " ") for kind in lacking)
        yield f"the snapshot was taken for other packs and holds no {kinds}: run again with these packs to judge them"


def population(snapshot: Snapshot) -> tuple[Population, ...]:
    """How many of each kind were seen, in how many lists, and how many reads of that kind failed."""
    seen = Counter(resource.kind for resource in snapshot.resources)
    lists = Counter(listing.kind for listing in snapshot.listings)
    gaps = Counter(gap.kind for gap in snapshot.gaps)
    kinds = sorted((seen.keys() | lists.keys() | gaps.keys()) - {"required_actions"})
    return tuple(Population(kind=kind, count=seen[kind], lists_read=lists[kind], gaps=gaps[kind]) for kind in kinds)


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


def _tool() -> Tool:
    packages = {}
    for name in RESTS_ON:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "not installed"
    return Tool(version=__version__, python=platform.python_version(), packages=packages)
