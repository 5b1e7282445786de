"""`auditor frameworks`: which compliance frameworks lead to checks, and who published the mappings."""

from __future__ import annotations

import click

from auditor.cli import complete
from auditor.cli.complete import offer
from auditor.cli.options import Command, conversation_options

_EPILOG = """\
Examples:
  auditor frameworks
  auditor frameworks nist-800-53-r5
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("name", required=False, shell_complete=offer(complete.frameworks))
@conversation_options
def frameworks(name: str | None) -> None:
    """List the compliance frameworks, or all of one.

    Each mapping of a control to a check has a published source; a mapping is not evidence of compliance.
    """
    from auditor.cli.console import output
    from auditor.policy.framework_pages import listing, page
    from auditor.policy.frameworks import load_frameworks

    output(page(load_frameworks([name])[0]) if name else listing(load_frameworks()))
