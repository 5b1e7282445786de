"""The difference for a terminal: prose wrapped, commands whole."""

from __future__ import annotations

from rich.text import Text

from auditor.difference import Difference
from auditor.report import hostile
from auditor.report.changes.outline import headline, sections, sides
from auditor.report.page import Page

_TOLD = 40
"""How many items of a section are told; the rest are counted."""


def render(told: Difference, width: int = 80, color: bool = True) -> str:
    """The page for `width` columns."""
    page = Page(width, color=color)
    word, counts = headline(told)
    page.line(
        Text(word.upper(), style="bold red" if told.worse else "bold green").append(
            f"  {counts}", style="not bold default"
        )
    )
    for label, text in sides(told):
        page.text(f"{label + ':':8}{text}", hang=8)
    for note in told.notes:
        page.text(f"NOTE  {hostile.line(note)}", hang=6, style="yellow")
    for section in sections(told):
        page.heading(f"{section.title} ({len(section.items):,})")
        for item in section.items[:_TOLD]:
            page.text(item.head, indent=2, hang=2, style="bold" if item.lines or item.command else "")
            for line in item.lines:
                page.text(line, indent=6, hang=2)
            if item.command:
                page.command(item.command, indent=6)
        if len(section.items) > _TOLD:
            page.text(f"and {len(section.items) - _TOLD:,} more; --format json lists them all", indent=2)
    return page.finished()
