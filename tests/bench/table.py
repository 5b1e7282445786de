"""A table of measurements, printed in aligned columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True)
class Table:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def show(table: Table, out: TextIO) -> None:
    widths = [max(len(row[column]) for row in (table.head, *table.rows)) for column in range(len(table.head))]
    out.write(f"\n{table.title}\n")
    for row in (table.head, tuple("-" * width for width in widths), *table.rows):
        first, *others = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        out.write("  ".join((first, *others)).rstrip() + "\n")
    if table.note:
        out.write(f"{table.note}\n")
