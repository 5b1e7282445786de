"""Cells that a spreadsheet shows and does not obey.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return is a formula to Excel, LibreOffice and Google
Sheets, also behind blanks and quotes, and where a locale parts cells by semicolons also behind one of those
(https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe before it makes it text.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from auditor.report import hostile

MARK = "\ufeff"
"""The byte order mark, without which Excel reads UTF-8 as the machine's own code page; csv readers know `utf-8-sig`."""

_LONGEST = 30_000
"""Characters of a cell; Excel takes 32,767."""

_ACTS = re.compile("((?:^|[;|])[\\s\"'`\u00a0]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_CONTINUED = re.compile(r"\\\r?\n\s*")


def cell(content: object) -> str:
    """The text of a cell: one line; nothing for None; dates as RFC 3339; lists in one line, all else as JSON.

    Numbers and truth values are ours, so that a negative number stays one; every text of others is guarded.
    """
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, int | float):
        return str(content)
    words = _words(content)
    return guarded(hostile.line(_CONTINUED.sub(" ", words) if "\\" in words else words, _LONGEST))


def guarded(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet would take for a formula."""
    return _ACTS.sub(r"\1'", text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A file in the form of RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), every cell between quotes."""
    out = io.StringIO()
    out.write(MARK)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(content) for content in row] for row in rows)
    return out.getvalue()


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, datetime):
        aware = content if content.tzinfo else content.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(content, date):
        return content.isoformat()
    if isinstance(content, list | tuple) and all(isinstance(item, str) for item in content):
        return "; ".join(content)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
