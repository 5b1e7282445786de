"""The files that a GitLab job picks up."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from auditor.ci import gitlab
from auditor.ci.issues import Lines
from auditor.run import Run
from tests.report.runs import hostile_run, large_run, passing_run, sample_run

LINES = Lines("auditor.yaml", {"payments-assistant": 7})

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""


@pytest.mark.parametrize("run", [sample_run(), hostile_run(), passing_run()])
def test_the_code_quality_report_is_as_gitlab_documents_it(run: Run) -> None:
    """Each standing failure once, with a fingerprint of its own."""
    report = json.loads(gitlab.code_quality(run, LINES))
    Draft202012Validator(SCHEMA).validate(report)
    told = {each.id for each in run.findings if each.outcome == "fail" or each.gating}
    waived = {each.id for each in run.findings if each.waiver and not each.waiver.expired}
    assert {each["fingerprint"] for each in report} == told - waived
    assert len(report) == len({each["fingerprint"] for each in report})


def test_the_worst_stands_first_and_the_report_does_not_grow_without_bound() -> None:
    report = gitlab.code_quality(large_run(20_000), LINES)
    assert len(report.encode()) <= gitlab.MOST_BYTES
    severities = [each["severity"] for each in json.loads(report)]
    assert severities[0] in {"blocker", "critical"}


def test_a_dotenv_line_is_one_line() -> None:
    """Line ends, quotes and dollars of a path make neither a second variable nor a substitution."""
    text = gitlab.dotenv({"evidence-path": "a\nAUDITOR_VERDICT=pass\r$HOME`x`\"'\\", "verdict": "fail"})
    assert text.splitlines()[1] == "AUDITOR_VERDICT=fail"
    assert all(re.fullmatch(r"[A-Z0-9_]+=[^\"'`$\\\n\r]*", line) for line in text.splitlines())
    assert len(text.splitlines()) == 2
