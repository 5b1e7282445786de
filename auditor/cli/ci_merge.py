"""`auditor ci merge`: the runs of several jobs as one verdict."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

import click

from auditor.cli.ci_options import write
from auditor.cli.options import Command, conversation_options, option

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

    Of each workload the newest run counts. The exit code is 1 where one failed, else 2 where a workload has no
    evidence, else 3 where one is incomplete, else 0.
    """
    from auditor.ci.github import output_file
    from auditor.ci.merged import merge as merged
    from auditor.ci.merged import summary
    from auditor.cli.console import output
    from auditor.run import load_run

    runs = [load_run(path) for path in sorted(folder.rglob("evidence.json"))]
    told = merged(runs, expect)
    values = {"verdict": told.verdict, "failed": str(told.failed), "unknown": str(told.unknown)}
    text = summary(told)
    for variable, said in (
        ("GITHUB_OUTPUT", output_file(values, lambda: f"auditor_{token_hex(16)}")),
        ("GITHUB_STEP_SUMMARY", text),
    ):
        if path := os.environ.get(variable):
            write(Path(path), said, append=True)
    output(text)
    ctx.exit(told.code)
