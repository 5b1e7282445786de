"""A section of the Markdown report, of which as much is told as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.report import wording

_OVERHEAD = 400
"""Bytes kept free for each section's title and words on what it left out."""

_SHARE = 0.6
"""How much of what is left a section may take, so that those after it are told too."""


@dataclass(frozen=True)
class Section:
    """A title, and under it blocks of finished Markdown, of which the last are left out first."""

    title: str
    blocks: Sequence[str]
    """From the worst on, each with its line ends."""
    unit: str
    """What one block is called, in the singular: `failure`."""
    header: str = ""
    """Stands above the blocks and is never left out."""


def fitted(sections: Sequence[Section], room: int) -> str:
    """The sections, one after the other, in at most `room` bytes; each says how many of its blocks are left out."""
    left = room - sum(_OVERHEAD + size(section.header) for section in sections)
    parts = []
    for section in sections:
        kept = _fitting(section.blocks, left * _SHARE)
        left -= sum(size(block) for block in kept)
        parts.append(_told(section, kept))
    return "".join(parts)


def _fitting(blocks: Sequence[str], room: float) -> Sequence[str]:
    """As many of the blocks, from the first on, as there is room for."""
    taken = 0
    for position, block in enumerate(blocks):
        taken += size(block)
        if taken > room:
            return blocks[:position]
    return blocks


def _told(section: Section, kept: Sequence[str]) -> str:
    """The section with the blocks that are kept, and how many are not; nothing when it has none."""
    if not section.blocks:
        return ""
    cut = len(section.blocks) - len(kept)
    said = f"{wording.count(cut, section.unit)} left out, as this report may not grow; all stand in evidence.json."
    text = "".join((f"## {section.title}\n\n{section.header}", *kept)).rstrip("\n")
    return text + (f"\n\n{said}\n\n" if cut else "\n\n")


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """A table whose last `numbers` columns are right-aligned; its cells are finished Markdown without bare pipes."""
    rules = ["---"] * (len(headings) - numbers) + ["---:"] * numbers
    return "\n".join([row(headings), row(rules), *(row(one) for one in rows)])


def row(cells: Sequence[str]) -> str:
    """One row of a table; the cells are finished Markdown without bare pipes."""
    return f"| {' | '.join(cells)} |"
