"""`auditor completion`: what Tab offers, in a real bash where there is one, and that it offers nothing that acts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from auditor.cli import COMMANDS, cli
from auditor.cli.completion import VARIABLE
from auditor.policy.failure import rows
from auditor.policy.library import shipped_library
from auditor.sandbox import FAULTS
from auditor.sandbox.incident import load_incidents
from auditor.triage.reason import reasons
from tests.cli.conftest import invoked
from tests.cli.process import environment

SETTINGS = """
scope: {subscriptions: [00000000-0000-4000-8000-0000000000a1]}
workloads:
  - {name: desk, account: a, deployments: [{name: chat-main}, {name: "$(reboot)"}]}
  - {name: "de;reboot", account: b}
  - {name: "de\\nsk", account: b}
"""


def offered(*words: str) -> list[str]:
    """What stands behind the last word."""
    found = BashComplete(cli, {}, "auditor", VARIABLE).get_completions(list(words[:-1]), words[-1])
    return [one.value for one in found]


def test_commands_are_completed() -> None:
    """Every command, in the order of the help."""
    assert offered("") == list(COMMANDS)
    assert offered("expl") == ["explain"]


def test_names_are_completed() -> None:
    """Checks, classes of failures, packs, frameworks, worlds and faults are those that there are."""
    library = shipped_library()
    checks = set(library.checks)
    assert set(offered("checks", "show", "")) == checks
    causes = {one.reason.id for one in reasons()}
    assert set(offered("explain", "")) == checks | {row.failure_class for row in rows()} | causes
    assert set(offered("run", "--pack", "")) == set(library.packs)
    assert "nist-800-53-r5" in offered("evaluate", "--framework", "nist")
    assert offered("frameworks", "nist-8") == ["nist-800-53-r5"]
    assert "healthy" in offered("demo", "--world", "")
    assert set(offered("sandbox", "--fault", "")) == set(FAULTS)
    assert set(offered("sandbox", "--incident", "")) == set(load_incidents())
    assert offered("run", "--fail-on", "c") == ["critical"]


def test_runs_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody types a run's id: `diff` offers its two names and the bundles, and files where none begins so."""
    monkeypatch.chdir(tmp_path)
    for name in ("20260101T000000Z-aaaaaa", "20260201T000000Z-bbbbbb"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "evidence.json").touch()
    assert offered("diff", "la") == ["last-green"]
    assert offered("diff", "last-green", "reports/202602") == [str(Path("reports/20260201T000000Z-bbbbbb"))]
    assert offered("diff", "other/") == ["other/"]


def test_declared_workloads_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workloads come from the settings that are named, or from auditor.yaml; a name that a shell obeys is left out."""
    (tmp_path / "auditor.yaml").write_text(SETTINGS, encoding="utf-8")
    assert offered("run", "--settings", str(tmp_path / "auditor.yaml"), "--workload", "") == ["desk"]
    monkeypatch.chdir(tmp_path)
    assert offered("triage", "") == ["chat-main", "desk"]
    assert offered("run", "--workload", "de") == ["desk"]


@pytest.mark.parametrize("text", ["", "[]", "workloads: 5", "workloads: [x]", ":\n\t- {", "\x00"])
def test_settings_that_cannot_be_read_offer_nothing(tmp_path: Path, text: str) -> None:
    """Half-written settings are no reason to print a traceback between prompts."""
    path = tmp_path / "auditor.yaml"
    path.write_text(text, encoding="utf-8")
    assert offered("run", "--settings", str(path), "--workload", "") == []
    assert offered("run", "--settings", str(tmp_path / "none.yaml"), "--workload", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_ask_the_auditor(shell: str) -> None:
    """Each script asks `auditor` by the variable that it reads."""
    done = invoked("completion", shell)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{VARIABLE}={shell}_complete" in done.stdout.replace("$1", "auditor")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes(tmp_path: Path) -> None:
    """In bash the script offers what begins with what was typed."""
    (tmp_path / "auditor").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m auditor "$@"\n', encoding="utf-8")
    (tmp_path / "auditor").chmod(0o755)
    script = """
    eval "$(auditor completion bash)" || exit 9
    COMP_WORDS=(auditor explain api-k) COMP_CWORD=2
    _auditor_completion auditor api-k explain
    printf '%s\\n' "${COMPREPLY[@]}"
    """
    values = environment({"PATH": f"{tmp_path}:/usr/bin:/bin"})
    done = subprocess.run(["bash", "-c", script], env=values, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["api-keys-accepted"]), done.stderr
