"""Takes whatever stands under the name `credentials` out of a body, whatever it looks like."""

from __future__ import annotations

import json
import re

_MEMBER = re.compile(r'"credentials"\s*:\s*', re.IGNORECASE)

_NOTHING = ("null", '"***"')
"""What is left alone: nothing was said, or it was masked before."""


def without_credentials(text: str) -> str:
    """The JSON text with `"***"` for the value of each member `credentials`; every other character stays.

    Connections of Foundry keep their keys, passwords and tokens there, under names that tell nothing (`key`, `pat`,
    `keys.anything`): https://learn.microsoft.com/azure/templates/microsoft.cognitiveservices/accounts/connections.
    Where the value can't be read to its end, all that follows is taken out.
    """
    if '"credentials"' not in text.lower():
        return text
    kept, end = [], 0
    for found in _MEMBER.finditer(text):
        start = found.end()
        if start < end or text.startswith(_NOTHING, start):
            continue
        kept += [text[end:start], '"***"']
        end = _end(text, start)
    return "".join([*kept, text[end:]])


def _end(text: str, start: int) -> int:
    """Where the value that begins at `start` ends."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)
