"""`auditor run`: exit codes, what goes where, and what an interrupt leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from auditor.errors import ExitCode
from auditor.report import FORMATS, pdf
from auditor.run import load_run
from auditor.sandbox import Sandbox, load_world, settings_path
from tests.cli.conftest import Typed, invoked, typed
from tests.cli.process import command, environment, started

QUIETLY = {"judgement.json", "raw", "settings.json"}
"""Written always, and not told line by line."""

ALWAYS = {"evidence.json", "snapshot.json", "manifest.json", *QUIETLY}
REPORTS = {"run.csv", "population"} | {form.filename for form in FORMATS.values()}


def test_a_pass_ends_with_0(healthy_run: Typed) -> None:
    """A healthy world passes: exit code, evidence and verdict say the same."""
    assert (healthy_run.code, healthy_run.run.exit_code, healthy_run.run.verdict) == (0, 0, "pass")


def test_a_fail_ends_with_1(release_run: Typed) -> None:
    """A gating failure ends with 1."""
    assert (release_run.code, release_run.run.exit_code, release_run.run.verdict) == (1, 1, "fail")


def test_an_incomplete_audit_ends_with_3(tmp_path: Path) -> None:
    """What may not be read is not passed."""
    done = typed("denied", tmp_path / "run")
    assert (done.code, done.run.verdict) == (3, "incomplete")


def test_exit_zero_keeps_the_verdict(tmp_path: Path) -> None:
    """--exit-zero changes the exit code of the process and nothing that is written."""
    done = typed("release", tmp_path / "run", "--exit-zero", "--no-probes")
    assert (done.code, done.run.exit_code, done.run.verdict) == (0, 1, "fail")


def test_all_reports_are_written(healthy_run: Typed) -> None:
    """Every report, the snapshot and the raw bodies lie in the folder, and stderr says where each is."""
    assert healthy_run.files == ALWAYS | REPORTS
    for name in ("snapshot.json", "manifest.json", *(form.filename for form in FORMATS.values())):
        assert str(healthy_run.folder / name) in healthy_run.stderr


def test_stdout_is_the_report_and_stderr_the_conversation(healthy_run: Typed) -> None:
    """stdout has the report for people without escapes; stderr says who looked."""
    assert "sandbox: not evidence" in healthy_run.stdout
    assert "\x1b" not in healthy_run.stdout
    assert "evidence.json" not in healthy_run.stdout
    principal = healthy_run.run.principal
    assert principal.credential in healthy_run.stderr
    assert str(principal.tenant_id) in healthy_run.stderr


def test_json_quiet_and_one_format(tmp_path: Path) -> None:
    """--json prints the evidence, --format writes that report too, --quiet leaves stderr empty."""
    done = typed("healthy", tmp_path / "run", "--json", "--quiet", "--format", "markdown", "--no-probes")
    assert done.stdout == (done.folder / "evidence.json").read_text(encoding="utf-8")
    assert done.stderr == ""
    assert done.files == ALWAYS | {"report.md"}
    assert {call.outcome for call in done.run.calls} <= {"skipped", "not_applicable"}


def test_without_calls_nothing_is_proven(tmp_path: Path) -> None:
    """--no-probes calls nothing, so that a gate which wants the proof is incomplete unless that is allowed."""
    assert typed("healthy", tmp_path / "strict", "--no-probes").code == ExitCode.INCOMPLETE
    assert typed("healthy", tmp_path / "lenient", "--no-probes", "--allow-incomplete").code == ExitCode.PASSED


def test_flags_reach_the_evidence(tmp_path: Path) -> None:
    """The evidence has the command line and the settings as they were in force."""
    done = typed("healthy", tmp_path / "run", "--fail-on", "low", "--pack", "baseline", "--no-probes")
    assert done.run.gate.fail_on == "low"
    assert done.run.policy.packs == ("baseline",)
    assert done.run.command[:2] == ("auditor", "run")
    assert "--fail-on" in done.run.command


def test_a_taken_folder_stops_before_anything_is_asked(tmp_path: Path) -> None:
    """A report overwrites nothing, and says so before the first request: the command line is not right."""
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    done = typed("healthy", tmp_path)
    assert (done.code, done.requests) == (ExitCode.USAGE, 0)
    assert done.stderr.endswith("Nothing was audited.\n")
    assert done.files == {"mine"}


def test_an_unknown_pack_stops_before_anything_is_asked(tmp_path: Path) -> None:
    """A pack that does not exist ends with 2 and leaves no folder."""
    done = typed("healthy", tmp_path / "run", "--pack", "prodution")
    assert (done.code, done.requests) == (ExitCode.USAGE, 0)
    assert "production" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_written_or_said(healthy_run: Typed) -> None:
    """The client secret stands in no report, no snapshot and no line of the conversation."""
    paths = (path for path in healthy_run.folder.rglob("*") if path.is_file() and path.suffix != ".gz")
    texts = [path.read_text(encoding="utf-8") for path in paths]
    assert not [text for text in (*texts, healthy_run.stdout, healthy_run.stderr) if healthy_run.secret in text]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system can't send a signal to another process")
def test_an_interrupt_reports_what_was_seen(tmp_path: Path, name: str) -> None:
    """Ctrl-C, or a request to terminate, stops the looking; the reports of what was seen are written; 130."""
    folder = tmp_path / "run"
    given = ("run", "--settings", str(settings_path("release")), "--output", str(folder))
    with Sandbox(load_world("release"), latency_ms=400) as sandbox, started(*given, env=sandbox.environment) as process:
        while not any("/accounts" in seen.path for seen in sandbox.requests):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(getattr(signal, name))
        stdout, stderr = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED, stderr
    run = load_run(folder / "evidence.json")
    assert run.interrupted
    assert run.verdict != "pass"
    assert "Traceback" not in stderr
    assert stdout
    assert {path.name for path in folder.iterdir()} == ALWAYS | REPORTS


CUT_SHORT = {"text": "completed", "combined": "skipped", "prompt_caching": "skipped"}
STREAMED = 4
"""Responses asked for up to the stream: text of either deployment, the planted turn, and the stream itself."""

CHATTING = """\
scope:
  subscriptions: [00000000-0000-4000-8000-0000000000a1]
  accounts: [contoso-support-weu]
