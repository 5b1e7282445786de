"""results.sarif: SARIF 2.1.0 for GitHub code scanning, of what failed and is not waived.

Cloud resources are no source files, and GitHub refuses a file with a result that has no physical location: so each
result lies at line 1 of a pseudo-path made of names (`auditor.report.place`). Limits:
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from auditor.finding import Finding, Severity
from auditor.report import digest, hostile, wording
from auditor.report.place import pseudo_path
from auditor.run import CheckRecord, Run
from auditor.snapshot import Gap

MOST_RESULTS = 25_000
"""GitHub refuses a file with more results in one run."""

SHOWN_RESULTS = 5_000
"""Of those GitHub shows the most severe."""

MOST_TAGS = 20
"""Of a rule; GitHub refuses more, and shows ten."""

_NAME, _SHORT, _LONG = 255, 1024, 4000
"""Characters of a rule's name, of its descriptions, of a result's message."""

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}

_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.1",
}
"""GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, below low; 0.0 would be no severity at all."""

_PLACEHOLDER = re.compile(r"([{}])")
_LINK = re.compile(r"([\\\[\]])")


def render(run: Run) -> str:
    """The whole file; unless everything was seen it says that it did not succeed, so that GitHub closes no alert."""
    failures = digest.failures(run)
    checks = list(digest.checks(run).values())
    numbers = {check.id: number for number, check in enumerate(checks)}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": run.tool.name,
                        "version": run.tool.version,
                        "semanticVersion": run.tool.version,
                        "rules": [_rule(check) for check in checks],
                    }
                },
                "automationDetails": {"id": category(run), "description": {"text": _text(wording.scope(run))}},
                "invocations": [_invocation(run, len(failures))],
                "results": [_result(finding, numbers) for finding in failures[:MOST_RESULTS]],
                "columnKind": "utf16CodeUnits",
                "properties": _properties(run),
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def category(run: Run) -> str:
    """Names the scope, whatever was found in it: GitHub keeps one current analysis for each."""
    scope = json.dumps([run.cloud, run.settings.get("scope")], sort_keys=True).lower()
    return f"auditor/{sha256(scope.encode()).hexdigest()[:12]}/"


def _rule(check: CheckRecord) -> dict[str, Any]:
    page = next((url for url in check.references if wording.is_web(url)), None)
    links = "".join(f"\n\n<{hostile.line(url)}>" for url in check.references if wording.is_web(url))
    rule = hostile.markdown_code(check.passes_when)
    return {
        "id": hostile.line(check.id, _NAME),
        "name": "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", check.id))[:_NAME],
        "shortDescription": {"text": _text(check.title, _SHORT)},
        "fullDescription": {"text": _text(check.why, _SHORT)},
        **({"helpUri": page} if page else {}),
        "help": {
            "text": _text(f"{check.why} Passes when {check.passes_when}"),
            "markdown": f"Why it matters: {hostile.markdown(check.why)}\n\nPasses when {rule}{links}",
        },
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "tags": _tags(check),
            "precision": "very-high",
            "security-severity": _SCORES[check.severity],
        },
    }


def _tags(check: CheckRecord) -> list[str]:
    """What GitHub filters by: the area, then the controls that a publication maps it to, each once."""
    controls = (hostile.line(f"{mapping.framework}/{mapping.control}", _NAME) for mapping in check.controls)
    return list(dict.fromkeys(("azure-openai", hostile.line(check.area, _NAME), *controls)))[:MOST_TAGS]


def _result(finding: Finding, numbers: dict[str, int]) -> dict[str, Any]:
    subject = finding.subject
    fix = finding.fix
    mends = (fix.text or fix.cli) if fix else None
    return {
        "ruleId": hostile.line(finding.check, _NAME),
        "ruleIndex": numbers[finding.check],
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(finding.message + (f" What mends it: {mends}" if mends else ""))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": pseudo_path(subject)},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
                },
                "logicalLocations": [
                    {
                        "name": hostile.line(subject.name),
                        "fullyQualifiedName": hostile.line(subject.id),
                        "kind": "resource",
                    }
                ],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.id}:1"},
        "properties": {
            "severity": finding.severity.value,
            "gating": finding.gating,
            "workload": hostile.line(subject.workload or ""),
            "facts": {hostile.line(fact.path): hostile.value(fact.value) for fact in finding.facts},
        },
    }


def _invocation(run: Run, results: int) -> dict[str, Any]:
    notifications = [_gap_notification(gap) for gap in run.gaps]
    if results > MOST_RESULTS:
        cut = (
            f"{wording.count(results - MOST_RESULTS, 'result')} left out, the least severe; all stand in evidence.json"
        )
        notifications.append(_notification("results-left-out", "warning", cut))
    if results > SHOWN_RESULTS:
        shown = f"GitHub shows the {SHOWN_RESULTS:,} most severe of {results:,} results; all stand in evidence.json"
        notifications.append(_notification("results-not-shown", "note", shown))
    notifications += [_notification("notice", "note", notice) for notice in run.notices]
    return {
        "executionSuccessful": digest.is_complete(run),
        "exitCode": run.exit_code,
        "startTimeUtc": _time(run.started_at),
        "endTimeUtc": _time(run.ended_at),
        "toolExecutionNotifications": notifications,
    }


def _gap_notification(gap: Gap) -> dict[str, Any]:
    what = f"{wording.GAP_REASONS[gap.reason]}: {wording.kind(gap.kind)} under {gap.scope}"
    return _notification(f"gap-{gap.reason.value}", "error", f"{what}: {gap.detail} Next: {gap.next_step}")


def _notification(identity: str, level: str, text: str) -> dict[str, Any]:
    return {"descriptor": {"id": identity}, "level": level, "message": {"text": _text(text)}}


def _properties(run: Run) -> dict[str, Any]:
    return {
        "verdict": run.verdict.value,
        "reasons": list(wording.reasons(run)),
        "counts": wording.summary(run),
        "population": [kind.model_dump() for kind in run.population],
        "basis": dict(wording.provenance(run)),
        "parameters": {f"{check}.{name}": setting for check, name, setting in wording.parameters(run)},
    }


def _text(text: str, limit: int = _LONG) -> str:
    """Plain text in which SARIF finds neither a placeholder nor a link (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return _LINK.sub(r"\\\1", _PLACEHOLDER.sub(r"\1\1", hostile.line(text, limit)))


def _time(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
