"""Attestations on the command line: named in the settings, kept in the snapshot, told in every report."""

from __future__ import annotations

import json
from pathlib import Path

from auditor.errors import ExitCode
from auditor.finding import Finding, Outcome
from auditor.report import FORMATS
from auditor.sandbox import settings_path
from auditor.snapshot import load_snapshot
from tests.cli.conftest import Typed, invoked

OWNER = "platform@contoso.com"
EVIDENCE = "https://wiki.contoso.com/platform/ai-gateway"


def gateway(findings: tuple[Finding, ...]) -> dict[str | None, Finding]:
    return {one.subject.workload: one for one in findings if one.check == "gateway-not-attested"}


def test_a_run_tells_who_stated_what_and_who_did_not(release_run: Typed) -> None:
    """Stated, expired and never stated are three outcomes in words, and only the first is a pass."""
    found = gateway(release_run.run.findings)
    assert found["matter-assistant"].outcome is Outcome.PASS
    assert {OWNER, EVIDENCE, "2026-06-01"} <= {str(fact.value) for fact in found["matter-assistant"].facts}
    expired, never = found["campaign-reports"], found["support-desk"]
    assert (expired.outcome, never.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert "the statement of marketing-analytics@contoso.com expired on 2026-08-31" in expired.message
    assert "nobody attested it in attestations.yaml" in never.message


def test_the_evidence_says_who_when_and_where_the_proof_lies(release_run: Typed) -> None:
    evidence = (release_run.folder / FORMATS["json"].filename).read_text(encoding="utf-8")
    assert all(text in evidence for text in (OWNER, EVIDENCE, "2035-12-31"))
    html = (release_run.folder / FORMATS["html"].filename).read_text(encoding="utf-8")
    assert "marketing-analytics@contoso.com expired on 2026-08-31" in html


def test_what_was_stated_is_judged_again_offline(release_run: Typed) -> None:
    """The snapshot holds the statements, so that no file is needed beside it."""
    path = release_run.folder / "snapshot.json"
    assert [one.kind for one in load_snapshot(path).resources].count("attestation") == 8
    again = json.loads(invoked("evaluate", str(path), "--json").stdout)
    told = {(one["check"], one["subject"]["id"]): one["outcome"] for one in again["findings"]}
    assert told == {(one.check, one.subject.id): one.outcome.value for one in release_run.run.findings}


def test_a_file_with_mistakes_ends_the_run_before_anything_is_asked(tmp_path: Path) -> None:
    """With file, line and column, and the nearest control."""
    settings = settings_path("healthy").read_text(encoding="utf-8")
    (tmp_path / "auditor.yaml").write_text(settings, encoding="utf-8")
    stated = settings_path("healthy").with_name("healthy.attestations.yaml").read_text(encoding="utf-8")
    (tmp_path / "healthy.attestations.yaml").write_text(stated.replace("lockbox\n", "lokbox\n", 1), encoding="utf-8")
    done = invoked("run", "--settings", str(tmp_path / "auditor.yaml"), "--output", str(tmp_path / "run"))
    assert done.exit_code == ExitCode.USAGE
    assert (
        "healthy.attestations.yaml:32:12: there is no control 'lokbox' to attest; did you mean 'lockbox'?"
        in done.stderr
    )
    assert not (tmp_path / "run").exists()