workloads:
  - name: support-desk
    owner: field-service@contoso.com
    account: contoso-support-weu
    deployments:
      - {name: support-chat, model: gpt-5.4-mini, features: [text, combined, prompt_caching]}
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system can't send a signal to another process")
def test_an_interrupt_within_a_stream_deletes_what_was_stored(tmp_path: Path) -> None:
    """Ctrl-C while a stream stands still: the turn stored before it goes, nothing more is asked, a report is left."""
    folder, settings = tmp_path / "run", tmp_path / "auditor.yaml"
    settings.write_text(CHATTING, encoding="utf-8")
    given = ("run", "--settings", str(settings), "--output", str(folder))

    with (
        Sandbox(load_world("healthy", ["call-stream-stall"])) as sandbox,
        started(*given, env=sandbox.environment) as process,
    ):

        def posted() -> int:
            return sum(seen.method == "POST" and seen.path.endswith("/responses") for seen in sandbox.requests)

        while not (sandbox.kept and posted() >= STREAMED):
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.2)  # for the stream's first half to arrive
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
        assert sandbox.kept == ()
        assert posted() == STREAMED
    assert process.returncode == ExitCode.INTERRUPTED, stderr
    run = load_run(folder / "evidence.json")
    assert run.interrupted
    assert {call.probe: call.outcome for call in run.calls if call.deployment == "support-chat"} == CUT_SHORT
    assert "Traceback" not in stderr


def test_each_report_again(release_run: Typed, tmp_path: Path) -> None:
    """`auditor report` makes each file of each report again, from the evidence or its folder, byte for byte."""
    bundle = release_run.folder
    for name, form in FORMATS.items():
        again = tmp_path / name
        again.mkdir()
        assert invoked("report", str(bundle), "--format", name, "--output", str(again)).exit_code == 0
        files = [path.relative_to(again) for path in again.rglob("*") if path.is_file()]
        assert Path(form.filename) in files
        assert len(files) == len(form.files(release_run.run))
        for path in files:
            assert (again / path).read_bytes() == (bundle / path).read_bytes(), path


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.several])
def test_one_file_again(release_run: Typed, tmp_path: Path, name: str) -> None:
    """A format of one file goes to stdout, or to a file of any name."""
    evidence, written = str(release_run.folder / "evidence.json"), release_run.folder / FORMATS[name].filename
    assert invoked("report", evidence, "--format", name).stdout_bytes == written.read_bytes()
    target = tmp_path / "named"
    assert invoked("report", evidence, "--format", name, "--output", str(target)).exit_code == 0
    assert target.read_bytes() == written.read_bytes()


def test_several_files_need_a_folder(release_run: Typed, tmp_path: Path) -> None:
    """It is made where it is not there; stdout and a file are refused, and nothing is written."""
    evidence = str(release_run.folder / "evidence.json")
    done = invoked("report", evidence, "--format", "csv")
    assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")
    assert "name a folder with --output" in done.stderr
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    assert invoked("report", evidence, "--format", "csv", "--output", str(taken)).exit_code == ExitCode.USAGE
    assert taken.read_text(encoding="utf-8") == "mine"
    below = invoked("report", evidence, "--format", "csv", "--output", str(taken / "lists"))
    assert below.exit_code == ExitCode.INTERNAL
    assert invoked("report", evidence, "--format", "csv", "--output", str(tmp_path / "new")).exit_code == 0
    assert (tmp_path / "new" / "population" / "accounts.csv").is_file()


