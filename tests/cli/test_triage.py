"""`auditor triage`, as an engineer on call would type it."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from auditor.diagnosis import Triage, Verdict
from auditor.report.triage import render
from auditor.sandbox import Sandbox, load_world, settings_path
from auditor.sandbox.incident import settings_of, world_of
from tests.cli.conftest import Typed, invoked
from tests.cli.process import ROOT, started


def triaged(reports: Path, *arguments: str, world: str = "healthy", faults: Sequence[str] = ()) -> Result:
    """`auditor triage` of a world with its own settings."""
    given = ("triage", "--settings", str(settings_path(world)), "--reports", str(reports), *arguments)
    with Sandbox(load_world(world, faults)) as sandbox:
        return invoked(*given, env=sandbox.environment)


@pytest.fixture(scope="module")
def reports(healthy_run: Typed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one bundle that passed."""
    folder = tmp_path_factory.mktemp("reports")
    shutil.copytree(healthy_run.folder, folder / "20261121T000000Z-000001")
    return folder


def test_well_ends_with_0(reports: Path) -> None:
    """Nothing wrong as far as could be seen."""
    done = triaged(reports, "support-desk")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("WELL  nothing is wrong as far as could be seen")
    assert "last green" in done.stdout
    assert "sandbox: not evidence" in done.stdout


def test_the_answer_stands_first_with_the_command_that_mends(reports: Path) -> None:
    """What is wrong, whose it is, the command; then the call stage by stage and what support asks for."""
    done = triaged(reports, "support-chat", faults=["call-no-role"])
    assert done.exit_code == 1, done.stderr
    assert done.stdout.startswith("WRONG  ")
    first = done.stdout.index("Do this")
    assert first < done.stdout.index("Calls, stage by stage") < done.stdout.index("For Azure support")
    assert "az role assignment" in done.stdout[first:]


def test_json_is_the_whole_record(reports: Path) -> None:
    """Read back by the record's own shape."""
    done = triaged(reports, "support-chat", "--json", "--since", "30m", faults=["call-quota-429"])
    told = Triage.model_validate(json.loads(done.stdout))
    assert (done.exit_code, told.verdict, told.asked_for, told.hours) == (1, Verdict.WRONG, "support-chat", 0.5)
    assert [one.http_status for one in told.traces] == [429]


def test_without_a_last_green_or_with_one_that_cannot_be_read_the_rest_answers(reports: Path, tmp_path: Path) -> None:
    """None, one that is not as it was written, and evidence of another schema: each is said, and none ends it."""
    done = triaged(tmp_path / "none", "support-desk")
    assert done.exit_code == 0
    assert "the last green bundle: " in " ".join(done.stdout.split())
    older = tmp_path / "older"
    shutil.copytree(reports, older)
    evidence = next(older.glob("*/evidence.json"))
    evidence.write_text(json.dumps({**json.loads(evidence.read_text()), "schema_version": "0"}))
    done = triaged(older, "support-desk")
    assert done.exit_code == 0
    assert "is not what the manifest says" in " ".join(done.stdout.split())
    evidence.with_name("manifest.json").unlink()
    done = triaged(older, "support-desk")
    assert done.exit_code == 0
    assert "schema" in " ".join(done.stdout.split())


def test_a_key_that_was_rotated_while_every_call_answers_is_no_fault(tmp_path: Path) -> None:
    """It stands beside the answer, as possible, with the command that shows whether the application has the new one."""
    name = "key-rotated-as-it-should-be"
    given = ("triage", "support-desk", "--settings", str(settings_of(name, tmp_path)), "--reports", str(tmp_path))
    with Sandbox(world_of(name)) as sandbox:
        done = invoked(*given, env=sandbox.environment)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("WELL")
    beside = done.stdout[done.stdout.index("May be all the same") :]
    assert "(possible)" in beside
    assert "az keyvault secret list-versions" in beside


