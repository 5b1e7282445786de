"""What every command of `auditor ci` takes, and how each writes what the CI system picks up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from auditor.cli.options import conversation_options, option
from auditor.errors import ReportError

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def ci_options(command: _Decorated) -> _Decorated:
    """Adds BUNDLE, --settings and the conversation's options."""
    for decorate in (
        conversation_options,
        option(
            "--settings",
            intent="Input",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Whose lines to point at. Default: auditor.yaml.",
        ),
        click.argument("bundle", required=False, type=click.Path(path_type=Path)),
    ):
        command = decorate(command)
    return command


def write(path: Path, text: str, *, append: bool = False) -> None:
    """Writes or appends the text as UTF-8 with line feeds; raises ReportError where that can't be done."""
    try:
        with path.open("a" if append else "w", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise ReportError(
            f"{path}: can't be written: {error.strerror or error}",
            next_step="free space, or name a writable folder",
            audited=True,
        ) from error
