"""What follows from a snapshot: with settings, a policy and waivers it becomes a run, and nothing is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from auditor.errors import ExitCode
from auditor.installed import tool
from auditor.policy.applied import policy_record
from auditor.policy.attestations import attestation_records
from auditor.policy.calls import calls
from auditor.policy.clock import clock, today
from auditor.policy.dependencies import left_out, load_dependencies, unasked
from auditor.policy.evaluate import judge as judge_subjects
from auditor.policy.excluded import excluded
from auditor.policy.facts import join
from auditor.policy.frameworks import Asked, Framework, hidden_kinds, judged
from auditor.policy.inventory import deployment_rows, quota_rows
from auditor.policy.pack import Policy
from auditor.policy.population import population
from auditor.policy.routed import routed
from auditor.policy.spend import spend
from auditor.policy.verdict import counts, verdict
from auditor.policy.waivers import Waivers
from auditor.run import Gate, Run
from auditor.settings import Settings
from auditor.snapshot import Snapshot

OF_A_PLAN = (
    "This run judged a plan: whether what the settings name can be made. Nothing was called, and how that which exists "
    "is set up was not read."
)


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
    day = today(snapshot)
    waivers = waivers.on(day)
    subjects = join(snapshot, settings)
    findings = judge_subjects(subjects, policy, waivers, gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at)
    bare = not any(each.kind in {"account", "workload"} for each in subjects)
    declared = bool(settings.workloads)
    word, reasons = verdict(findings, snapshot.gaps, settings.gate, snapshot.interrupted, bare=bare, declared=declared)
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
            *_not_collected(snapshot, settings, policy),
        ),
        tool=tool(),
        principal=snapshot.principal,
        context=dict(context or {}),
        command=tuple(command),
        settings=public,
        settings_sha256=sha256(settings.model_dump_json().encode()).hexdigest(),
        gate=Gate(fail_on=settings.gate.fail_on, incomplete_blocks=settings.gate.incomplete == "block"),
        policy=policy_record(policy, findings),
        api_versions=snapshot.api_versions,
        clock=clock(snapshot.readings),
        population=population(snapshot, settings),
        excluded=excluded(snapshot, settings),
        deployments=deployment_rows(subjects),
        quota=quota_rows(subjects),
        waivers=waivers.records(findings, policy),
        attestations=attestation_records(snapshot, day),
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


def _not_collected(snapshot: Snapshot, settings: Settings, policy: Policy) -> Iterator[str]:
    """That a snapshot lacks what is judged now, since the packs and settings that it was taken for did not need it."""
    needless = left_out(policy.checks) | unasked(settings)
    lacking = sorted((set(snapshot.left_out) - needless) & load_dependencies().keys())
    if lacking:
        kinds = ", ".join(kind.replace("_", " ") for kind in lacking)
        yield (
            f"the snapshot was taken for other packs or settings and holds no {kinds}: run again with these to judge"
            " them"
        )
