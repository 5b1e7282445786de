"""Commands that can be pasted from a narrow page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.text import Text

from auditor.report import hostile
from auditor.report.page import Page

_COMMENT = re.compile(r"\s{2,}# (.*)$")
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+|['"]""")


def command(page: Page, command: str, *, indent: int) -> None:
    """A command that can be pasted: broken between its words where it is longer than the line, a remark on its own."""
    for line in hostile.block(command).strip().split("\n"):
        remark = _COMMENT.search(line)
        if remark is not None:
            page.text(f"# {remark[1]}", indent=indent, hang=2, style="dim")
        for part in _broken(line[: remark.start()] if remark else line, page.width - indent):
            page.line(Text(" " * indent + part, style="cyan"))


def _broken(line: str, width: int) -> Iterator[str]:
    now = ""
    for word in _WORD.findall(line):
        if now and len(now) + len(word) + 3 > width:
            yield f"{now} \\"
            now = f"  {word}"
        else:
            now = f"{now} {word}" if now else word
    yield now
