"""The door that `auditor` and `python -m auditor` come in by."""

from __future__ import annotations

import io
import sys

INTERRUPTED = 130
"""As `auditor.errors.ExitCode` has it, which is not there yet while it is loaded."""


def main() -> None:
    """Runs the command line; the process ends with one of `auditor.errors.ExitCode`.

    Both outputs are UTF-8 with plain line feeds, so that a report is the same bytes on every system. Who interrupts
    before a command has begun is told so in a line: the commands themselves are loaded here, and not before.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        from auditor.cli import cli

        cli(prog_name="auditor")
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted before anything was done\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
