"""`auditor report`: one more rendering of a run that was made before."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from auditor.cli.options import FORMAT_NAMES, Command, conversation_options, option, redact_ids_option

_STDOUT = "-"

_EPILOG = """\
Examples:
  auditor report reports/<run-id>
  auditor report evidence.json --format sarif --output results.sarif
  auditor report reports/<run-id> --format csv --output lists
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
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE|DIR",
    default=_STDOUT,
    help="Where to write it; a folder for csv, which is several files. Default: stdout.",
)
@redact_ids_option
@conversation_options
def report(evidence: Path, name: str, output: Path) -> None:
    """Render the EVIDENCE of an earlier run in any format.

    EVIDENCE is an evidence.json or the folder of a run. What comes out is what the run itself wrote, byte for byte.
    Evidence that is not what the manifest beside it says is refused.
    """
    from auditor.bundle.kept import kept_run
    from auditor.cli.console import redacting_ids, say

    run = kept_run(evidence)
    if redacting_ids():
        from auditor.redact_ids import mask_for

        run = mask_for(run.model_dump_json()).record(run)
    if name == "terminal":
        from auditor.cli.console import colored, width
        from auditor.report.terminal import render

        to_stdout = str(output) == _STDOUT
        text = render(run, width(), to_stdout and colored(sys.stdout, os.environ))
        files: Mapping[str, bytes] = {"report.txt": text.encode()}
    else:
        from auditor.report import format_named

        files = format_named(name).files(run)
    if str(output) == _STDOUT:
        _print(name, files)
        return
    for path, content in _placed(name, files, output).items():
        _write(path, content, path.parent if len(files) > 1 else None)
    say(f"{name}: {output}")


def _print(name: str, files: Mapping[str, bytes]) -> None:
    """The one file on stdout, to the byte; UsageError for several, and for bytes that a terminal would show."""
    from auditor.cli.console import output as stdout

    if len(files) > 1:
        raise click.UsageError(f"{name} is {len(files)} files: name a folder with --output")
    (content,) = files.values()
    if name == "pdf":
        if sys.stdout.isatty():
            raise click.UsageError("pdf is no text: name a file with --output")
        sys.stdout.buffer.write(content)
    else:
        stdout(content.decode())


def _placed(name: str, files: Mapping[str, bytes], output: Path) -> dict[Path, bytes]:
    """Where each file goes: below the folder, or the only one to the file that was named."""
    if len(files) > 1 and output.exists() and not output.is_dir():
        raise click.UsageError(f"{name} is {len(files)} files, and {output} is no folder")
    if len(files) > 1 or output.is_dir():
        return {output / filename: content for filename, content in files.items()}
    (content,) = files.values()
    return {output: content}


def _write(path: Path, content: bytes, folder: Path | None) -> None:
    """The file appears whole or not at all; `folder` is made where it is not there."""
    from auditor.errors import ReportError

    partial = path.with_name(f".{path.name}.partial")
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise ReportError(
            f"{path}: can't be written: {error.strerror or error}",
            next_step="name a writable file with --output, or leave it out for stdout",
            audited=True,
        ) from error
