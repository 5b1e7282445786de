"""The real command in a process of its own, from wherever the test stands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str) -> list[str]:
    """`auditor ARGUMENTS` with this interpreter."""
    return [sys.executable, "-m", "auditor", *arguments]


def environment(values: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment less what steers the auditor, plus the repository's package and the values."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUDITOR_", "AZURE_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **(values or {})}


@contextmanager
def started(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """The command under way, with its output in pipes; it does not outlive the test."""
    with subprocess.Popen(
        command(*arguments), env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
