"""`auditor demo` and `auditor sandbox`: the pretend Azure for people."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import IO

import pytest

from auditor.cli.sandbox import export_lines
from auditor.errors import ExitCode
from auditor.report import FORMATS
from auditor.run import load_run
from auditor.sandbox import FAULTS, WORLDS
from tests.cli.conftest import invoked
from tests.cli.process import command, environment, started


def test_demo(tmp_path: Path) -> None:
    """The demo writes every report of the release world, says what a gate would do, and ends with 0."""
    before = dict(os.environ)
    done = invoked("demo", "--output", str(tmp_path / "run"))
    assert done.exit_code == 0
    run = load_run(tmp_path / "run" / "evidence.json")
    assert run.exit_code == ExitCode.FAILED
    assert "As a gate this run would end with exit code 1 (a gating check failed)." in done.stderr
    assert {form.filename for form in FORMATS.values()} <= {path.name for path in (tmp_path / "run").iterdir()}
    assert dict(os.environ) == before


def test_demo_is_not_led_astray(tmp_path: Path) -> None:
    """Credentials and settings in the caller's environment change nothing in the demo."""
    astray = {
        "AUDITOR_FAIL_ON": "nonsense",
        "AZURE_TENANT_ID": "elsewhere",
        "ALL_PROXY": "socks5://proxy.invalid",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.invalid/",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
    }
    done = invoked("demo", "--world", "healthy", "--output", str(tmp_path / "run"), env=astray)
    assert done.exit_code == 0
    assert load_run(tmp_path / "run" / "evidence.json").verdict == "pass"


def test_demo_with_a_fault(tmp_path: Path) -> None:
    """A fault that is asked for is found."""
    given = ("demo", "--world", "healthy", "--fault", "api-keys-accepted", "--output", str(tmp_path / "run"))
    assert invoked(*given).exit_code == 0
    run = load_run(tmp_path / "run" / "evidence.json")
    assert {finding.check for finding in run.findings if finding.outcome == "fail"} == {"api-keys-accepted"}


@pytest.mark.parametrize("arguments", [["--world", "helthy"], ["--world", "healthy", "--fault", "api-keys-acepted"]])
@pytest.mark.parametrize("name", ["demo", "sandbox"])
def test_unknown_worlds_and_faults(name: str, arguments: list[str]) -> None:
    """A world or a fault that does not exist ends with 2 and names the nearest."""
    done = invoked(name, *arguments)
    assert done.exit_code == ExitCode.USAGE
    assert "healthy" in done.stderr or "api-keys-accepted" in done.stderr


def test_sandbox_list() -> None:
    """--list names every world and every fault with its title."""
    shown = invoked("sandbox", "--list").stdout
    for name in WORLDS:
        assert f"  {name}\n" in shown
    for name, fault in FAULTS.items():
        assert name in shown
        assert fault.title in shown


def exported(stdout: IO[str]) -> list[str]:
    """The lines that a shell takes, up to the last of them."""
    lines = [stdout.readline()]
    while lines[-1] and not lines[-1].startswith("export AUDITOR_RESOLVER="):
        lines.append(stdout.readline())
    return lines


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system can't send a signal to another process")
def test_sandbox_serves_until_ctrl_c(tmp_path: Path) -> None:
    """With the lines that it prints another process audits it; Ctrl-C ends it with 0."""
    with started("sandbox", "--world", "healthy") as serving:
        assert serving.stdout is not None
        assert serving.stderr is not None
        told = [serving.stderr.readline() for _ in range(2)]
        settings = told[1].rpartition("--settings ")[2].strip()
        script = (
            "".join(exported(serving.stdout)) + f'exec "$@" --settings {settings} --quiet --output {tmp_path / "run"}\n'
        )
        done = subprocess.run(
            ["sh", "-c", script, "sh", *command("run")], env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        serving.send_signal(signal.SIGINT)
        assert serving.wait() == 0


def test_lines_for_each_shell() -> None:
    """Values with quotes and blanks survive a POSIX shell and PowerShell."""
    assert export_lines({"A": "b c'd"}, powershell=False) == ("export A='b c'\"'\"'d'",)
    assert export_lines({"A": "b c'd"}, powershell=True) == ("$env:A = 'b c''d'",)


def test_sandbox_generates_a_world_of_any_size(tmp_path: Path) -> None:
    """A generated world is served with the settings that expect it, and passes."""
    with started("sandbox", "--generate", "2x3") as serving:
        assert serving.stdout is not None
        assert serving.stderr is not None
        exports = exported(serving.stdout)
        variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
        told = serving.stderr.readline() + serving.stderr.readline()
        settings = told.strip().rpartition(" ")[2]
        values = {name: value.strip("'") for name, value in variables.items()}
        arguments = command("run", "--settings", settings, "--output", str(tmp_path / "out"), "--json")
        done = subprocess.run(arguments, env=environment(values), capture_output=True, text=True, check=False)
        serving.send_signal(signal.SIGINT)
        assert serving.wait() == 0
    assert done.returncode == 0, done.stderr
    counted = {row["kind"]: row["count"] for row in json.loads(done.stdout)["population"]}
    assert (counted["account"], counted["deployment"]) == (2, 6)


def test_a_size_that_is_none_is_refused() -> None:
    done = invoked("sandbox", "--generate", "many")
    assert done.exit_code == 2
    assert "100x10" in done.stderr
