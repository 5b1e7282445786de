"""The door that `auditor` and `python -m auditor` come in by."""

from __future__ import annotations

import gc
import io
import os
import sys
from pathlib import Path

INTERRUPTED = 130
"""As `auditor.errors.ExitCode` has it, which is not there yet while it is loaded."""

STREAMS = 3
"""Descriptors below it are the standard streams'."""

NEW_OBJECTS = 50_000
"""New objects before garbage is looked for: nearly all that a command makes, it needs to its end."""


def main() -> None:
    """Runs the command line; the process ends with one of `auditor.errors.ExitCode`.

    Both outputs are UTF-8 with plain line feeds, so that a report is the same bytes on every system. One that is closed
    changes no verdict, and nothing else is opened in its place. Who interrupts before a command has begun is told so
    in a line: the commands themselves are loaded here, and not before.
    """
    try:
        _open_closed()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        from auditor.cli import cli

        gc.set_threshold(NEW_OBJECTS)
        cli(prog_name="auditor")
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted before anything was done\n")
        sys.exit(INTERRUPTED)


def _open_closed() -> None:
    """Opens the null device in place of standard streams that are closed, as by `>&-`."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < STREAMS:
        continue
    os.close(descriptor)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open as long as the process


if __name__ == "__main__":
    main()
