"""A check's fix, filled in for one subject, safe to paste whatever the names in it are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

from auditor.finding import Fix
from auditor.policy.check import FixText
from auditor.policy.template import TemplateFailure, render
from auditor.record import Json

_UNSAFE = re.compile(
    r"""['"`$\\!;|&<>\u2018-\u201f\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2060-\u206f]"""
    "|[\u00ad\u061c\u180e\u200b\ufeff\ufff9-\ufffb\ufffd\ue000-\uf8ff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What could end a quotation, start another command, or hide that it does, in POSIX shells, in Bicep
or in PowerShell, to which typographic quotation marks are quotation marks; and what nobody sees, which reports show as
its escape, so that a command with it would name another thing when it is pasted."""

_COMMANDS = ("az ", "curl ", "nslookup ", "openssl ")
"""How a next step begins that is a command, not a sentence."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_QUOTE = re.compile(r"""\\.|['"]""", re.DOTALL)


def render_fix(fix: FixText, variables: Mapping[str, Json]) -> Fix:
    """The fix with the facts in it; a part that can't be filled in is left out, and the text says why."""
    problems: list[str] = []

    def part(name: str, template: str | None, place: Callable[[str, str], str]) -> str | None:
        if template is None:
            return None
        try:
            return render(template, variables, place)
        except TemplateFailure as failure:
            problems.append(f"The {name} is left out: {failure}.")
            return None

    text = part("explanation", fix.text, in_prose)
    cli = part("command", fix.cli, _in_shell)
    bicep = part("Bicep", fix.bicep, _in_bicep)
    if text and cli is None and text.startswith(_COMMANDS):
        text, cli = None, text  # a failure's next step, whose values its own table has quoted
    return Fix(text=" ".join([*([text] if text else []), *problems]) or None, cli=cli, bicep=bicep)


def in_prose(_: str, value: str) -> str:
    """The value on one line, without control characters."""
    return _CONTROLS.sub(" ", value)


def _in_shell(before: str, value: str) -> str:
    """The value as one word of a POSIX shell or of PowerShell, in quotes where it needs them and none are open."""
    _refuse_unsafe(value, "a shell")
    if value.startswith(("-", "@")):
        raise TemplateFailure(f"az would take a value that starts with {value[0]} for an option or a file")
    return value if _open_quote(before) else shlex.quote(value)


def _in_bicep(_: str, value: str) -> str:
    _refuse_unsafe(value, "Bicep")
    return value


def _refuse_unsafe(value: str, reader: str) -> None:
    unsafe = _UNSAFE.search(value)
    if unsafe:
        raise TemplateFailure(f"{reader} could misread the character U+{ord(unsafe[0]):04X} in one of its values")


def _open_quote(before: str) -> str:
    """The quotation mark that is still open at the end of a script, or nothing."""
    quote = ""
    for found in _QUOTE.finditer(before):
        mark = found[0]
        if quote:
            quote = "" if mark == quote else quote
        elif not mark.startswith("\\"):
            quote = mark
    return quote
