"""The whole arrow over whole worlds: real SDKs, real HTTP over TLS, the production path."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic_core import to_json

from auditor.finding import Outcome, Severity
from auditor.judgement import judge
from auditor.policy.pack import load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.report import FORMATS
from auditor.run import Verdict
from auditor.sandbox import settings_path
from auditor.settings import Settings
from auditor.snapshot import GapReason, Snapshot
from tests.conftest import Done, audit_world
from tests.stage import WHOLE, checks_with, run


def failing(done: Done) -> set[str]:
    return {finding.check for finding in done.audit.run.findings if finding.outcome is Outcome.FAIL}


def unknown(done: Done) -> set[str]:
    return {finding.check for finding in done.audit.run.findings if finding.outcome is Outcome.UNKNOWN}


def test_a_healthy_world_passes_with_nothing_unknown(healthy: Done) -> None:
    assert failing(healthy) == set()
    assert unknown(healthy) == set()
    assert healthy.audit.run.verdict is Verdict.PASS
    assert healthy.audit.run.exit_code == 0
    assert healthy.audit.run.gaps == ()


def test_a_healthy_world_is_passed_by_what_was_seen(healthy: Done) -> None:
    """Each check of the pack is judged on at least one subject, or says why it does not apply."""
    judged = {finding.check for finding in healthy.audit.run.findings}
    assert judged == {check.id for check in healthy.audit.run.policy.checks}
    assert healthy.audit.run.counts[Outcome.PASS] > len(judged)


NOT_IN_THESE_WORLDS: dict[str, str] = {
    "fine-tune-base-retires-soon": "nobody deploys a fine-tuned model",
    "key-call-failed": "no workload of theirs relies on keys",
    "key-custody-not-attested": "no workload of theirs uses keys",
    "keys-not-rotated": "no account of the healthy world accepts keys, and in the other one they are not asked for",
    "latency-p95-over-budget": "nobody declares a budget for the slowest calls, which takes twenty of them",
    "public-path-open": "the machine that looks reaches each account without public access by its private address",
    "quota-blocked": "no usage of theirs tells a status",
}
"""Check of the strictest pack → why it is passed in neither world; its fault fails it, and its examples pass it."""


def test_every_check_passes_somewhere_or_says_why_it_does_not(release: Done) -> None:
    """No check is passed by emptiness: one of its subjects passes, in a world in which nothing is unknown."""
    whole = run(WHOLE).audit.run.findings
    assert checks_with(whole, Outcome.UNKNOWN) == set()
    passed = checks_with(whole, Outcome.PASS) | checks_with(release.audit.run.findings, Outcome.PASS)
    idle = {applied.check.id: applied for applied in WHOLE.policy.checks if applied.check.id not in passed}
    assert idle.keys() == NOT_IN_THESE_WORLDS.keys()
    assert all(applied.check.unless and applied.check.examples.not_applicable for applied in idle.values())


@pytest.mark.parametrize("pack", ["baseline", "development", "production", "regulated"])
def test_every_pack_passes_the_healthy_world(healthy: Done, pack: str) -> None:
    run = again(healthy, pack)
    assert [finding.check for finding in run.findings if finding.outcome is Outcome.FAIL] == []
    assert [finding.check for finding in run.findings if finding.outcome is Outcome.UNKNOWN] == []


def again(done: Done, pack: str):
    snapshot = Snapshot.model_validate_json(done.audit.snapshot.model_dump_json())
    settings = Settings.model_validate(snapshot.settings)
    policy = load_policy((pack,), {}, settings_path("healthy").parent)
    run = done.audit.run
    return judge(snapshot, settings, policy, NO_WAIVERS, run_id=run.id, command=run.command, context=run.context)


def test_the_release_world_tells_the_ready_from_the_unready(release: Done) -> None:
    run = release.audit.run
    assert run.verdict is Verdict.FAIL
    assert run.exit_code == 1
    by_workload: dict[str | None, set[str]] = {}
    for finding in run.findings:
        if finding.outcome is Outcome.FAIL:
            by_workload.setdefault(finding.subject.workload, set()).add(finding.check)
    assert "matter-assistant" not in by_workload
    assert {"deployment-missing", "api-keys-accepted", "public-network-access"} <= by_workload["support-desk"]
    assert {"private-endpoint-pending", "model-not-offered"} <= by_workload["campaign-reports"]


def test_the_services_own_content_policy_fails_for_what_it_does_not_look_for(release: Done) -> None:
    found = [finding for finding in release.audit.run.findings if finding.check == "indirect-attack-unchecked"]
    failed = {finding.subject.workload for finding in found if finding.outcome is Outcome.FAIL}
    assert failed == {"support-desk", "campaign-reports"}
    commands = [finding.fix.cli or "" for finding in found if finding.fix]
    assert commands
    assert all("/raiPolicies/POLICY_OF_YOUR_OWN?" in command for command in commands), (
        "the system's own can't be changed"
    )
    for check in ("content-filter-weakened", "content-policy-missing", "prompt-shield-disabled"):
        outcomes = {finding.outcome for finding in release.audit.run.findings if finding.check == check}
        assert outcomes == {Outcome.PASS}, check


def test_a_model_name_in_the_place_of_a_deployment_name_is_recognised(release: Done) -> None:
    (missing,) = [
        finding
        for finding in release.audit.run.findings
        if finding.check == "deployment-missing" and finding.outcome is Outcome.FAIL
    ]
    assert "model name" in missing.message
    calls = [call for call in release.audit.run.calls if call.failure == "model-name-used"]
    assert calls, [call.failure for call in release.audit.run.calls]


def test_denied_everywhere_is_incomplete_and_says_which_permission_is_missing() -> None:
    run = audit_world("denied").audit.run
    assert run.verdict is Verdict.INCOMPLETE
    assert run.exit_code == 3
    # what people state and what files beside the settings hold, Azure can't deny
    seen = [one for one in run.findings if not re.search("-not-attested$|^client-library-", one.check)]
    assert {finding.outcome for finding in seen} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, Outcome.FAIL}
    denied = [gap for gap in run.gaps if gap.reason is GapReason.DENIED]
    assert any(gap.permission and gap.permission.startswith("Microsoft.CognitiveServices/accounts") for gap in denied)
    assert all(gap.next_step for gap in run.gaps)


def test_a_throttled_subscription_leaves_gaps_when_time_is_short() -> None:
    run = audit_world("throttled", flags={"--deadline": 4.0}).audit.run
    assert run.exit_code == 3
    assert {gap.reason for gap in run.gaps} & {GapReason.THROTTLED, GapReason.TIMED_OUT}


def test_a_saved_snapshot_gives_the_same_findings_to_the_byte(release: Done) -> None:
    findings = to_json(release.audit.run.findings)
    assert to_json(again(release, "production").findings) == findings


def test_the_same_run_renders_to_the_same_bytes(release: Done) -> None:
    run = release.audit.run
    for name, form in FORMATS.items():
        assert form.files(run) == form.files(run.model_validate_json(run.model_dump_json())), name


def test_no_address_is_read_twice_and_no_key_is_listed(release: Done) -> None:
    reads = [
        (seen.method, seen.host, seen.path, seen.query) for seen in release.sandbox.requests if seen.method == "GET"
    ]
    assert sorted(reads) == sorted(set(reads))
    assert not [seen for seen in release.sandbox.requests if "listkeys" in seen.path.lower()]
    assert release.sandbox.unknown_routes == []


def test_every_raw_body_is_kept_under_its_hash(release: Done) -> None:
    kept = {reading.body_sha256 for reading in release.audit.snapshot.readings if reading.body_sha256}
    assert kept == set(release.bodies)


def test_every_report_of_the_sandbox_says_that_it_is_no_evidence(release: Done) -> None:
    for name, form in FORMATS.items():
        assert "not evidence" in form.render(release.audit.run), name


def test_each_finding_that_failed_quotes_facts_and_readings_and_says_how_to_mend_it(release: Done) -> None:
    ids = {reading.id for reading in release.audit.run.readings}
    for finding in release.audit.run.findings:
        if finding.outcome is Outcome.FAIL:
            assert finding.facts, finding.check
            assert set(finding.readings) <= ids, finding.check
            assert finding.readings, finding.check
            assert finding.fix, finding.check
            assert finding.fix.cli or finding.fix.text, finding.check


def test_the_gate_is_the_severity_that_the_settings_name(release: Done) -> None:
    for finding in release.audit.run.findings:
        decides = finding.outcome in {Outcome.FAIL, Outcome.UNKNOWN} and finding.waiver is None
        assert finding.gating == (decides and finding.severity.rank >= Severity.HIGH.rank), finding.check


def test_evidence_says_who_when_where_and_with_what(release: Done) -> None:
    evidence = json.loads(FORMATS["json"].render(release.audit.run))
    assert evidence["principal"]["credential"] == "environment"
    assert evidence["principal"]["object_id"]
    assert evidence["api_versions"]["deployment"] == "2026-07-01"
    assert {row["kind"] for row in evidence["population"]} >= {"account", "deployment", "model", "usage"}
    assert len(evidence["policy"]["digest"]) == 64


def test_what_no_check_of_the_packs_needs_is_not_read() -> None:
    """A run reads for its packs; a snapshot judged by larger ones says what it lacks, and passes nothing for it."""
    done = audit_world("healthy", packs=["baseline"])
    asked = {request.path.rpartition("/")[2] for request in done.sandbox.requests}
    assert "diagnosticSettings" not in asked
    assert {"diagnostic_setting", "resource_sku"} <= set(done.audit.snapshot.left_out)
    assert done.audit.run.notices == done.audit.snapshot.notices

    again = judge(
        done.audit.snapshot,
        Settings.model_validate(done.audit.snapshot.settings),
        load_policy(("production",), {}, Path()),
        NO_WAIVERS,
        run_id="again",
    )
    assert any("diagnostic setting" in notice for notice in again.notices)
    judged = {finding.outcome for finding in again.findings if finding.check == "diagnostic-logs-missing"}
    assert judged == {Outcome.UNKNOWN}
