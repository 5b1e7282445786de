"""`auditor explain`: the page for a finding, a check, a control, a class of failures, or a pasted error."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from auditor.cli import complete
from auditor.cli.complete import offer
from auditor.cli.options import Command, conversation_options, option, reports_option

_EPILOG = """\
Examples:
  auditor explain api-keys-accepted
  auditor explain 3f9c1a0b7d2e4c55
  auditor explain nist-800-53-r5/AC-3
  auditor explain missing-data-role
  auditor explain zone-unlinked
  auditor explain "Error code: 404 - {'error': {'code': 'DeploymentNotFound'}}"
  kubectl logs my-pod | auditor explain -

Exit codes:
  0  explained
  2  nothing has that name, or there is no bundle in which to look
  3  an error text that the auditor does not know
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument(
    "what",
    metavar="FINDING|CHECK|ERROR",
    nargs=-1,
    required=True,
    shell_complete=offer(complete.checks, complete.failure_classes, complete.causes),
)
@reports_option("The folder of bundles in which a finding is looked for, newest first.")
@option(
    "--bundle",
    intent="Input",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Look in this bundle, or evidence file, and no other.",
)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print it as JSON.")
@conversation_options
@click.pass_context
def explain(ctx: click.Context, *, what: tuple[str, ...], reports: Path, bundle: Path | None, as_json: bool) -> None:
    """Explain a finding, a check, a control, a cause or an error.

    A finding's id has 16 hex digits: `auditor history` and `auditor diff` name it. A check has an id and a title.
    Anything that has no such name is taken for the text of an error, which - reads from stdin: what it is, whose it
    is, what to do next, and whether it helps to try again. Asks nothing of Azure.
    """
    from auditor.cli.console import colored, output, width
    from auditor.cli.explained import explained

    found = explained(" ".join(what), bundle, reports)
    if as_json:
        output(json.dumps({"kind": found.kind, **found.data}, indent=2))
    else:
        output(found.page(width(), colored(sys.stdout, os.environ)))
    ctx.exit(found.exit_code)
