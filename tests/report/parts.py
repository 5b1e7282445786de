"""What runs are made of: subjects, findings, a reading, and the run around them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.finding import Finding, Outcome, Severity, Subject, Waived, fingerprint
from auditor.population import Population
from auditor.run import Gate, PolicyRecord, Run, Tool, Verdict
from auditor.snapshot import Principal, Reading
from tests.report.checks import CHECKS

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
PRINCIPAL = "00000000-0000-4000-8000-0000000000b2"
ACCOUNTS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-assistant/providers/Microsoft.CognitiveServices/accounts"
STARTED = datetime(2026, 11, 21, 6, 12, 44, tzinfo=UTC)


def account(name: str, workload: str | None = None) -> Subject:
    return Subject(kind="account", id=f"{ACCOUNTS}/{name}", name=name, workload=workload, location="swedencentral")


def deployment(of: str, name: str, workload: str | None = None) -> Subject:
    identity = f"{ACCOUNTS}/{of}/deployments/{name}"
    return Subject(kind="deployment", id=identity, name=name, workload=workload, location="swedencentral")


def reading(identity: str, path: str, status: int = 200) -> Reading:
    return Reading(
        id=identity,
        method="GET",
        url=f"https://management.azure.com{path}?api-version=2026-07-01",
        api_version="2026-07-01",
        status=status,
        sent_at=STARTED + timedelta(seconds=1),
        service_date="Sat, 21 Nov 2026 06:12:45 GMT",
        duration_ms=84.2,
        request_ids={"x-ms-request-id": "5f0b4a53-1b1e-4c1e-9d3b-0a4c3c1e7b11"},
        body_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        body_bytes=1834,
    )


def finding(check: str, subject: Subject, outcome: str, message: str, **more: Any) -> Finding:
    """A finding of one of the sample checks, with its fingerprint and whether it gates at `high`."""
    severity = next(record.severity for record in CHECKS if record.id == check)
    waiver: Waived | None = more.get("waiver")
    decides = outcome in {"fail", "unknown"} and severity.rank >= Severity.HIGH.rank
    return Finding(
        id=fingerprint(check, subject.id),
        check=check,
        severity=severity,
        outcome=Outcome(outcome),
        subject=subject,
        message=message,
        gating=decides and (waiver is None or waiver.expired),
        **more,
    )


def build(findings: tuple[Finding, ...], verdict: Verdict = Verdict.FAIL, **more: Any) -> Run:
    """A run around findings, its counts reckoned from them."""
    counted = Counter(item.outcome for item in findings)
    fields: dict[str, Any] = {
        "id": "20261121T061244Z-7f3a",
        "verdict": verdict,
        "reasons": (),
        "exit_code": int(verdict.exit_code),
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(seconds=12.4),
        "cloud": "public",
        "tool": Tool(
            version="0.1.0", python="3.11.7", packages={"azure-mgmt-cognitiveservices": "14.1.0", "openai": "3.52.0"}
        ),
        "principal": Principal(
            credential="github-oidc",
            tenant_id="00000000-0000-4000-8000-0000000000f1",
            object_id=PRINCIPAL,
            name="release-auditor",
        ),
        "context": {"actor": "mona", "workflow": "release.yml", "commit": "79e4acd"},
        "command": ("auditor", "run", "--settings", "auditor.yaml"),
        "settings": {
            "cloud": "public",
            "scope": {"subscriptions": [SUBSCRIPTION], "resource_groups": ["rg-assistant"]},
            "workloads": [
                {"name": "payments-assistant", "owner": "Payments platform team"},
                {"name": "search", "owner": "Search team"},
            ],
        },
        "settings_sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "gate": Gate(fail_on=Severity.HIGH),
        "policy": PolicyRecord(
            packs=("production",),
            digest="fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
            checks=CHECKS,
        ),
        "api_versions": {"account": "2026-07-01", "diagnostic_setting": "2021-05-01-preview"},
        "population": (
            Population(kind="account", count=3, lists_read=1, gaps=0),
            Population(kind="deployment", count=5, lists_read=3, gaps=0),
            Population(kind="diagnostic_setting", count=1, lists_read=1, gaps=2),
        ),
        "counts": {outcome: counted.get(outcome, 0) for outcome in Outcome},
        "waived": sum(1 for item in findings if item.waiver and not item.waiver.expired),
        "findings": findings,
    }
    return Run(**{**fields, **more})
