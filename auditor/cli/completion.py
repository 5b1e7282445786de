"""`auditor completion`: the script by which a shell completes commands, options, and the names that they take."""

from __future__ import annotations

import click

from auditor.cli.options import Command, conversation_options

VARIABLE = "_AUDITOR_COMPLETE"
"""By which the script asks; click's own name for it."""

_EPILOG = """\
Examples:
  eval "$(auditor completion bash)"                  in ~/.bashrc
  eval "$(auditor completion zsh)"                   in ~/.zshrc, after compinit
  auditor completion fish > ~/.config/fish/completions/auditor.fish

Besides commands and options Tab completes the names of checks, classes of
failures, packs, frameworks, worlds, faults, and what auditor.yaml declares.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@conversation_options
def completion(shell: str) -> None:
    """Print the script by which bash 4.4, zsh or fish completes."""
    from click.shell_completion import get_completion_class

    from auditor.cli import cli
    from auditor.cli.console import output

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click completes for no shell {shell!r}")
    script = made(cli, {}, "auditor", VARIABLE)
    output(script.source_template % script.source_vars())
