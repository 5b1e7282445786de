"""A page of text for a terminal: prose wrapped, commands whole, and nothing in it that a runner would obey."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO
from textwrap import wrap

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from auditor.report import hostile, wording
from auditor.run import Run, Verdict

_NARROWEST = 40
_TOOL = re.compile(r"(?:az|auditor|nslookup|nc|openssl|pip|timedatectl|curl) (?!login,)")
"""How a next step begins that is to be pasted: az, and what every system has."""

_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCOMPLETE: "?"}
_STYLES = {Verdict.PASS: "bold green", Verdict.FAIL: "bold red", Verdict.INCOMPLETE: "bold yellow"}


class Page:
    """Lines, one after the other; `width` columns, with colours and signs or in plain text."""

    def __init__(self, width: int, *, color: bool) -> None:
        self.width = max(width, _NARROWEST)
        self.color = color
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=self.width,
            force_terminal=color,
            color_system="standard" if color else None,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def blank(self) -> None:
        """An empty line."""
        self._console.print()

    def heading(self, text: str) -> None:
        """An empty line, and a title."""
        self.blank()
        self.text(text, style="bold")

    def text(self, text: str, *, indent: int = 0, hang: int = 0, style: str = "") -> None:
        """A paragraph; a word longer than the line is left whole."""
        first, rest = " " * indent, " " * (indent + hang)
        for line in wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self.line(Text(line, style=style))

    def line(self, line: Text) -> None:
        """A line as it is, whatever its length."""
        self._console.print(line, soft_wrap=True)

    def command(self, command: str, *, indent: int) -> None:
        """The command on lines of its own, never wrapped."""
        for line in hostile.block(command).rstrip("\n").split("\n"):
            self.line(Text(" " * indent + line, style="cyan"))

    def step(self, step: str, *, indent: int) -> None:
        """What to do next: a command whole, a sentence or a long command's remark wrapped."""
        bare, mark, remark = step.partition("   # ")
        if mark and "\n" not in step and _TOOL.match(step) and indent + len(step) > self.width:
            self.text(f"# {hostile.line(remark, limit=2000)}", indent=indent, hang=2, style="dim")
            self.command(bare, indent=indent)
        elif _TOOL.match(step) or "\n" in step or indent + len(step) <= self.width:
            self.command(step, indent=indent)
        else:
            self.text(hostile.line(step, limit=2000), indent=indent, style="cyan")

    def verdict(self, run: Run, because: str) -> None:
        """The verdict in one line, and why."""
        word = wording.VERDICTS[run.verdict].upper()
        mark = f"{_MARKS[run.verdict]} " if self.color else ""
        head = Text(f"{mark}{word}", style=_STYLES[run.verdict])
        self.line(head.append(f"  {because}", style="not bold default"))

    def table(self, headings: Iterable[str], rows: Iterable[Iterable[RenderableType]], *, numbers: int = 0) -> None:
        """A table whose last `numbers` columns are right-aligned; what is too long is folded, never cut."""
        names = list(headings)
        table = Table(box=box.SIMPLE_HEAD if self.color else None, pad_edge=False, show_edge=False)
        for position, name in enumerate(names):
            number = position >= len(names) - numbers
            table.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def finished(self) -> str:
        """The whole page; no line of it is a command to a CI runner."""
        lines = (line.rstrip() for line in self._file.getvalue().split("\n"))
        return hostile.no_commands("\n".join(lines).strip("\n") + "\n")
