"""Options that commands share, and help that groups them by what they are for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.cli.manual import write_manual
from auditor.errors import EXIT_MEANINGS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SEVERITIES = ("critical", "high", "medium", "low", "info")
"""The words of `auditor.finding.Severity`, said again because that room is heavy to load for a help text."""

FORMAT_NAMES = ("json", "html", "markdown", "csv", "junit", "sarif", "ocsf", "oscal", "pdf")
"""The names of `auditor.report.FORMATS` and of `ON_DEMAND`, for the same reason."""

QUIET = "auditor.quiet"
VERBOSE = "auditor.verbose"
REDACT_IDS = "auditor.redact-ids"

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


class Option(click.Option):
    """An option that knows its intent: the heading it stands under in the help."""

    def __init__(self, *args: Any, intent: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.intent = intent

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """What `auditor.cli.complete` offers for the flag, else click's own."""
        from auditor.cli.complete import FLAGS

        offered = FLAGS.get(self.opts[0])
        return offered(ctx, self, incomplete) if offered else super().shell_complete(ctx, incomplete)


class Command(click.Command):
    """A command whose help groups the options by intent and ends with what it says after them, as written."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One block per intent, in the order in which they first appear."""
        blocks: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record:
                blocks.setdefault(getattr(parameter, "intent", "Conversation"), []).append(record)
        for heading, records in blocks.items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The epilog without click's re-wrapping, then what the manual says of the command."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write(_fitted(self.epilog, formatter.width))
        write_manual(ctx, formatter)


def _fitted(epilog: str, width: int) -> str:
    """The epilog with its prose wrapped anew where the terminal is narrower; examples and tables stay as they are."""
    if max(map(len, epilog.splitlines())) <= width:
        return epilog
    parts = [
        part if "\n " in part or part.endswith(":") else click.wrap_text(" ".join(part.split()), width)
        for part in epilog.rstrip("\n").split("\n\n")
    ]
    return "\n\n".join(parts) + "\n"


class CommandGroup(click.Group, Command):
    """A group whose help is that of every command, with its commands before the examples."""


def option(*names: str, intent: str, **attributes: Any) -> Callable[[_Decorated], _Decorated]:
    """`click.option` under a heading."""
    return click.option(*names, cls=Option, intent=intent, **attributes)


def reports_option(meaning: str) -> Callable[[_Decorated], _Decorated]:
    """--reports: the folder of bundles, and what is looked for there."""
    return option(
        "--reports",
        intent="Input",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        default="reports",
        show_default=True,
        help=meaning,
    )


def conversation_options(command: _Decorated) -> _Decorated:
    """Adds --quiet and --verbose, which work before and after the command's name."""
    for name, key, meaning in (
        ("--verbose", VERBOSE, "Show the traceback of an internal error."),
        ("--quiet", QUIET, "Say nothing on stderr but errors."),
    ):
        command = option(
            name, intent="Conversation", is_flag=True, expose_value=False, callback=_noted(key), help=meaning
        )(command)
    return command


def gate_options(command: _Decorated) -> _Decorated:
    """Adds what decides the verdict: --pack, --fail-on, --allow-incomplete, --exit-zero."""
    for decorate in reversed(
        (
            option("--pack", intent="Judgement", multiple=True, metavar="NAME", help=_PACK),
            option("--fail-on", intent="Judgement", type=click.Choice(SEVERITIES), help=_FAIL_ON),
            option("--allow-incomplete", intent="Judgement", is_flag=True, help=_ALLOW_INCOMPLETE),
            option("--exit-zero", intent="Judgement", is_flag=True, help=_EXIT_ZERO),
        )
    ):
        command = decorate(command)
    return command


def sign_option(command: _Decorated) -> _Decorated:
    """Adds --sign, which names the key that signs the bundle."""
    return option("--sign", intent="Output", metavar="KEY", help=_SIGN)(command)


def framework_option(command: _Decorated) -> _Decorated:
    """Adds --framework, which says whose controls the run is to state."""
    return option("--framework", "frameworks", intent="Judgement", multiple=True, metavar="NAME", help=_FRAMEWORK)(
        command
    )


def redact_ids_option(command: _Decorated) -> _Decorated:
    """Adds --redact-ids, which is noted for whatever is said and written from there on."""
    return option(
        "--redact-ids",
        intent="Output",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_noted(REDACT_IDS),
        help=_REDACT_IDS,
    )(command)


def write_exit_codes(formatter: click.HelpFormatter) -> None:
    """The table of exit codes as a block of the help."""
    with formatter.section("Exit codes"):
        formatter.write_dl([(str(int(code)), meaning) for code, meaning in EXIT_MEANINGS.items()])


_PACK = "Judge with this pack instead of the settings' (a name, or a path beside the settings); repeatable."
_FRAMEWORK = "State this framework's controls too; repeatable. It changes no finding. Names: auditor frameworks."
_FAIL_ON = "The least severity that stops the release."
_SIGN = "Sign the manifest: a key of `auditor keys new`, or azurekms://<vault>.vault.azure.net/keys/<key>."
_ALLOW_INCOMPLETE = "Let unknown findings and an incomplete audit pass."
_REDACT_IDS = "Mask ids of subscriptions, tenants and principals, and people's names, in all that is written and said."
_EXIT_ZERO = "End with 0 whatever the verdict; errors keep their code."


def _noted(key: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def note(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            ctx.meta[key] = True

    return note
