"""`auditor ci`: a finished run in the words of the CI system that ran it."""

from __future__ import annotations

import click

from auditor.cli.ci_azure_devops import azure_devops
from auditor.cli.ci_github import github
from auditor.cli.ci_gitlab import gitlab
from auditor.cli.ci_merge import merge
from auditor.cli.options import CommandGroup, conversation_options

_EPILOG = """\
Examples:
  auditor run --output reports/gate; auditor ci github reports/gate
"""


@click.group(cls=CommandGroup, epilog=_EPILOG)
@conversation_options
def ci() -> None:
    """Report a finished run to GitHub, Azure DevOps or GitLab."""


for _command in (github, azure_devops, gitlab, merge):
    ci.add_command(_command)
