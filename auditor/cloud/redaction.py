"""Masks what must never be kept: keys, connection strings, signatures, tokens."""

from __future__ import annotations

import re

MASK = "***"

SECRET_MEMBERS = (
    "_H_azureml-throttling-key",
    "accessKey",
    "accountKey",
    "apiKey",
    "access_token",
    "clientSecret",
    "client_secret",
    "connectionString",
    "instrumentationKey",
    "key1",
    "key2",
    "password",
    "primaryConnectionString",
    "primaryKey",
    "refresh_token",
    "sasToken",
    "sasUri",
    "secondaryConnectionString",
    "secondaryKey",
    "sharedAccessKey",
    "sharedKey",
)
"""JSON members whose string value is a secret, whatever the object; compared without case.

`_H_azureml-throttling-key` is an opaque value that real deployments carry in `properties.capabilities`.
"""

_IN_JSON = tuple(
    (f'"{name.lower()}"', re.compile(rf'("{re.escape(name)}"\s*:\s*")(?!\*\*\*")(?:[^"\\]|\\.)+', re.IGNORECASE))
    for name in SECRET_MEMBERS
)
_IN_TEXT = (
    ("key=", re.compile(r"((?:AccountKey|SharedAccessKey)=)(?!\*\*\*)[^;\"'\s&]+", re.IGNORECASE)),
    ("password=", re.compile(r"(Password=)(?!\*\*\*)[^;\"'\s&]+", re.IGNORECASE)),
    ("sig=", re.compile(r"((?:[?&;]|\\u0026)sig=)(?!\*\*\*)[^&;\"'\s\\]+", re.IGNORECASE)),
    ("bearer ", re.compile(r"(\bBearer )(?!\*\*\*)[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE)),
    ("eyj", re.compile(r"()\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")),
    ("jqqj9", re.compile(r"()\b[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z][A-Za-z0-9]{20,30}\b")),
)
"""Connection strings, shared access signatures, bearer headers, JSON Web Tokens, and the marked keys that Azure issues.

Each pattern stands with what a text must hold, lower-cased, before it is worth trying: a model catalogue is megabytes.
"""


def redact(body: bytes) -> tuple[bytes, bool]:
    """The body with each secret's value replaced, and whether there was one; every other byte stays as it was sent."""
    text = body.decode("latin-1")
    masked = _masked(text, _IN_JSON + _IN_TEXT)
    return (masked.encode("latin-1"), True) if masked != text else (body, False)


def mask(text: str) -> str:
    """A text, such as an error's message, without what looks like a secret."""
    return _masked(text, _IN_TEXT)


def _masked(text: str, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> str:
    lowered = text.lower()
    for needle, pattern in patterns:
        if needle in lowered:
            text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def bounded(text: str, limit: int = 500) -> str:
    """One line of at most `limit` characters, without control characters or anything that looks like a secret."""
    line = " ".join("".join(char if char.isprintable() else " " for char in mask(text)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
