"""An MCP server as settings say it, before it is one: shapes, and what says nothing without another part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.settings_file.located import Where

_MCP_SHAPES: dict[str, tuple[re.Pattern[str], str]] = {
    "label": (
        re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}"),
        "must be a letter, then letters, digits, - and _, at most 64 characters",
    ),
    "url": (
        re.compile(r"(?:https://[^\s/?#@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?)(?:/[^\s?#]*)?"),
        (
            "must be an https address without user, query or fragment, such as https://tools.contoso.com/mcp;"
            " plain http is for this machine alone, and a key belongs in the environment (key_from)"
        ),
    ),
    "key_from": (
        re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
        "must be the name of an environment variable, such as TOOLS_KEY; the key itself stands in no settings",
    ),
    "header": (re.compile(r"[A-Za-z0-9-]+"), "must be the name of a header, such as x-functions-key"),
}
"""Member → its shape, and how a message says so; none quotes what was found, which may be a key."""
_HOW = ("none", "entra", "key")

_MCP_HEADER = "Authorization"
"""The default, which settings that were saved with a snapshot state too."""


def mcp_server(at: Where, server: dict[str, Any]) -> Iterator[tuple[Where, str]]:
    """What is wrong in one, each with where it is seen; no message quotes what was found, which may be a key."""
    for member, (shape, rule) in _MCP_SHAPES.items():
        value = server.get(member)
        if isinstance(value, str) and value and not shape.fullmatch(value):
            yield (*at, member), rule
    how = server.get("authentication", "none")
    for kind, member, what in (
        ("entra", "scope", "the scope of the token"),
        ("key", "key_from", "the environment variable that holds the key"),
    ):
        if how == kind and server.get(member) is None:
            yield (*at, "authentication"), f"{kind} needs {member}: {what}"
        elif how in _HOW and how != kind and server.get(member) is not None:
            yield (*at, member), f"is of no use with authentication: {how}"
    header = server.get("header")
    if how != "key" and isinstance(header, str) and header and header != _MCP_HEADER:
        yield (*at, "header"), "is of no use without authentication: key"
