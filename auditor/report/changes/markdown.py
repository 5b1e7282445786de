"""The difference in Markdown, for a ticket or a job summary."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.difference import Difference
from auditor.report.changes.outline import Item, headline, sections, sides
from auditor.report.hostile import markdown, markdown_fence

_TOLD = 200


def render(told: Difference) -> str:
    """The whole text."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Difference) -> Iterator[str]:
    word, counts = headline(told)
    yield f"# {word}: {counts}"
    yield ""
    for label, text in sides(told):
        yield f"- **{label}** {markdown(text)}"
    for note in told.notes:
        yield f"- **Note** {markdown(note)}"
    for section in sections(told):
        yield ""
        yield f"## {section.title} ({len(section.items):,})"
        yield ""
        for item in section.items[:_TOLD]:
            yield from _item(item)
        if len(section.items) > _TOLD:
            yield f"- and {len(section.items) - _TOLD:,} more"


def _item(item: Item) -> Iterator[str]:
    yield f"- {markdown(item.head)}"
    for line in item.lines:
        yield f"  - {markdown(line)}"
    if item.command:
        yield ""
        yield from (f"  {line}" for line in markdown_fence(item.command, "sh").split("\n"))
        yield ""
