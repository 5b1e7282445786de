"""Runs the steps of a composite action as GitHub's runner does, as far as these actions use it.

`run:` steps are executed by bash with the files that GitHub gives them; `uses:` steps are recorded with their inputs,
and end as the test says. https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from tests.action import expression
from tests.ci import obeyed

ROOT = Path(__file__).resolve().parents[2]
SUMMARY_LIMIT = 1024 * 1024


@dataclass
class Used:
    """Another action that was called."""

    name: str
    inputs: dict[str, str]


@dataclass
class Job:
    """What one call of the action did."""

    outputs: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    """Step's name → success, failure or skipped."""
    codes: dict[str, int] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    used: list[Used] = field(default_factory=list)

    @property
    def commands(self) -> list[obeyed.Obeyed]:
        """What the runner obeys of all logs."""
        return [command for log in self.logs.values() for command in obeyed.github(log)]

    def annotations(self, level: str) -> list[obeyed.Obeyed]:
        """The annotations of this level."""
        return [command for command in self.commands if command.name == level]

    @property
    def code(self) -> int:
        """The code of the step that failed first; 0 where none did."""
        return next((code for code in self.codes.values() if code), 0)

    @property
    def succeeded(self) -> bool:
        return "failure" not in self.outcomes.values()

    def of(self, action: str) -> Used | None:
        """The call of another action, by what its name begins with."""
        return next((each for each in self.used if each.name.startswith(action)), None)


class Runner:
    """A runner's folders and the environment of a job."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.workspace, self.temp, self._files = folder / "workspace", folder / "temp", folder / "files"
        for each in (self.workspace, self.temp, self._files):
            each.mkdir(parents=True, exist_ok=True)
        self.environ = dict(environ)

    def call(
        self,
        action: Path,
        inputs: Mapping[str, str] | None = None,
        *,
        failing: tuple[str, ...] = (),
        cancel: Callable[[str], bool] | None = None,
    ) -> Job:
        """The job after the action's steps; `failing` names other actions that fail, `cancel` a log that is waited for.

        An input that the action does not have is only warned of, as by GitHub.
        """
        manifest = cast("dict[str, Any]", yaml.safe_load(action.read_text(encoding="utf-8")))
        declared = cast("dict[str, Any]", manifest.get("inputs", {}))
        given = {name: str(each.get("default", "")) for name, each in declared.items()}
        job = Job()
        for name in set(inputs or {}) - set(given):
            job.logs["inputs"] = f"::warning::Unexpected input(s) '{name}'\n"
        given |= {name: value for name, value in (inputs or {}).items() if name in given}
        contexts = {f"inputs.{name}": value for name, value in given.items()}
        state = {"failed": False, "cancelled": False}
        functions: dict[str, Callable[[], bool]] = {
            "success": lambda: not state["failed"] and not state["cancelled"],
            "failure": lambda: state["failed"],
            "cancelled": lambda: state["cancelled"],
            "always": lambda: True,
        }
        for step in manifest["runs"]["steps"]:
            name = str(step["name"])
            if not expression.holds(step.get("if"), contexts, functions):
                outcome, produced = "skipped", {}
            elif "uses" in step:
                filled = {key: expression.text(str(each), contexts, functions) for key, each in step["with"].items()}
                outcome, produced = self._used(job, step["uses"], filled, failing)
            else:
                env = {key: expression.text(str(each), contexts, functions) for key, each in step["env"].items()}
                outcome, produced = self._run(job, step, env | {"GITHUB_ACTION_PATH": str(action.parent)}, cancel)
                state["cancelled"] = state["cancelled"] or outcome == "cancelled"
            job.outcomes[name] = outcome
            state["failed"] = state["failed"] or (outcome == "failure" and not step.get("continue-on-error"))
            if outcome == "failure" and step.get("continue-on-error"):
                job.outcomes[name] = "failure (continued)"
            if "id" in step:
                contexts[f"steps.{step['id']}.outcome"] = outcome
                contexts |= {f"steps.{step['id']}.outputs.{key}": value for key, value in produced.items()}
        for name, each in manifest.get("outputs", {}).items():
            job.outputs[name] = expression.text(str(each["value"]), contexts, functions)
        return job

    def _used(
        self, job: Job, name: str, inputs: dict[str, str], failing: tuple[str, ...]
    ) -> tuple[str, dict[str, str]]:
        job.used.append(Used(name, inputs))
        if any(name.startswith(each) for each in failing):
            return "failure", {}
        if name.startswith("actions/upload-artifact@"):
            there = [path for path in Path(inputs["path"]).rglob("*") if path.is_file()]
            if not there and inputs.get("if-no-files-found") == "error":
                return "failure", {}
            return "success", {"artifact-url": "https://github.com/contoso/release/actions/runs/1/artifacts/2"}
        return "success", {}

    def _run(
        self,
        job: Job,
        step: Mapping[str, Any],
        env: Mapping[str, str],
        cancel: Callable[[str], bool] | None,
    ) -> tuple[str, dict[str, str]]:
        assert "${{" not in step["run"], "nothing is interpolated into a script"
        number = len(job.codes)
        files = {name: self._files / f"{number}-{name}" for name in ("output", "step_summary", "env", "path", "state")}
        for path in files.values():
            path.write_text("")
        script = self._files / f"{number}.sh"
        script.write_text(step["run"])
        assert step["shell"] == "bash"
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={
                **self.environ,
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.temp),
                **{f"GITHUB_{name.upper()}": str(path) for name, path in files.items()},
                **env,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        cancelled = False
        with process:
            assert process.stdout
            lines = []
            for line in process.stdout:
                lines.append(line)
                if cancel and not cancelled and cancel(line):
                    cancelled = True
                    process.send_signal(signal.SIGINT)
        summary = files["step_summary"].read_text(encoding="utf-8")
        assert len(summary.encode()) <= SUMMARY_LIMIT, "GitHub would refuse it whole"
        job.summary += summary
        job.logs[str(step["name"])] = "".join(lines)
        job.codes[str(step["name"])] = process.returncode
        outcome = "cancelled" if cancelled else "failure" if process.returncode else "success"
        return outcome, obeyed.assigned(files["output"].read_text(encoding="utf-8"))


def pretend_installed(runner: Runner) -> None:
    """The environment that the install step would make, with this interpreter's packages and this repository's code."""
    import hashlib
    import sysconfig
    import venv

    made = runner.temp / f"auditor-env-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"
    venv.create(made, symlinks=os.name != "nt")
    (packages,) = made.glob("lib/python3*/site-packages")
    found = ascii([str(ROOT), sysconfig.get_paths()["purelib"]])  # such a file is read in the locale's own encoding
    (packages / "here.pth").write_text(f"import sys; sys.path += {found}\n")
    (made / "installed").touch()
    assert sys.version_info[:2] == tuple(int(part) for part in packages.parent.name[6:].split("."))
