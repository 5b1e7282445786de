"""A runner whose job sees a world of the sandbox, and signs in by GitHub's OIDC token as a real one does."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from auditor.sandbox import Sandbox, load_world, settings_path
from tests.action.runner import Runner, pretend_installed
from tests.cli.process import environment

ACTION = Path(__file__).resolve().parents[2] / "action" / "action.yml"
PYTHON = {"python": sys.executable}


@contextmanager
def job(
    world: str, folder: Path, *, faults: Sequence[str] = (), latency_ms: float = 0
) -> Iterator[tuple[Runner, Sandbox]]:
    """The runner, with the world's own settings as auditor.yaml in its workspace."""
    with Sandbox(load_world(world, faults), latency_ms=latency_ms) as sandbox:
        env = environment(sandbox.environment)
        del env["AZURE_CLIENT_SECRET"], env["PYTHONPATH"]
        runner = Runner(folder, {**env, **sandbox.signed_in_by("github-oidc"), "GITHUB_RUN_ID": "77"})
        pretend_installed(runner)
        shutil.copy(settings_path(world), runner.workspace / "auditor.yaml")
        beside = settings_path(world).parent
        for path in beside.glob("*.attestations.yaml"):
            shutil.copy(path, runner.workspace)
        for path in beside.glob("*.requirements.txt"):
            shutil.copy(path, runner.workspace)
        yield runner, sandbox
