"""`auditor ci merge`: the runs of several jobs as one verdict."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import click

from auditor.cli.ci_options import write
from auditor.cli.options import Command, conversation_options, option

if TYPE_CHECKING:
    from auditor.run import Run

_EPILOG = """\
Examples:
  auditor ci merge bundles --expect support-desk --expect campaign-reports

Where GITHUB_OUTPUT and GITHUB_STEP_SUMMARY are set it writes verdict, failed
and unknown, and a table, to them.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@option(
    "--expect",
    intent="Input",
    multiple=True,
    required=True,
    metavar="NAME",
    help="A workload that must have been audited; repeatable.",
)
@conversation_options
@click.pass_context
def merge(ctx: click.Context, *, folder: Path, expect: tuple[str, ...]) -> None:
    """Give the runs below FOLDER one verdict.

    Of each workload the newest run counts. Where evidence was altered, or another CI run than this one made it, there
    is no verdict, and it ends with 2. Else the exit code is 1 where one failed, 2 where a workload has no evidence,
    else 3 where one is incomplete, else 0.
    """
    from auditor.ci.github import summary_without_run
    from auditor.ci.merged import merge as merged
    from auditor.ci.merged import summary
    from auditor.cli.console import output
    from auditor.errors import BundleError, SnapshotError

    try:
        runs = [_run(path.parent) for path in sorted(folder.rglob("evidence.json"))]
    except (SnapshotError, BundleError) as error:
        _say({"verdict": "error", "failed": "", "unknown": ""}, summary_without_run(str(error)))
        raise
    told = merged(runs, expect)
    text = summary(told)
    _say({"verdict": told.verdict, "failed": str(told.failed), "unknown": str(told.unknown)}, text)
    output(text)
    ctx.exit(told.code)


def _run(folder: Path) -> Run:
    """The run in a bundle; raises where it was altered, or was made by another CI run than this one."""
    from auditor.bundle.kept import unaltered
    from auditor.cli.ci_found import refuse_another_runs

    run = unaltered(folder).run()
    refuse_another_runs(folder, run, os.environ)
    return run


def _say(values: Mapping[str, str], text: str) -> None:
    """Outputs and summary, where this is a step of a workflow."""
    from auditor.ci.github import output_file

    for variable, said in (
        ("GITHUB_OUTPUT", output_file(values, lambda: f"auditor_{token_hex(16)}")),
        ("GITHUB_STEP_SUMMARY", text),
    ):
        if path := os.environ.get(variable):
            write(Path(path), said, append=True)
