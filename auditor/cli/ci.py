"""`auditor ci`: a finished run in the words of the CI system that ran it."""

from __future__ import annotations

import click

from auditor.cli.ci_azure_devops import azure_devops
from auditor.cli.ci_github import github
from auditor.cli.ci_gitlab import gitlab
from auditor.cli.ci_merge import merge
from auditor.cli.options import Command, conversation_options

_EPILOG = """\
Examples:
  auditor run --output reports/gate; auditor ci github reports/gate
"""


class _Group(click.Group, Command):
    """A group whose help is that of every command, with its commands before the examples."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options by intent, then the commands."""
        Command.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=_Group, epilog=_EPILOG)
@conversation_options
def ci() -> None:
    """Report a finished run to GitHub, Azure DevOps or GitLab."""


for _command in (github, azure_devops, gitlab, merge):
    ci.add_command(_command)
