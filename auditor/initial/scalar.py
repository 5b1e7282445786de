"""Values and comments of YAML, whatever strangers named their things: nothing in a name can end one or act."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.cloud.redaction import mask, secrets_in
from auditor.record import Json
from auditor.report.hostile import line

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@-]*|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
"""Plain text that YAML 1.1 takes for something else (https://yaml.org/type/bool.html)."""

LONGEST = 260
"""Characters of a name in settings."""

_BYTE, _PLANE = 0xFF, 0xFFFF


def scalar(value: str | int) -> str:
    """The value in YAML on one line: plain where that reads as the same text everywhere, else in double quotes."""
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return f'"{"".join(map(_escaped, value))}"'


def flow(values: Iterable[str | int]) -> str:
    """A list in YAML on one line."""
    return f"[{', '.join(map(scalar, values))}]"


def comment(text: str) -> str:
    """The text as it may stand in a comment: one line, acting characters shown as escapes, secrets masked."""
    return line(mask(text))


def statable(key: str, value: str | list[str]) -> bool:
    """Whether settings may say it: nothing that is empty, too long, no text, or looks like a secret."""
    data: Json = {key: value if isinstance(value, str) else list(value)}
    return all(map(_is_name, [value] if isinstance(value, str) else value)) and not any(secrets_in(data))


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST and not any("\ud800" <= char <= "\udfff" for char in text)


def _escaped(char: str) -> str:
    """Invisible characters, those that turn the line and all but ASCII's space are written as their number."""
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code <= _BYTE else f"\\u{code:04X}" if code <= _PLANE else f"\\U{code:08X}"
