"""`auditor diff`: what changed between two runs, and who changed it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from auditor.cli.complete import offer_runs
from auditor.cli.options import Command, conversation_options, option, reports_option

_EPILOG = """\
A and B are bundles, evidence files or snapshots; last-green is the newest
bundle under reports/ that passed, newest the newest of all. Without A and B
the newest is compared with the last green. Policy changes are told apart from
changes of the world.

Exit codes: 0 not worse · 1 worse: something fails or is unknown that did not,
or was not, before · 2 one of the two can't be read

Examples:
  auditor diff
  auditor diff last-green reports/<run-id>
  auditor diff before/snapshot.json after/snapshot.json --format markdown
"""

FORMATS = ("terminal", "markdown", "json", "html")


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("before", metavar="[A]", default="last-green", shell_complete=offer_runs)
@click.argument("after", metavar="[B]", default="newest", shell_complete=offer_runs)
@option(
    "--format",
    "name",
    intent="Output",
    type=click.Choice(FORMATS),
    default="terminal",
    show_default=True,
    help="How to tell it.",
)
@option(
    "--output",
    intent="Output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    default="-",
    help="Where to write it. Default: stdout.",
)
@reports_option("Where last-green and newest are looked for.")
@conversation_options
@click.pass_context
def diff(ctx: click.Context, *, before: str, after: str, name: str, output: Path, reports: Path) -> None:
    """Tell what changed since it was green, or from run A to run B."""
    from importlib import import_module

    from auditor.cli.bundles import EVIDENCE, explaining
    from auditor.cli.console import colored, say, width
    from auditor.cli.console import output as stdout
    from auditor.cli.files import write_whole
    from auditor.cli.sides import rejudged, side
    from auditor.difference import Move, difference

    first, second = side(before, reports), side(after, reports)
    told = difference(first, second, rejudged(first, second))
    to_stdout = str(output) == "-"
    module = import_module(f"auditor.report.changes.{name}")
    if name == "terminal":
        text = module.render(told, width(), to_stdout and colored(sys.stdout, os.environ))
    else:
        text = module.render(told)
    if to_stdout:
        stdout(text)
    else:
        write_whole(output, text)
        say(f"{name}: {output}")
    if (new := told.moved(Move.NEW) or told.moved(Move.NEWLY_UNKNOWN)) and Path(second.source).name == EVIDENCE:
        say(f"next: {explaining(new[0].id, Path(second.source).parent, reports)}")
    ctx.exit(1 if told.worse else 0)
