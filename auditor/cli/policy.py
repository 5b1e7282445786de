"""`auditor policy`: checks of one's own, begun and tried out."""

from __future__ import annotations

import click

from auditor.cli.options import Command, conversation_options
from auditor.cli.policy_new import new
from auditor.cli.policy_test import test

_EPILOG = """\
Examples:
  auditor policy new tag-team-missing --folder policies
  auditor policy test policies
"""


class _Group(click.Group, Command):
    """A group whose help is that of every command, with its commands before the examples."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options by intent, then the commands."""
        Command.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=_Group, epilog=_EPILOG)
@conversation_options
def policy() -> None:
    """Begin a check of your own, and run the examples of your checks."""


policy.add_command(new)
policy.add_command(test)
