"""GitLab: a code quality report, a JUnit report and variables in a dotenv report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.ci.issues import Lines, listing
from auditor.finding import Finding, Outcome, Severity
from auditor.report import digest, hostile, wording
from auditor.run import Run

CODE_QUALITY = "gl-code-quality-report.json"
JUNIT = "gl-junit-report.xml"
DOTENV = "auditor.env"

MOST_BYTES = 8 * 1024 * 1024
"""Of the code quality report; GitLab parses none that is much larger."""

_LISTED = 500
_DESCRIPTION, _VARIABLE = 1000, 500
_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}
_NOT_A_NAME = re.compile(r"[^A-Z0-9]+")
_NOT_A_VALUE = re.compile(r"[^\x20-\x7e]|[\"'`$\\]")


def code_quality(run: Run, lines: Lines) -> str:
    """The file: each standing failure and each unknown that decides the verdict, worst first.

    A fingerprint names check and subject, so that a merge request shows what came and what went.
    """
    standing = digest.worst_first((*digest.failures(run), *digest.unknowns(run)))
    kept: list[str] = []
    left = MOST_BYTES
    for finding in standing:
        if finding.gating or finding.outcome is Outcome.FAIL:
            text = json.dumps(_entry(finding, lines), ensure_ascii=False)
            left -= len(text.encode()) + 2
            if left < 0:
                break
            kept.append(text)
    return "[\n" + ",\n".join(kept) + "\n]\n"


def dotenv(values: Mapping[str, str]) -> str:
    """A line `AUDITOR_VERDICT=fail` for each value; characters that GitLab would take for more become `_`."""
    return "".join(
        f"AUDITOR_{_NOT_A_NAME.sub('_', name.upper())}={_NOT_A_VALUE.sub('_', value)[:_VARIABLE]}\n"
        for name, value in values.items()
    )


def log(run: Run) -> Iterator[str]:
    """Lines for the job's log: the verdict, and what failed or is unknown, worst first."""
    yield f"{wording.VERDICTS[run.verdict]}: {wording.summary(run)}"
    yield from (f"NOTICE: {hostile.line(notice)}" for notice in run.notices)
    yield from listing(run, _LISTED)


def _entry(finding: Finding, lines: Lines) -> dict[str, Any]:
    word = "" if finding.outcome is Outcome.FAIL else "Unknown: "
    return {
        "description": hostile.line(f"{word}{finding.subject.name}: {finding.message}", _DESCRIPTION),
        "check_name": hostile.line(finding.check),
        "fingerprint": finding.id,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": lines.file or "auditor.yaml",
            "lines": {"begin": lines.of(finding.subject.workload)},
        },
    }
