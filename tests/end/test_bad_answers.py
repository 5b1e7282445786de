"""What a broken endpoint answers never crashes the run and never passes a check that needed it."""

from __future__ import annotations

import pytest

from auditor.finding import Outcome
from auditor.run import Verdict
from auditor.sandbox import FAULTS
from tests.conftest import audit_world

BAD_BODIES = sorted(name for name in FAULTS if name.startswith("arm-") and not name.startswith("arm-denied-"))
CALLS = sorted(name for name in FAULTS if name.startswith("call-") and name != "call-throttled")
ANSWERED_WRONGLY = {"call-empty-output", "call-wrong-model"}
"""The call itself succeeds: what it brought is wrong."""


@pytest.mark.parametrize("fault", BAD_BODIES)
def test_a_bad_answer_of_the_resource_manager_leaves_gaps(fault: str) -> None:
    run = audit_world("healthy", [fault], flags={"--deadline": 8.0}).audit.run
    if run.verdict is Verdict.PASS:
        pytest.fail(f"{fault} was passed: {run.reasons}")
    assert run.gaps
    assert all(gap.detail and gap.next_step for gap in run.gaps)


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


@pytest.mark.parametrize(("fault", "side"), [("clock-ahead", "behind"), ("clock-behind", "ahead of")])
def test_a_clock_that_is_hours_from_azures_makes_what_is_counted_from_it_unknown(fault: str, side: str) -> None:
    """It is said, fails nothing and passes nothing that is counted in days of use."""
    run = audit_world("healthy", [fault], packs=["regulated"]).audit.run
    assert {finding.check for finding in run.findings if finding.outcome is Outcome.FAIL} == set()
    idle = [finding for finding in run.findings if finding.check == "deployment-idle"]
    assert Outcome.PASS not in {finding.outcome for finding in idle}
    assert any(f"2 hours {side} Azure's" in finding.message for finding in idle)