def test_a_pdf_on_demand(release_run: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Chromium the error says what to install, before a run asks anything."""
    monkeypatch.setattr(pdf, "_BROWSERS", ())
    monkeypatch.setattr(pdf, "_ELSEWHERE", ())
    target = tmp_path / "report.pdf"
    done = invoked("report", str(release_run.folder), "--format", "pdf", "--output", str(target))
    assert done.exit_code == ExitCode.INTERNAL
    assert "install Chromium" in done.stderr
    assert not target.exists()
    ran = typed("healthy", tmp_path / "run", "--format", "pdf")
    assert (ran.code, ran.requests) == (ExitCode.INTERNAL, 0)
    assert ran.stderr.endswith("Nothing was audited.\n")


def test_output_is_utf_8_everywhere(release_run: Typed) -> None:
    """A terminal that can do less than UTF-8 changes no byte of a report."""
    evidence = str(release_run.folder / "evidence.json")
    done = subprocess.run(
        command("report", evidence), env=environment({"PYTHONIOENCODING": "ascii"}), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.decode("utf-8")) == (0, release_run.stdout)


def test_the_command_line_is_kept_without_secrets(tmp_path: Path) -> None:
    """What looks like a secret on the command line, or is no text, does not reach the evidence."""
    hostile = tmp_path / "x?a=b&sig=abcdefgh\udce9"
    done = typed("healthy", hostile, "--no-probes", "--format", "json")
    assert not [part for part in done.run.command if "abcdefgh" in part]


def test_report_for_people(release_run: Typed) -> None:
    """Without a format the evidence is shown as the run showed it, and 0 says that it could be read."""
    done = invoked("report", str(release_run.folder / "evidence.json"))
    assert (done.exit_code, done.stdout) == (0, release_run.stdout)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema_version": "99"}'])
def test_report_of_what_is_no_evidence(tmp_path: Path, text: str) -> None:
    """A file that is no evidence ends with 2 and says which."""
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")
    done = invoked("report", str(path))
    assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")
    assert str(path) in done.stderr


def test_report_into_a_folder_that_is_not_there(release_run: Typed, tmp_path: Path) -> None:
    """A report that can't be written ends with 4 and names the file."""
    target = tmp_path / "no" / "report.html"
    done = invoked("report", str(release_run.folder / "evidence.json"), "--format", "html", "--output", str(target))
    assert done.exit_code == ExitCode.INTERNAL
    assert f"{target}: can't be written" in done.stderr


def test_evaluate_gives_the_same_findings(release_run: Typed) -> None:
    """A saved snapshot is judged offline to the same findings and the same exit code."""
    done = invoked("evaluate", str(release_run.folder / "snapshot.json"), "--json")
    again, first = json.loads(done.stdout), json.loads((release_run.folder / "evidence.json").read_text("utf-8"))
    assert done.exit_code == release_run.code
    assert json.dumps(again["findings"]) == json.dumps(first["findings"])
    assert again["notices"] == first["notices"]
    assert f"Judged as it was seen at {first['started_at'][:10]}" in done.stderr
    assert "nothing was looked at now" in done.stderr


def test_evaluate_with_another_gate_and_pack(healthy_run: Typed, tmp_path: Path) -> None:
    """Flags lie over the saved settings, and the reports go where --output says."""
    folder = tmp_path / "again"
    snapshot = str(healthy_run.folder / "snapshot.json")
    done = invoked("evaluate", snapshot, "--pack", "baseline", "--fail-on", "low", "--output", str(folder))
    run = load_run(folder / "evidence.json")
    assert (run.policy.packs, run.gate.fail_on, run.exit_code) == (("baseline",), "low", done.exit_code)
    assert (folder / "snapshot.json").read_bytes() == (healthy_run.folder / "snapshot.json").read_bytes()


def test_evaluate_with_other_settings(healthy_run: Typed) -> None:
    """--settings judges by another file, with the environment over it."""
    given = (
        "evaluate",
        str(healthy_run.folder / "snapshot.json"),
        "--settings",
        str(settings_path("healthy")),
        "--json",
    )
    run = json.loads(invoked(*given, env={"AUDITOR_FAIL_ON": "info"}).stdout)
    assert run["gate"]["fail_on"] == "info"


def test_evaluate_with_a_useless_flag(healthy_run: Typed) -> None:
    """A flag that the saved settings can't take is told by its name."""
    done = invoked("evaluate", str(healthy_run.folder / "snapshot.json"), "--pack", "")
    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.startswith('error: flag --pack: packs[0]: must not be empty; found ""\n')


def test_evaluate_of_a_broken_snapshot(healthy_run: Typed, tmp_path: Path) -> None:
    """A truncated snapshot ends with 2: nothing was audited."""
    path = tmp_path / "snapshot.json"
    path.write_bytes((healthy_run.folder / "snapshot.json").read_bytes()[:5000])
    done = invoked("evaluate", str(path))
    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.endswith("Nothing was audited.\n")
