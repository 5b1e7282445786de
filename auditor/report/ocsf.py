"""findings.ocsf.jsonl: OCSF 1.5.0 Compliance Findings, one a line, for security data lakes and SIEMs.

Class 2003 of category 2 (https://schema.ocsf.io/1.5.0/classes/compliance_finding). Times are milliseconds since 1970
(https://schema.ocsf.io/1.5.0/data_types, timestamp_t). Only members of 1.5.0 are used, so that readers of later
versions understand them too. The first line is about the audit itself: without it a lake would take what could not be
seen for what is not there.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from auditor.finding import Finding, Outcome, Severity
from auditor.report import digest, hostile, wording
from auditor.run import CheckRecord, Run

VERSION = "1.5.0"

_STATUS = {
    Outcome.PASS: (1, "Pass"),
    Outcome.UNKNOWN: (2, "Warning"),
    Outcome.FAIL: (3, "Fail"),
    Outcome.NOT_APPLICABLE: (99, "Not applicable"),
}
"""compliance.status_id: 2 is "did not yield a result due to missing information"; for 99 the source gives the word."""

_SEVERITIES = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}

_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")
_RULE = 1
"""analytic.type_id."""


def render(run: Run) -> str:
    """The whole file: the audit itself, then every finding, those first that decide the verdict."""
    checks = digest.checks(run)
    found = (_event(run, finding, checks[finding.check]) for finding in digest.worst_first(run.findings))
    events = chain((_audit(run),), found)
    return "".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events)


def _event(run: Run, finding: Finding, check: CheckRecord) -> dict[str, Any]:
    status, word = _STATUS[finding.outcome]
    matters = finding.outcome in {Outcome.FAIL, Outcome.UNKNOWN}
    mapped = check.controls
    accepted = wording.waiver(finding)
    return {
        **_head(run, finding.id, finding.severity if matters else Severity.INFO),
        **_lifecycle(_SUPPRESSED if digest.is_waived(finding) else _NEW, accepted),
        "message": hostile.line(finding.message),
        "finding_info": {
            "uid": finding.id,
            "title": hostile.line(check.title),
            "desc": hostile.line(check.why),
            "types": [hostile.line(check.area)],
            "created_time": _milliseconds(run.ended_at),
            "analytic": {"type_id": _RULE, "type": "Rule", "uid": check.id, "name": hostile.line(check.title)},
        },
        "compliance": {
            "control": hostile.line(check.id),
            "standards": sorted({hostile.line(mapping.framework) for mapping in mapped}) or _packs(run),
            "requirements": [hostile.line(f"{mapping.framework} {mapping.control}") for mapping in mapped],
            "status_id": status,
            "status": word,
            "status_detail": hostile.line(finding.message),
        },
        **_remediation(finding, check),
        "resources": [_resource(run, finding)],
        "unmapped": {
            "gating": finding.gating,
            "passes_when": hostile.line(check.passes_when),
            "facts": {hostile.line(fact.path): hostile.value(fact.value) for fact in finding.facts},
            "readings": list(finding.readings),
            "gaps": list(finding.gaps),
        },
    }


def _audit(run: Run) -> dict[str, Any]:
    """Whether the audit could see everything, as a finding like others."""
    complete = digest.is_complete(run)
    status, word = _STATUS[Outcome.PASS if complete else Outcome.UNKNOWN]
    said = f"Verdict {wording.VERDICTS[run.verdict].lower()}: {'; '.join(wording.reasons(run))}"
    return {
        **_head(run, "audit", Severity.INFO if complete else Severity.HIGH),
        **_lifecycle(_NEW, None),
        "message": hostile.line(said),
        "finding_info": {
            "uid": f"{hostile.line(run.id)}/audit",
            "title": "The audit could see everything in its scope",
            "desc": hostile.line(wording.scope(run)),
            "types": ["audit"],
            "created_time": _milliseconds(run.ended_at),
        },
        "compliance": {
            "control": "audit",
            "standards": _packs(run),
            "status_id": status,
            "status": word,
            "status_detail": wording.summary(run),
        },
        "resources": [{"uid": hostile.line(name), "type": word} for word, name in _scope(run)],
        "unmapped": {
            "verdict": run.verdict.value,
            "exit_code": run.exit_code,
            "basis": dict(wording.provenance(run)),
            "parameters": {f"{check}.{name}": setting for check, name, setting in wording.parameters(run)},
            "not_seen": [
                {"cause": wording.cause(cause), "places": len(cause.gaps), "next": hostile.line(wording.cures(cause))}
                for cause in digest.causes(run)
            ],
        },
    }


def _head(run: Run, uid: str, severity: Severity) -> dict[str, Any]:
    level, word = _SEVERITIES[severity]
    return {
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": _milliseconds(run.ended_at),
        "start_time": _milliseconds(run.started_at),
        "end_time": _milliseconds(run.ended_at),
        "severity_id": level,
        "severity": word,
        "metadata": {
            "version": VERSION,
            "product": {"name": run.tool.name, "vendor_name": run.tool.name, "version": run.tool.version},
            "uid": f"{hostile.line(run.id)}/{uid}",
            "correlation_uid": hostile.line(run.id),
            **({"tenant_uid": hostile.line(run.principal.tenant_id)} if run.principal.tenant_id else {}),
            **({"labels": [hostile.line(notice) for notice in run.notices]} if run.notices else {}),
        },
    }


def _lifecycle(status: tuple[int, str], detail: str | None) -> dict[str, Any]:
    return {"status_id": status[0], "status": status[1], **({"status_detail": detail} if detail else {})}


def _remediation(finding: Finding, check: CheckRecord) -> dict[str, Any]:
    fix = finding.fix
    said = (fix.text or fix.cli or fix.bicep) if fix else None
    if not said:
        return {}
    pages = [url for url in check.references if wording.is_web(url)]
    return {"remediation": {"desc": hostile.line(said), **({"references": pages} if pages else {})}}


def _resource(run: Run, finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    told = {
        "uid": hostile.line(subject.id),
        "name": hostile.line(subject.name),
        "type": wording.kind(subject.kind),
        "region": hostile.line(subject.location or ""),
        "cloud_partition": hostile.line(run.cloud),
    }
    labels = {"labels": [hostile.line(f"workload:{subject.workload}")]} if subject.workload else {}
    return {name: text for name, text in told.items() if text} | labels


def _scope(run: Run) -> tuple[tuple[str, str], ...]:
    return tuple((word, name) for word, names in wording.scope_parts(run) for name in names)


def _packs(run: Run) -> list[str]:
    """The standards that checks without a published mapping come from: the auditor's own packs; never empty."""
    return [hostile.line(f"{run.tool.name} {pack}") for pack in run.policy.packs] or [run.tool.name]


def _milliseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)
