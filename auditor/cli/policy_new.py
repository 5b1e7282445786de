"""`auditor policy new`: writes the skeleton of a check, which loads and whose examples pass."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from auditor.cli.options import Command, conversation_options, option

SUBJECTS = ("account", "deployment", "expectation", "quota", "subscription", "workload")
"""The words of `auditor.policy.check.SubjectKind`, said again because that room is heavy to load for a help text."""

_EPILOG = """\
Examples:
  auditor policy new account-sku-unknown
  auditor policy new team-tag-missing --area tags --subject account

The id names the bad state. Then: auditor policy test policies
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("check_id", metavar="ID")
@option(
    "--folder",
    intent="Output",
    type=click.Path(path_type=Path, file_okay=False),
    default="policies",
    show_default=True,
    metavar="DIR",
    help="The pack's folder; made, with a pack.yaml, where there is none.",
)
@option("--area", intent="Output", default="custom", show_default=True, help="The folder below checks/.")
@option(
    "--subject",
    intent="Output",
    type=click.Choice(SUBJECTS),
    default="account",
    show_default=True,
    help="What the check judges, one by one.",
)
@conversation_options
def new(check_id: str, folder: Path, area: str, subject: str) -> None:
    """Write a check to begin from, with comments and examples.

    Nothing that is there is overwritten.
    """
    from auditor.cli.console import output, say
    from auditor.policy.skeleton import begin

    begun = begin(check_id, folder, area, subject)
    for path in begun.written:
        output(str(path))
    if begun.pack is not None:
        say(f"next: name it under `checks:` of {begun.pack}: {check_id}: {{}}")
    say(f"next: auditor policy test {shlex.quote(str(folder))}")
