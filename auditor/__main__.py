"""The door that `auditor` and `python -m auditor` come in by."""

from __future__ import annotations

import gc
import io
import sys

from auditor.cli import cli

NEW_OBJECTS = 50_000
"""New objects before garbage is looked for: nearly all that a command makes, it needs to its end."""


def main() -> None:
    """Runs the command line; the process ends with one of `auditor.errors.ExitCode`.

    Both outputs are UTF-8 with plain line feeds, so that a report is the same bytes on every system.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    gc.set_threshold(NEW_OBJECTS)
    cli(prog_name="auditor")


if __name__ == "__main__":
    main()
