"""`auditor run` over worlds, as a person would type it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import cli
from auditor.run import Run, load_run
from auditor.sandbox import Sandbox, load_world, settings_path
from tests.cli.process import environment


@dataclass(frozen=True)
class Typed:
    """What a command line did."""

    code: int
    stdout: str
    stderr: str
    folder: Path
    requests: int
    """How many the sandbox saw."""
    secret: str
    """The client secret that it signed in with."""

    @property
    def run(self) -> Run:
        return load_run(self.folder / "evidence.json")

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


def typed(world: str, folder: Path, *arguments: str, faults: Sequence[str] = ()) -> Typed:
    """`auditor run` with the world's own settings, reports into the folder."""
    given = ("run", "--settings", str(settings_path(world)), "--output", str(folder), *arguments)
    with Sandbox(load_world(world, faults)) as sandbox:
        done = invoked(*given, env=sandbox.environment)
        return Typed(
            done.exit_code,
            done.stdout,
            done.stderr,
            folder,
            len(sandbox.requests),
            sandbox.environment["AZURE_CLIENT_SECRET"],
        )


def invoked(*arguments: str, env: dict[str, str] | None = None) -> Result:
    """The command line in this process, with nothing in the environment that would steer it otherwise."""
    return CliRunner().invoke(cli, list(arguments), env=environment(env), prog_name="auditor")


@pytest.fixture(scope="session")
def healthy_run(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    return typed("healthy", tmp_path_factory.mktemp("healthy") / "run")


@pytest.fixture(scope="session")
def release_run(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    return typed("release", tmp_path_factory.mktemp("release") / "run")
