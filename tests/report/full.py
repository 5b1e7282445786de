"""The sample run with every further member of evidence: inventory, quota, exclusions, clock, waivers, controls."""

from __future__ import annotations

from datetime import date, timedelta

from auditor.call import RoutedCall, Spend
from auditor.control import ControlMapping
from auditor.inventory import DeploymentRow, QuotaRow
from auditor.population import Clock, Counted, Excluded, Population
from auditor.run import AttestationRecord, Run, WaiverRecord
from tests.report.parts import ACCOUNTS, STARTED
from tests.report.runs import framework_run
from tests.report.sample import MINI, POOL


def full_run() -> Run:
    run = framework_run()
    mapping = ControlMapping(
        framework="nist-800-53-r5",
        control="AC-3",
        relation="supports",
        source="https://example.com/initiative.json",
        item="71ef260a",
    )
    checks = tuple(
        check.model_copy(update={"controls": (mapping,)}) if check.id == "api-keys-accepted" else check
        for check in run.policy.checks
    )
    return run.model_copy(
        update={
            "policy": run.policy.model_copy(update={"checks": checks}),
            "deployments": (
                DeploymentRow(
                    id=MINI.id,
                    name=MINI.name,
                    account="aoai-chat",
                    workload=MINI.workload,
                    location="swedencentral",
                    declared=True,
                    model="gpt-5.4-mini",
                    version="2026-03-05",
                    sku="GlobalStandard",
                    capacity=50,
                    state="Succeeded",
                    lifecycle="GenerallyAvailable",
                    retires=date(2026, 12, 31),
                    retirement_status="Planned",
                    quota=POOL.id,
                ),
                DeploymentRow(id=f"{ACCOUNTS}/aoai-lab/deployments/x", name="x", account="aoai-lab"),
            ),
            "quota": (
                QuotaRow(id=POOL.id, name=POOL.name, location="swedencentral", used=480, limit=500, planned=-50),
            ),
            "excluded": (Excluded(kind="account", id=f"{ACCOUNTS}/aoai-old", reason="The scope does not name it."),),
            "population": (
                Population(
                    kind="account",
                    count=3,
                    lists_read=1,
                    gaps=0,
                    found_by=("GET /subscriptions/{id}/providers/Microsoft.CognitiveServices/accounts",),
                    second=Counted(source="ARM's list of resources", count=4),
                ),
                *run.population[1:],
            ),
            "clock": Clock(
                ours=STARTED,
                service=STARTED + timedelta(seconds=1),
                reading="r-account",
                skew_seconds=-1,
                largest_seconds=-1,
            ),
            "waivers": (
                WaiverRecord(
                    check="public-network-access",
                    subject="aoai-search",
                    owner="Grace Hopper",
                    reason="Private endpoint arrives with the hub migration",
                    ticket="NET-204",
                    expires=date(2027, 1, 31),
                    state="in_force",
                ),
            ),
            "attestations": (
                AttestationRecord(
                    control="AC-2",
                    statement="Access is reviewed each quarter.",
                    holds=True,
                    owner="Ada",
                    evidence="https://example.com/review",
                    stated=date(2026, 10, 1),
                    expires=date(2027, 1, 1),
                    in_force=True,
                ),
            ),
            "routed": (RoutedCall(deployment="router", account="aoai-chat", task="a sum", requested_model="router"),),
            "spend": Spend(calls=2, input_tokens=11, output_tokens=2, money=0.0004, currency="USD"),
        }
    )
