"""Masks what must never be kept: keys, connection strings, signatures, tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.cloud.credentials import without_credentials
from auditor.cloud.secret import BARE, FORMS, IDENTIFIER, NUMBER

if TYPE_CHECKING:
    from auditor.record import Json

MASK = "***"

_BEFORE = 48
"""Characters before 32 digits in which to look for the word that says what they are."""

_LAYERS = 3
"""How many times over a secret may be percent-encoded, as addresses within addresses are."""

_ENCODED = re.compile(r"%([0-7][0-9a-f])", re.ASCII | re.IGNORECASE)
"""Of ASCII; no secret holds another, and what is left as it is stays the UTF-8 that it was."""

_RUN = re.compile(r"[^\s\"'<>\\]+")
_UNSAFE = re.compile(r"[\x00-\x20\"'<>\\\x7f]")


def redact(body: bytes) -> tuple[bytes, bool]:
    """The body with each secret's value replaced, and whether there was one; every other byte stays as it was sent."""
    text = body.decode("latin-1")
    masked = mask(without_credentials(text))
    return (masked.encode("latin-1"), True) if masked != text else (body, False)


def mask(text: str) -> str:
    """A text, such as an error's message, without what looks like a secret."""
    return _mask(text, _LAYERS)


def _mask(text: str, layers: int) -> str:
    lowered = text.lower()
    for needle, pattern in FORMS:
        if needle in lowered:
            text = pattern.sub(rf"\g<1>{MASK}", text)
    if "passw" in lowered or "secret" in lowered:
        text = NUMBER.sub(rf"\g<1>\g<2>{MASK}\g<2>", text)
    text = BARE.sub(_unless_identifier, text)
    if layers and "%" in text and _ENCODED.search(text):
        text = _RUN.sub(lambda run: _decoded(run[0], layers - 1), text)
    return text


def _decoded(run: str, layers: int) -> str:
    """A run of characters as it was, or where a secret stands percent-encoded in it, decoded and without that."""
    if "%" not in run:
        return run
    plain = _ENCODED.sub(lambda char: chr(int(char[1], 16)), run)
    masked = _mask(plain, layers)
    return run if masked == plain else _UNSAFE.sub(lambda char: f"%{ord(char[0]):02X}", masked)


def bounded(text: str, limit: int = 500) -> str:
    """One line of at most `limit` characters, without control characters or anything that looks like a secret."""
    line = " ".join("".join(char if char.isprintable() else " " for char in mask(text)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def bounded_member(name: str, value: str, limit: int = 200) -> str:
    """The value of a header or variable as `bounded` has it; its name tells an identifier from a key."""
    prefix = f"{name}: "
    return bounded(prefix + value, len(prefix) + limit)[len(prefix) :]


def secrets_in(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Path of each member, text or number in plain data that looks like a secret, or holds one."""
    if isinstance(value, dict):
        for name, member in value.items():
            if mask(name) != name:
                yield (*path, name)
            yield from secrets_in(member, (*path, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from secrets_in(item, (*path, position))
    elif isinstance(value, str | int):
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        text = json.dumps({name: value})
        if mask(text) != text:
            yield path


def _unless_identifier(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - _BEFORE) : match.start()]
    return match[0] if IDENTIFIER.search(before) else MASK