def test_evidence_from_before_today_s_schema_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Evidence alone, of the first schema, without what it never told: the last green is named, and changes are not."""
    old = json.loads((ROOT / "tests" / "kept" / "evidence-before-population.json").read_text(encoding="utf-8"))
    scope = {"subscriptions": ["00000000-0000-4000-8000-0000000000a1"]}
    folder = tmp_path / "20261101T000000Z-000001"
    folder.mkdir()
    told = {**old, "verdict": "pass", "settings": {**old["settings"], "scope": scope}}
    (folder / "evidence.json").write_text(json.dumps(told), encoding="utf-8")
    done = triaged(tmp_path, "support-desk", "--json")
    assert done.exit_code == 0, done.stderr
    triage = Triage.model_validate(json.loads(done.stdout))
    assert triage.last_green is not None
    assert any(one.what == "the last green bundle's snapshot" for one in triage.not_seen)
    assert not any(one.source == "last green" for one in triage.happened)


@pytest.mark.parametrize(
    ("fault", "what"), [("arm-denied-metric", "metric"), ("arm-denied-activity-event", "activity event")]
)
def test_what_may_not_be_read_is_said_and_the_rest_answers(reports: Path, fault: str, what: str) -> None:
    """Without metrics, or without the activity log: the cause, and that this was not permitted."""
    done = triaged(reports, "support-chat", "--json", faults=["call-no-role", fault])
    triage = Triage.model_validate(json.loads(done.stdout))
    assert (done.exit_code, triage.verdict) == (1, Verdict.WRONG)
    assert [one.http_status for one in triage.traces] == [401]
    (missing,) = (one for one in triage.not_seen if one.what.startswith(what))
    assert missing.why == "not permitted"
    assert missing.next_step
    assert triage.meters if what != "metric" else not triage.meters


def test_since_when_is_told_by_the_runs_that_are_kept(reports: Path, tmp_path: Path) -> None:
    """No metrics and no change: it lies between a run that was answered and one that was not."""
    kept = tmp_path / "reports"
    shutil.copytree(reports, kept)
    failed = kept / "20261121T010000Z-000002"
    shutil.copytree(next(kept.glob("*/evidence.json")).parent, failed)
    (failed / "manifest.json").unlink()
    run = json.loads((failed / "evidence.json").read_text(encoding="utf-8"))
    later = datetime.fromisoformat(run["started_at"]) + timedelta(hours=1)
    calls = [{**one, "outcome": "refused"} if one["deployment"] == "support-chat" else one for one in run["calls"]]
    told = {**run, "id": failed.name, "verdict": "fail", "started_at": later.isoformat(), "calls": calls}
    (failed / "evidence.json").write_text(json.dumps(told), encoding="utf-8")
    done = triaged(kept, "support-chat", "--json", faults=["call-server-error", "arm-denied-metric"])
    triage = Triage.model_validate(json.loads(done.stdout))
    assert triage.since.at is not None
    assert abs(triage.since.at - later) < timedelta(seconds=1)
    assert "the first run that saw support-chat fail" in triage.since.how


def test_a_narrow_terminal_gets_the_whole_page(reports: Path) -> None:
    """No line is longer than the terminal, but for a word that would be broken."""
    done = triaged(reports, "support-desk", "--json", faults=["call-no-role", "arm-denied-metric"])
    triage = Triage.model_validate(json.loads(done.stdout))
    for columns in (60, 80):
        page = render(triage, columns, color=False)
        assert page.startswith("WRONG")
        assert [line for line in page.splitlines() if len(line) > columns and len(line.split()) > 2] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("suport-desk",), "did you mean support-desk?"),
        (("--since", "yesterday"), "is not a stretch of time"),
        (("--deadline", "0.1"), "2<=x<=300"),
    ],
)
def test_what_cannot_be_asked_ends_with_2(reports: Path, arguments: tuple[str, ...], words: str) -> None:
    """A name that nothing bears, and options that mean nothing."""
    done = triaged(reports, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


@pytest.mark.parametrize("json_", [False, True])
def test_ctrl_c_tells_what_was_seen_until_then(tmp_path: Path, json_: bool) -> None:
    """The page comes all the same, marked, with exit code 130."""
    faults = ("call-timeout", "arm-slow")
    given = ["triage", "--settings", str(settings_path("healthy")), "--reports", str(tmp_path), "--deadline", "60"]
    given += ["--json"] if json_ else []
    with Sandbox(load_world("healthy", faults)) as sandbox, started(*given, env=sandbox.environment) as process:
        while not any("responses" in one.path for one in sandbox.requests):
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert (json.loads(stdout)["interrupted"] is True) if json_ else ("INTERRUPTED" in stdout)


def test_a_pasted_error_is_explained_with_no_access_to_azure(tmp_path: Path) -> None:
    """A text, and a log: no settings, no credential, and it says that Azure was not asked."""
    done = invoked("triage", "--error", "Error code: 404 - {'error': {'code': 'DeploymentNotFound'}}")
    assert done.exit_code == 1, done.stderr
    assert "Azure was not asked" in done.stdout
    log = tmp_path / "app.log"
    log.write_text("2026-11-21T03:00:00Z openai.RateLimitError: Error code: 429 - {'error': {'code': '429'}}\n" * 3)
    told = Triage.model_validate(json.loads(invoked("triage", "--error", str(log), "--json").stdout))
    assert told.traces == ()
    assert told.causes
    assert invoked("triage", "chat", "--error", "x").exit_code == 2


def test_watch_looks_again_until_ctrl_c(tmp_path: Path) -> None:
    """As JSON a line for each look; the exit code is that of the last."""
    given = ["triage", "support-desk", "--settings", str(settings_path("healthy")), "--reports", str(tmp_path)]
    given += ["--watch", "--json"]
    with Sandbox(load_world("healthy")) as sandbox, started(*given, env=sandbox.environment) as process:
        assert process.stdout is not None
        first = Triage.model_validate_json(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert first.verdict is Verdict.WELL
    assert (process.returncode, "error:" in stderr) == (0, False)
