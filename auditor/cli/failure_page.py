"""An error that was recognised, and a class of errors, as pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import TYPE_CHECKING

from auditor.policy.failure.words import NOT_KNOWN
from auditor.report import hostile
from auditor.report.page import Page

if TYPE_CHECKING:
    from auditor.policy.failure import Failure, Row

WHOSE = {
    "ours": "ours: settings, roles or code mend it",
    "network": "the network's: DNS, proxy, firewall or TLS between here and Azure",
    "azure": "Azure's: the service itself, or what it has left to give",
    "unknown": "not known",
}
"""Who can mend something, as a page says it."""
_CAPTURED = re.compile(r"`?\??\(\?P<\w+>[^()]*\)`?\??")
"""A group of a pattern, with the quotation marks that may stand around it."""

_SHOWN = {
    "scope": "SCOPE",
    "role": "ROLE_ID",
    "role_name": "ROLE_NAME",
    "action": "DATA_ACTION",
    "phase": "PHASE",
    "said": "the service's own words",
}
"""How a class shows words that only a failure fills."""


def error_page(failure: Failure, request_ids: Sequence[tuple[str, str]], width: int, *, color: bool) -> str:
    """What an error is, whose it is, what to do next, and whether it helps to try again."""
    page = Page(width, color=color)
    page.text(hostile.line(failure.title), style="bold")
    page.text(f"class {failure.failure_class}", style="dim")
    page.heading("Cause")
    page.text(hostile.line(failure.cause), indent=2)
    page.heading("Whose")
    page.text(WHOSE[failure.whose], indent=2)
    page.heading("Next")
    page.step(failure.next_step, indent=2)
    page.heading("Try again?")
    retry = "It may pass by itself: wait, then try again." if failure.retry_helps else "Trying again changes nothing."
    page.text("not known" if failure.whose == "unknown" else retry, indent=2)
    if request_ids:
        page.heading("For Azure support")
        for name, value in request_ids:
            page.text(f"{hostile.line(name)}: {hostile.line(value)}", indent=2)
    return page.finished()


def class_page(name: str, rows: Sequence[Row], width: int, *, color: bool) -> str:
    """A class of failures: each of its rows with what it fits, its cause and its next step."""
    page = Page(width, color=color)
    page.text(name, style="bold")
    for row in rows:
        page.heading(row.title)
        page.text(f"whose: {WHOSE[row.whose]}", indent=2, hang=2)
        page.text(f"fits: {'; '.join(_fits(row)) or 'any error'}", indent=2, hang=2)
        page.text(hostile.line(_plain(row.cause, command=False)), indent=2)
        page.text("Trying again may help." if row.retry else "Trying again changes nothing.", indent=2)
        page.step(_plain(row.next_step, command=True), indent=2)
    return page.finished()


def _fits(row: Row) -> Iterator[str]:
    for word, values in (("phase", row.phase), ("during", row.during), ("HTTP", row.status), ("when", row.when)):
        if values:
            yield f"{word} {' or '.join(str(value).replace('_', ' ') for value in values)}"
    for word, pattern in (("code", row.code), ("words", row.says), ("content type", row.content_type)):
        if pattern is not None:
            yield f"{word} {_readable(pattern.pattern)}"


def _readable(pattern: str) -> str:
    """The pattern as a person reads it: … for what is captured, `or` between its words."""
    text = _CAPTURED.sub("…", pattern.replace(r"\b", "").replace(r"\.", ".").replace("(?:", "("))
    return " or ".join(f'"{one}"' for one in text.split("|")) if "(" not in text else text


def _plain(template: str, *, command: bool) -> str:
    """The template with what each of its words would stand for."""
    names = {name for _, name, _, _ in Formatter().parse(template) if name}
    unknown = {name: words[command] for name, words in NOT_KNOWN.items()}
    known = {name: {**unknown, **_SHOWN}.get(name, name.upper()) for name in names}
    return template.format_map(known)
