"""`auditor probes`: what live calls send, what proves success, and what they may cost."""

from __future__ import annotations

import click

from auditor.cli.options import Command, conversation_options, option

_EPILOG = """\
Examples:
  auditor probes
  auditor probes --json

A probe is put to each deployment that declares its feature in the settings;
text to every one. Tokens are the most that all calls of a probe use, by which
the budget counts (probes.tokens).
"""


@click.command(cls=Command, epilog=_EPILOG)
@option("--json", "as_json", intent="Output", is_flag=True, help="Print the probes as JSON.")
@option("--markdown", intent="Output", is_flag=True, help="Print the probes as a table in Markdown.")
@conversation_options
def probes(*, as_json: bool, markdown: bool) -> None:
    """List the live calls: what each sends, proves and costs."""
    from auditor.cli.console import output
    from auditor.probe.handbook import as_data, as_markdown, as_text

    if as_json and markdown:
        raise click.UsageError("--json and --markdown are two outputs; name one")
    output(as_markdown() if markdown else as_data() if as_json else as_text())
