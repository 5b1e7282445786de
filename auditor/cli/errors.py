"""How a command ends that can't go on: what happened, what to do next, whether anything was audited, its exit code."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from auditor.cli.console import complain, redacted, sayable
from auditor.cli.options import VERBOSE
from auditor.errors import AuditorError, ExitCode, SettingsError

_SHOWN = 2000
"""Characters of a foreign error's message that are shown."""


@contextmanager
def ending(ctx: click.Context) -> Iterator[None]:
    """Ends the process as the error asks; click's own errors and exits pass through."""
    try:
        with usage():
            yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except AuditorError as error:
        _tell(*_messages(error), next_step=error.next_step, last=None if error.audited else "Nothing was audited.")
        ctx.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):  # an Abort is Ctrl-C, or the end of input, where something was asked
        _tell("interrupted", next_step="run it again", last="No report was written.")
        ctx.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last door: a defect must not look like a verdict
        if ctx.meta.get(VERBOSE):
            complain(sayable(traceback.format_exc()))
        words = redacted(f"{type(error).__name__}: {error}", os.environ)[:_SHOWN]
        again = "report it, with this message and the version (auditor --version)"
        step = again if ctx.meta.get(VERBOSE) else f"see where with --verbose, and {again}"
        _tell(f"the auditor itself failed: {words}", next_step=step, last="No verdict was reached.")
        ctx.exit(ExitCode.INTERNAL)


@contextmanager
def usage() -> Iterator[None]:
    """Lets click's own errors pass; one that quotes a secret of the command line is said again without it."""
    try:
        yield
    except click.UsageError as error:
        words = error.format_message()
        if sayable(words) == words:
            raise
        raise click.UsageError(sayable(words), ctx=error.ctx) from None


def _messages(error: AuditorError) -> tuple[str, ...]:
    """The message; many problems each on a line of its own, so that editors find file and line at its beginning."""
    problems: tuple[str, ...] = getattr(error, "problems", ())
    if len(problems) > 1:
        where = "settings" if isinstance(error, SettingsError) else "policy"
        return (f"{len(problems)} problems in the {where}", *str(error).splitlines())
    return (str(error),)


def _tell(first: str, *more: str, next_step: str, last: str | None) -> None:
    lines = [click.style("error:", fg="red", bold=True) + f" {sayable(first)}"]
    lines += [sayable(line) for line in more]
    lines += [click.style("next:", bold=True) + f" {sayable(next_step)}"]
    lines += [last] if last else []
    complain("\n".join(lines))
