"""What fails on a second API is a finding and a row of the report of calls, each with the surface's name."""

from __future__ import annotations

import pytest

from auditor.finding import Outcome
from tests.conftest import Done, audit_world


@pytest.fixture(scope="module")
def projectless() -> Done:
    return audit_world("healthy", ["other-surface-fails"])


def test_the_finding_names_surface_probe_and_cause(projectless: Done) -> None:
    """And its fix is the failure's own next step: the role that reaches the project."""
    (found,) = [
        finding
        for finding in projectless.audit.run.findings
        if finding.check == "other-surface-fails" and finding.outcome is Outcome.FAIL
    ]
    assert "text fails by project matter-review: " in found.message
    assert "AIServices/responses/write" in found.message
    assert found.fix
    assert "az role assignment create" in str(found.fix.text)


def test_the_rows_of_calls_name_the_surface_and_the_failure(projectless: Done) -> None:
    """Each with its workload, and what was not asked with the reason."""
    rows = {call.probe: call for call in projectless.audit.run.calls if call.deployment == "matter-chat"}
    refused = rows["text (project)"]
    assert (refused.outcome, refused.failure, refused.workload) == ("refused", "missing-data-role", "matter-assistant")
    assert rows["conversation (project)"].outcome == "skipped"
    assert rows["conversation (2025-04-01-preview)"].outcome == "completed"
    assert rows["text"].outcome == "completed"


def test_a_skipped_surface_leaves_the_check_unknown_and_never_passed() -> None:
    """Without live calls nobody knows."""
    done = audit_world("healthy", flags={"--no-probes": False})
    outcomes = {one.outcome for one in done.audit.run.findings if one.check == "other-surface-fails"}
    assert Outcome.UNKNOWN in outcomes
    assert outcomes <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
