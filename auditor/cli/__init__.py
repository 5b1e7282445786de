"""A command line over the audit; one file per command, each loaded when it is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from auditor import __version__
from auditor.cli.errors import ending, usage
from auditor.cli.options import conversation_options, write_exit_codes

COMMANDS = (
    "init",
    "run",
    "triage",
    "diff",
    "history",
    "explain",
    "doctor",
    "regions",
    "evaluate",
    "report",
    "verify",
    "keys",
    "ci",
    "permissions",
    "checks",
    "probes",
    "frameworks",
    "settings",
    "policy",
    "demo",
    "sandbox",
    "schema",
    "completion",
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown name is answered with the nearest one without loading every command."""
        near = [] if args[0] in COMMANDS else get_close_matches(args[0], COMMANDS, n=1)
        if near and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def make_context(self, *given: Any, **options: Any) -> click.Context:
        """As click does it, but an error in what stands before the command's name quotes no secret."""
        with usage():
            return super().make_context(*given, **options)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, after keeping the arguments for the evidence; `help COMMAND` means `COMMAND --help`."""
        ctx.meta[ARGUMENTS] = ("auditor", *args)
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does it, but an error, an interrupt or a defect ends with a message and its exit code."""
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
      auditor init                          begin auditor.yaml from what is there
      auditor run                           audit what auditor.yaml names
      auditor run --before-provision        judge what it plans, before it exists
      auditor triage                        on call: what broke, what mends it
      auditor diff                          what changed since it was green
      auditor explain api-keys-accepted     a check, a finding or an error, whole
      auditor doctor                        what a run would not see, and why
      auditor help run                      how to use a command, with examples
    """
