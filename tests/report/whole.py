"""A run that tells everything that evidence can tell: population, clock, deployments, quota, waivers and statements."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from auditor.call import Call, Latency
from auditor.control import ControlMapping
from auditor.inventory import DeploymentRow, QuotaRow
from auditor.population import Clock, Counted, Excluded, Population
from auditor.run import AttestationRecord, Run, WaiverRecord
from tests.report.parts import ACCOUNTS, STARTED, SUBSCRIPTION
from tests.report.runs import framework_run
from tests.report.sample import CALLS

LOCATION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral"
SOURCE = "https://example.com/initiative.json"


def full_run() -> Run:
    run = framework_run()
    return run.model_copy(
        update={
            "clock": Clock(
                ours=STARTED + timedelta(seconds=1.4),
                service=STARTED + timedelta(seconds=1),
                reading="r-account",
                skew_seconds=0.4,
                largest_seconds=-0.9,
            ),
            "policy": run.policy.model_copy(
                update={
                    "pack_digests": {"production": "ab" * 32},
                    "checks": tuple(
                        check.model_copy(update={"controls": CONTROLS if check.area in {"identity", "network"} else ()})
                        for check in run.policy.checks
                    ),
                }
            ),
            "population": POPULATION,
            "excluded": (
                Excluded(kind="account", id=f"{ACCOUNTS}/aoai-old", reason="It is being deleted."),
                Excluded(kind="resource_health", id="resource_health", reason="No check of these packs needs it."),
            ),
            "deployments": DEPLOYMENTS,
            "quota": QUOTA,
            "waivers": WAIVERS,
            "attestations": ATTESTATIONS,
            "calls": (*CALLS, *MORE_CALLS),
        }
    )


CONTROLS = (
    ControlMapping(
        framework="NIST SP 800-53", control="AC-3", relation="partially-supports", source=SOURCE, item="71ef260a"
    ),
    ControlMapping(
        framework="NIST SP 800-53", control="SC-7", relation="partially-supports", source=SOURCE, item="71ef260a"
    ),
    ControlMapping(framework="mcsb-v1", control="IM-1", relation="supports", source=SOURCE, item="71ef260a"),
)

POPULATION = (
    Population(
        kind="account",
        count=3,
        lists_read=1,
        gaps=0,
        found_by=("GET /subscriptions/{id}/providers/Microsoft.CognitiveServices/accounts",),
        second=Counted(source="ARM's list of resources", count=3),
    ),
    Population(
        kind="deployment",
        count=5,
        lists_read=3,
        gaps=0,
        found_by=("GET {account}/deployments",),
        second=Counted(source="Resource Graph", count=6),
    ),
    Population(
        kind="diagnostic_setting",
        count=1,
        lists_read=1,
        gaps=2,
        found_by=("GET {account}/providers/Microsoft.Insights/diagnosticSettings",),
    ),
)


def _deployed(account: str, name: str, model: str, version: str, retires: date | None, **more: Any) -> DeploymentRow:
    fields: dict[str, Any] = {
        "location": "swedencentral",
        "declared": True,
        "sku": "GlobalStandard",
        "capacity": 50,
        "state": "Succeeded",
        "lifecycle": "GenerallyAvailable",
        "retirement_status": "Planned" if retires else None,
        "quota": f"{LOCATION}/usages/OpenAI.GlobalStandard.{model}",
    }
    return DeploymentRow(
        id=f"{ACCOUNTS}/{account}/deployments/{name}",
        name=name,
        account=account,
        model=model,
        version=version,
        retires=retires,
        **{**fields, **more},
    )


DEPLOYMENTS = (
    _deployed(
        "aoai-chat", "gpt-54-mini", "gpt-5.4-mini", "2026-03-05", date(2026, 12, 31), workload="payments-assistant"
    ),
    _deployed("aoai-chat", "chat", "gpt-5.4", "2026-03-05", date(2027, 9, 30), workload="payments-assistant"),
    _deployed("aoai-search", "rerank", "gpt-5.4", "2026-03-05", date(2027, 9, 30), workload="search"),
    _deployed("aoai-search", "embed", "text-embedding-3-large", "1", None, workload="search", lifecycle="Deprecating"),
    _deployed(
        "aoai-lab", "old", "gpt-4o-mini", "2024-07-18", date(2026, 11, 1), declared=False, state="Failed", quota=None
    ),
)


def _pool(name: str, used: int | None, limit: int | None, planned: int | None = None) -> QuotaRow:
    return QuotaRow(
        id=f"{LOCATION}/usages/{name}",
        name=name,
        location="swedencentral",
        used=used,
        limit=limit,
        planned=planned,
        unit="thousand tokens per minute",
    )


QUOTA = (
    _pool("OpenAI.GlobalStandard.gpt-5.4", 480, 500, 200),
    _pool("OpenAI.GlobalStandard.gpt-5.4-mini", 150, 2000, 100),
    _pool("OpenAI.GlobalStandard.text-embedding-3-large", 500, 500),
    _pool("OpenAI.Standard.gpt-4o-mini", 0, 100),
    _pool("OpenAI.Standard.o5", None, 100),
)

WAIVERS = (
    WaiverRecord(
        check="public-network-access",
        subject=f"{ACCOUNTS}/aoai-search",
        owner="Grace Hopper",
        reason="Private endpoint arrives with the hub migration",
        ticket="NET-204",
        created=date(2026, 10, 2),
        expires=date(2027, 1, 31),
        state="in_force",
    ),
    WaiverRecord(
        check="model-retires-soon",
        subject=f"{ACCOUNTS}/aoai-chat/deployments/gpt-54-mini",
        owner="Ada",
        reason="Migration planned",
        ticket="PAY-812",
        expires=date(2026, 11, 1),
        state="expired",
    ),
    WaiverRecord(
        check="api-keys-accepted",
        subject="*/gone",
        owner="Ada",
        reason="It was to be moved",
        ticket="PAY-9",
        expires=date(2027, 3, 1),
        state="unmatched",
    ),
)

ATTESTATIONS = (
    AttestationRecord(
        control="abuse-monitoring-approved",
        workload="payments-assistant",
        statement="Modified abuse monitoring was approved for this subscription.",
        holds=True,
        owner="Privacy office",
        evidence="https://example.com/approvals/4711",
        stated=date(2026, 8, 1),
        expires=date(2027, 8, 1),
        in_force=True,
    ),
    AttestationRecord(
        control="red-team-done",
        statement="A red team attacked the assistant before its release.",
        holds=True,
        owner="Security",
        evidence="https://example.com/red-team",
        stated=date(2025, 8, 1),
        expires=date(2026, 8, 1),
        in_force=False,
    ),
)

MORE_CALLS = (
    Call(
        deployment="chat",
        account="aoai-chat",
        workload="payments-assistant",
        probe="text",
        outcome="completed",
        requested_model="chat",
        responded_model="gpt-5.4-2026-03-05",
        latency_ms=420.0,
        input_tokens=110,
        output_tokens=64,
        http_status=200,
        proven=True,
        latency=Latency(samples_ms=(420.0, 390.0, 512.0, 1320.0, 450.0), p50=450.0),
    ),
    Call(
        deployment="chat",
        account="aoai-chat",
        workload="payments-assistant",
        probe="stream",
        outcome="completed",
        requested_model="chat",
        responded_model="gpt-5.4-2026-03-05",
        latency_ms=610.0,
        proven=True,
    ),
)
