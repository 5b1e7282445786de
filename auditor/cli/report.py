"""`auditor report`: one more rendering of a run that was made before."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from auditor.cli.options import FORMAT_NAMES, Command, conversation_options, option, redact_ids_option

_EPILOG = """\
Examples:
  auditor report reports/<run-id>/evidence.json
  auditor report evidence.json --format sarif --output results.sarif
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("evidence", type=click.Path(path_type=Path))
@option(
    "--format",
    "name",
    intent="Output",
    type=click.Choice(("terminal", *FORMAT_NAMES)),
    default="terminal",
    show_default=True,
    help="What to make of it.",
)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    default="-",
    help="Where to write it. Default: stdout.",
)
@redact_ids_option
@conversation_options
def report(evidence: Path, name: str, output: Path) -> None:
    """Render the EVIDENCE of an earlier run in any format."""
    from auditor.cli.console import colored, redacting_ids, say, width
    from auditor.cli.console import output as stdout
    from auditor.report import FORMATS
    from auditor.report.terminal import render
    from auditor.run import load_run

    run = load_run(evidence)
    if redacting_ids():
        from auditor.redact_ids import mask_for

        run = mask_for(run.model_dump_json()).record(run)
    to_stdout = str(output) == "-"
    if name == "terminal":
        text = render(run, width(), to_stdout and colored(sys.stdout, os.environ))
    else:
        text = FORMATS[name].render(run)
    if to_stdout:
        stdout(text)
    else:
        _write(output, text)
        say(f"{name}: {output}")


def _write(path: Path, text: str) -> None:
    """The file appears whole or not at all."""
    from auditor.errors import ReportError

    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ReportError(
            f"{path}: can't be written: {error.strerror or error}",
            next_step="name a writable file with --output, or leave it out for stdout",
            audited=True,
        ) from error
