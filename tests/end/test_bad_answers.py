"""What a broken endpoint answers never crashes the run and never passes a check that needed it."""

from __future__ import annotations

import json
import re

import pytest

from auditor.finding import Outcome
from auditor.report import FORMATS, terminal
from auditor.run import Verdict
from auditor.sandbox import FAULTS
from tests.conftest import Done, audit_world

BAD_BODIES = sorted(name for name in FAULTS if name.startswith("arm-") and not name.startswith("arm-denied-"))
UNTRUSTED = {
    "call-broken-json": "responses-call-failed",
    "call-events-disordered": "streaming-broken",
    "call-flood": "structured-output-broken",
    "call-hostile-words": "responded-model-differs",
    "call-other-language": "structured-output-broken",
    "call-same-ids": None,
    "call-wrong-model": "responded-model-differs",
    "call-wrong-usage": "usage-not-reported",
}
"""What a model answers without shame → the check that it fails; what is said in it acts nowhere."""


@pytest.mark.parametrize("fault", BAD_BODIES)
def test_a_bad_answer_of_the_resource_manager_leaves_gaps(fault: str) -> None:
    run = audit_world("healthy", [fault], flags={"--deadline": 8.0}).audit.run
    if run.verdict is Verdict.PASS:
        pytest.fail(f"{fault} was passed: {run.reasons}")
    assert run.gaps
    assert all(gap.detail and gap.next_step for gap in run.gaps)


@pytest.mark.parametrize(("fault", "check"), UNTRUSTED.items())
def test_an_answer_that_nobody_should_trust_stays_inert_and_bounded(
    fault: str, check: str | None, healthy: Done
) -> None:
    """Probes end, facts hold no more than they should, and no report passes on what would act."""
    done = audit_world("healthy", [fault])
    run = done.audit.run
    assert done.sandbox.unknown_routes == []
    failed = {finding.check for finding in run.findings if finding.outcome is Outcome.FAIL}
    assert check in failed if check else not failed & {"responses-call-failed", "streaming-broken"}
    probes = [one.body for one in done.audit.snapshot.resources if one.kind == "probe"]
    assert all(len(json.dumps(body)) < 8_000 for body in probes)
    for body in probes:
        for name in ("input_tokens", "output_tokens", "reasoning_tokens", "cached_tokens"):
            assert body.get(name) is None or 0 <= body[name] < 2**53
    before = healthy.audit.run
    most = 60_000 + 4_000 * sum(1 for call in run.calls if call.failure)
    for name, text, usual in (
        *((name, form.render(run), form.render(before)) for name, form in FORMATS.items()),
        ("terminal", terminal.render(run, 100, False), terminal.render(before, 100, False)),
    ):
        assert len(text) < len(usual) + most, name
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e\ud800]", text), name
        assert not re.search(r"^\s*(?:::error|##\[|##vso\[)", text, re.MULTILINE), name
        assert "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" not in text, name
    page, summary = FORMATS["html"].render(run), FORMATS["markdown"].render(run)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not re.search(r"(?<!\\)<(?:script>alert|img src)", summary)
    assert not re.search(r"(?<!\\)\]\(", summary.partition("owned")[2]) or fault != "call-hostile-words"


def test_a_megabyte_of_words_is_not_kept_in_memory() -> None:
    """What stays of an answer is its size and its hash: the snapshot of a flooded run is as large as any other."""
    sizes = [len(audit_world("healthy", faults).audit.snapshot.model_dump_json()) for faults in ((), ("call-flood",))]
    assert abs(sizes[0] - sizes[1]) < 100_000


@pytest.mark.parametrize(("fault", "side"), [("clock-ahead", "behind"), ("clock-behind", "ahead of")])
def test_a_clock_that_is_hours_from_azures_makes_what_is_counted_from_it_unknown(fault: str, side: str) -> None:
    """It is said, fails nothing and passes nothing that is counted in days of use."""
    run = audit_world("healthy", [fault], packs=["regulated"]).audit.run
    assert {finding.check for finding in run.findings if finding.outcome is Outcome.FAIL} == set()
    idle = [finding for finding in run.findings if finding.check == "deployment-idle"]
    assert Outcome.PASS not in {finding.outcome for finding in idle}
    assert any(f"2 hours {side} Azure's" in finding.message for finding in idle)
