"""`python -m tests.action.serve WORLD ENVFILE`: a world that goes on after this ends, its environment in the file.

For a job that tries the action: the file is GITHUB_ENV, and steps that follow sign in by the sandbox's OIDC endpoint.
The sandbox is a process of its own; a runner ends it with the job.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

PASSED_BY = ".githubusercontent.com,.github.com,.actions.githubusercontent.com,.blob.core.windows.net"
"""Hosts that other actions need, which no sandbox pretends to be."""


def main(world: str, file: str) -> None:
    """Starts the sandbox and ends when it has said its environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.action.serve", "--serve", world],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    with Path(file).open("a", encoding="utf-8") as env:
        for line in iter(process.stdout.readline, "\n"):
            assert line, "the sandbox did not start"
            env.write(line)
    process.stdout.close()
    process.returncode = 0  # it goes on


def serve(world: str) -> None:
    """The sandbox, until it is told to end."""
    from auditor.sandbox import Sandbox, load_world

    with Sandbox(load_world(world)) as sandbox:
        values = {**sandbox.environment, **sandbox.signed_in_by("github-oidc")}
        values |= {"NO_PROXY": PASSED_BY, "no_proxy": PASSED_BY}
        del values["AZURE_CLIENT_SECRET"]
        sys.stdout.write(
            "".join(f"{name}={value}\n" for name, value in values.items()) + f"AUDITOR_SANDBOX={os.getpid()}\n\n"
        )
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1] == "--serve" else main(sys.argv[1], sys.argv[2])
