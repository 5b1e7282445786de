"""A command line over the audit; one file per command, each loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from auditor import __version__
from auditor.cli.errors import ending, usage
from auditor.cli.options import conversation_options, write_exit_codes

COMMANDS = (
    "run",
    "regions",
    "triage",
    "demo",
    "evaluate",
    "report",
    "verify",
    "keys",
    "diff",
    "history",
    "ci",
    "permissions",
    "checks",
    "probes",
    "frameworks",
    "settings",
    "policy",
    "sandbox",
    "schema",
)
"""In the order of the help; each is the command of that name in the module of that name."""


class LazyGroup(click.Group):
    """Loads a command's module when it is named, and ends each error with its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"auditor.cli.{cmd_name}"), cmd_name)
        return command

    def make_context(self, *given: Any, **options: Any) -> click.Context:
        """Click's own; an error in what stands before the command's name quotes no secret."""
        with usage():
            return super().make_context(*given, **options)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's own, after keeping the arguments for the evidence."""
        ctx.meta[ARGUMENTS] = ("auditor", *args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Click's own; an error of the audit, an interrupt or a defect ends with a message and its exit code."""
        with ending(ctx):
            return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table of exit codes."""
        write_exit_codes(formatter)


ARGUMENTS = "auditor.arguments"
"""Key of the context's meta: the command line as given."""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
@conversation_options
def cli() -> None:
    """Preflight and compliance audit of Azure OpenAI and Microsoft Foundry workloads on the Responses API.

    Reads what is deployed, calls each deployment once, judges both against auditor.yaml, and ends with one verdict.

    \b
    Examples:
      auditor demo                          see it work, on a pretend Azure
      auditor run --settings auditor.yaml   audit what the settings name
      auditor run --before-provision        judge what they plan, before it exists
      auditor regions                       tell in which regions that would fit
      auditor evaluate snapshot.json --pack regulated
    """
