"""What a broken endpoint answers never crashes the run and never passes a check that needed it."""

from __future__ import annotations

import pytest

from auditor.finding import Outcome
from auditor.run import Verdict
from auditor.sandbox import FAULTS
from tests.conftest import audit_world
from tests.dependencies import staged_for

BAD_BODIES = sorted(name for name in FAULTS if name.startswith("arm-") and not name.startswith("arm-denied-"))
DENIALS = sorted(name for name in FAULTS if name.startswith("arm-denied-"))
CALLS = sorted(name for name in FAULTS if name.startswith("call-") and name != "call-throttled")
NOT_NEEDED = {"arm-denied-model-capacity", "arm-denied-event-hub-namespace"}
"""The healthy world holds the capacity that it declares already, and sends its activity log to other places as well."""
ANSWERED_WRONGLY = {"call-empty-output", "call-wrong-model"}
"""The call itself succeeds: what it brought is wrong."""


@pytest.mark.parametrize("fault", BAD_BODIES)
def test_a_bad_answer_of_the_resource_manager_leaves_gaps(fault: str) -> None:
    run = audit_world("healthy", [fault], flags={"--deadline": 8.0}).audit.run
    if run.verdict is Verdict.PASS:
        pytest.fail(f"{fault} was passed: {run.reasons}")
    assert run.gaps
    assert all(gap.detail and gap.next_step for gap in run.gaps)


@pytest.mark.parametrize("fault", DENIALS)
def test_a_denied_kind_is_unknown_where_it_matters_and_nowhere_failed(fault: str) -> None:
    staged = staged_for(fault.removeprefix("arm-denied-").replace("-", "_"))
    run = audit_world("healthy", [fault, *staged], packs=["regulated"]).audit.run
    assert run.gaps
    assert {finding.check for finding in run.findings if finding.outcome is Outcome.FAIL} <= {
        "runner-cannot-read",
        "responses-call-failed",
        *staged,
    }
    assert any(finding.outcome is Outcome.UNKNOWN for finding in run.findings) or fault in NOT_NEEDED
    for finding in run.findings:
        if finding.outcome is Outcome.UNKNOWN:
            assert finding.gaps, finding.check


@pytest.mark.parametrize("fault", CALLS)
def test_each_way_in_which_a_call_fails_has_a_class_a_cause_and_a_next_step(fault: str) -> None:
    run = audit_world("healthy", [fault], probe_seconds=6).audit.run
    failed = {finding.check for finding in run.findings if finding.outcome is Outcome.FAIL}
    assert failed & {"responses-call-failed", "responses-call-incomplete", "call-throttled", "responded-model-differs"}
    told = [call for call in run.calls if call.failure]
    assert told or fault in ANSWERED_WRONGLY, [call.outcome for call in run.calls]
    for call in told:
        assert call.failure != "unclassified", call.cause
        assert call.cause
        assert call.next_step
