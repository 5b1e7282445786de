"""`auditor ci gitlab`: a finished run as the reports that a GitLab job picks up."""

from __future__ import annotations

import os
from pathlib import Path

import click

from auditor.cli.ci_options import ci_options, write
from auditor.cli.options import Command, option

_EPILOG = """\
Examples:
  auditor ci gitlab
  auditor ci gitlab reports/<run-id> --output .

Writes gl-code-quality-report.json, gl-junit-report.xml, and auditor.env with
AUDITOR_VERDICT (pass, fail, incomplete, error), AUDITOR_FAILED,
AUDITOR_UNKNOWN, AUDITOR_EVIDENCE_PATH, AUDITOR_EVIDENCE_SHA256 and so on.
"""


@click.command(cls=Command, epilog=_EPILOG)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=".",
    help="Where the files go. Default: the working folder.",
)
@ci_options
@click.pass_context
def gitlab(ctx: click.Context, *, bundle: Path | None, settings: Path | None, output: Path) -> None:
    """Report a finished run to GitLab.

    Writes a code quality report, a JUnit report and a dotenv report, and ends with the run's own exit code. BUNDLE is a
    run's folder, without it the newest under reports/. Where there is none, it was altered, or another pipeline made
    it, it ends with 2 and the verdict `error`.
    """
    from auditor.ci import gitlab as words
    from auditor.ci.outputs import Kept, outputs
    from auditor.cli.ci_found import find
    from auditor.cli.console import output as stdout
    from auditor.errors import BundleError, SnapshotError
    from auditor.report import junit

    try:
        found = find(bundle, settings, os.environ)
    except (SnapshotError, BundleError):
        write(output / words.DOTENV, words.dotenv(outputs(None, Kept())))
        raise
    write(output / words.CODE_QUALITY, words.code_quality(found.run, found.lines))
    write(output / words.JUNIT, junit.render(found.run))
    write(output / words.DOTENV, words.dotenv(outputs(found.run, found.kept)))
    stdout("\n".join(words.log(found.run)))
    ctx.exit(found.code)
