"""Where words go: the report to stdout, the conversation to stderr, nothing secret and nothing hostile to either."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import unquote

import click

from auditor.cli.options import QUIET, REDACT_IDS
from auditor.errors import ReportError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

_PAGE_WIDTH = 100
"""Columns of a report that goes to no terminal."""

_SPINNER = 3
"""Columns of the spinner before the text, and one that stays free."""

_SECRET_VARIABLE = re.compile(r"SECRET|PASSW|TOKEN|CANARY|CONNECTION_?STRING|_(KEY|PAT|SAS)$", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^\s/:@]*:([^\s/@]+)@")
"""As in the address of a proxy."""

_SECRET_LENGTH = 8
"""A shorter value is more likely a switch than a secret."""


def say(text: str = "") -> None:
    """A line of the conversation on stderr, unless --quiet."""
    context = click.get_current_context(silent=True)
    if not (context and context.meta.get(QUIET)):
        complain(sayable(text))


def complain(text: str) -> None:
    """The text on stderr; where nobody takes it that changes nothing, an exit code least of all."""
    try:
        click.echo(text, err=True, color=colored(sys.stderr, os.environ))
    except OSError:
        _discard(sys.stderr)


def output(text: str) -> None:
    """The result on stdout; a reader that has left early (`| head`) changes nothing.

    Raises ReportError where it can't be written: whoever wanted it does not have it.
    """
    try:
        click.echo(text, nl=not text.endswith("\n"), color=colored(sys.stdout, os.environ))
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
    except OSError as error:
        _discard(sys.stdout)
        raise ReportError(
            f"stdout can't be written: {error.strerror or error}",
            next_step="free space or send it elsewhere; files that were named above are whole",
            audited=True,
        ) from error


def _discard(stream: IO[str]) -> None:
    """Lets go of what waits to be written, which would fail once more at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def colored(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """Whether to colour a stream: NO_COLOR says no, FORCE_COLOR yes, else terminals that can (https://no-color.org)."""
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (stream.isatty() and environ.get("TERM") != "dumb")


def width() -> int:
    """Columns for a report on stdout."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PAGE_WIDTH


class Progress(Protocol):
    """What the work says while it goes on."""

    def line(self, text: str) -> None:
        """Something worth keeping: a line of the conversation."""

    def now(self, text: str) -> None:
        """What is being done now; shown on a terminal until the next."""


@contextmanager
def progress() -> Iterator[Progress]:
    """A spinner on a terminal; nothing but the lines elsewhere; under --quiet nothing."""
    context = click.get_current_context(silent=True)
    quiet = bool(context and context.meta.get(QUIET))
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Lines()
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with console.status("") as status:
        yield _Spinner(console, status)


class _Lines:
    def line(self, text: str) -> None:
        say(text)

    def now(self, text: str) -> None:
        """Nothing: there is no terminal to show it on."""


class _Spinner:
    def __init__(self, console: Console, status: Status) -> None:
        self._console = console
        self._status = status

    def line(self, text: str) -> None:
        self._console.print(sayable(text), markup=False, soft_wrap=True)

    def now(self, text: str) -> None:
        from rich.text import Text

        self._status.update(Text(fitted(sayable(text), self._console.width - _SPINNER)))


def fitted(text: str, columns: int) -> str:
    """The text on one line of so many columns; of a longer one the ends, where ids differ."""
    line = " ".join(text.split())
    if len(line) <= columns:
        return line
    tail = max(columns * 2 // 3, 1)
    return f"{line[: max(columns - tail - 1, 0)]}…{line[-tail:]}"


def sayable(text: str) -> str:
    """The text without secrets, control characters shown as escapes, without lines that a CI system would obey."""
    from auditor.report.hostile import block, no_commands

    return no_commands(block(redacted(text, os.environ)))


def redacting_ids() -> bool:
    """Whether --redact-ids was given."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(REDACT_IDS))


def redacted(text: str, environ: Mapping[str, str]) -> str:
    """The text without tokens, signatures, keys, and without what the environment's variables hold of secrets.

    With --redact-ids also without ids and names.
    """
    from auditor.cloud.redaction import mask

    for secret in secrets_of(environ):
        text = text.replace(secret, "***")
    text = mask(text)
    if not redacting_ids():
        return text
    from auditor.redact_ids import mask as mask_ids

    return mask_ids(text)


def secrets_of(environ: Mapping[str, str]) -> Iterator[str]:
    """What the environment's variables hold of secrets, as far as their names or their form tell."""
    for name, value in environ.items():
        yield from _secrets(name, value)


def _secrets(name: str, value: str) -> Iterator[str]:
    """The value of a variable that is named like a secret, or the password in an address, as given and as meant."""
    if len(value) >= _SECRET_LENGTH and _SECRET_VARIABLE.search(name):
        yield value
    if password := _PASSWORD.search(value):
        yield from (text for text in (password[1], unquote(password[1])) if len(text) >= _SECRET_LENGTH)
