"""`auditor policy`: checks of one's own, begun and tried out."""

from __future__ import annotations

import click

from auditor.cli.options import CommandGroup, conversation_options
from auditor.cli.policy_new import new
from auditor.cli.policy_test import test

_EPILOG = """\
Examples:
  auditor policy new tag-team-missing --folder policies
  auditor policy test policies
"""


@click.group(cls=CommandGroup, epilog=_EPILOG)
@conversation_options
def policy() -> None:
    """Begin a check of your own, and run its examples."""


policy.add_command(new)
policy.add_command(test)
