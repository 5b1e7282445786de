"""Requests as shapes: what was asked, with each id replaced by a word for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from auditor.snapshot import Reading

_GUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?")
_MADE: Final = re.compile(r"[A-Za-z]+[-_][A-Za-z0-9-]{12,}|[0-9a-fA-F]{16,}")
"""Ids that the model endpoints make: `resp_…`, `assistant-…`."""

_AFTER: Final = {"subscriptions": "{id}", "resourcegroups": "{group}"}
_IN_PROVIDER: Final = {"locations": "{location}"}
_FIXED: Final = frozenset({"management", "latest", "current"})
"""Words that stand in the place of a name and are none."""

_ON_MODELS: Final = frozenset({"deployments", "projects"})
_FILTER: Final = "$filter"


@lru_cache(maxsize=65_536)
def _shape(method: str, url: str) -> str:
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/")]
    arm = len(segments) > 1 and segments[1].lower() in {"subscriptions", "providers"}
    path = "/".join(_of_arm(segments) if arm else _elsewhere(segments))
    wanted = dict(parse_qsl(parts.query)).get(_FILTER)
    query = f"?{_FILTER}={_MOMENT.sub('{time}', _GUID.sub('{id}', wanted))}" if wanted else ""
    return f"{method} {'' if arm else '{host}'}{path}{query}"


def shape(reading: Reading) -> str:
    """Such as `GET /subscriptions/{id}/providers/Microsoft.CognitiveServices/accounts`.

    Of the query only a filter is told, since it decides what is found; the host of model endpoints is `{host}`.
    """
    return _shape(reading.method, reading.url)


def _of_arm(segments: list[str]) -> list[str]:
    """After `providers` and a namespace, types and names take turns: the grammar of resource ids.

    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    """
    told: list[str] = []
    place = 0
    # within a provider: 1 for the namespace, then even for types and odd for names
    for number, segment in enumerate(segments):
        before = segments[number - 1].lower() if number else ""
        if segment.lower() == "providers":
            place = 1
            told.append(segment)
        elif place == 1:
            place = 2
            told.append(segment)
        elif place:
            named = place % 2 and segment.lower() not in _FIXED
            told.append(_IN_PROVIDER.get(before, "{name}") if named else segment)
            place += 1
        else:
            told.append(_AFTER.get(before, segment))
    return told


def _elsewhere(segments: list[str]) -> list[str]:
    pairs = zip(["", *segments], segments, strict=False)
    return [
        "{name}" if before.lower() in _ON_MODELS else "{id}" if _GUID.search(one) or _MADE.fullmatch(one) else one
        for before, one in pairs
    ]
