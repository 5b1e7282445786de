"""Why Azure would not take a name for an account that is still to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

SHORTEST: Final = 2
LONGEST: Final = 64
"""https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcognitiveservices"""

RESERVED: Final = frozenset(
    {
        *("access", "azure", "bing", "bizspark", "biztalk", "cortana", "directx", "dotnet", "dynamics", "excel"),
        *("exchange", "forefront", "groove", "hololens", "hyperv", "kinect", "lync", "msdn", "o365", "office"),
        *("office365", "onedrive", "onenote", "outlook", "powerpoint", "sharepoint", "skype", "visio"),
        *("visualstudio", "xbox"),
    }
)
"""No name as a whole; those of the list that hold a dot or an underscore fail by that.

https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name
"""

ANYWHERE: Final = ("microsoft", "windows")
AT_THE_START: Final = "login"

_SHOWN: Final = 5
"""So many of the characters that are not allowed are told."""


def name_troubles(name: str) -> list[str]:
    """Each in words that go on from `the name`; none for one that Azure's rules allow."""
    return list(_troubles(name))


def _troubles(name: str) -> Iterator[str]:
    if not SHORTEST <= len(name) <= LONGEST:
        yield f"has a length of {len(name)}, and {SHORTEST} to {LONGEST} characters are allowed"
    others = sorted(set(re.sub(r"[A-Za-z0-9-]", "", name)))
    if others:
        yield f"holds {', '.join(map(ascii, others[:_SHOWN]))}, and only letters, digits and hyphens are allowed"
    if name.startswith("-") or name.endswith("-"):
        yield "begins or ends with a hyphen"
    folded = name.lower()
    if folded in RESERVED:
        yield "is a reserved word"
    yield from (f"holds the reserved word {word.upper()}" for word in ANYWHERE if word in folded)
    if folded.startswith(AT_THE_START):
        yield f"begins with the reserved word {AT_THE_START.upper()}"
