"""The secrets that a request to a model carries, and what else must stay unsaid: no echo of them is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 6
"""Characters; what is shorter would mask words that happen to be alike, and protects nothing."""

CARRIERS = ("authorization", "api-key")
"""Headers whose value signs the request in."""


def sent_secrets(headers: Mapping[str, str], body: bytes, unsaid: Iterable[str] = ()) -> tuple[bytes, ...]:
    """What must not be kept of an answer that repeats it: a request's own token or key, and those for tools' servers.

    And of the texts that stay `unsaid` those that the request holds. Longest first; as each stands in plain text, in
    JSON, and in JSON that is quoted in JSON.
    """
    found = {value for name in CARRIERS if (value := _bare(headers.get(name, "")))}
    found.update(_bare(value) for value in _for_tools(body))
    found.update(text for text in unsaid if any(form.encode() in body for form in _spelled(text, depth=1)))
    told = {form for value in found if len(value) >= SHORTEST for form in _spelled(value, depth=2)}
    return tuple(sorted((form.encode() for form in told), key=len, reverse=True))


def _for_tools(body: bytes) -> Iterator[str]:
    if b'"mcp"' not in body:
        return
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return
    tools = request.get("tools") if isinstance(request, dict) else None
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict):
            headers = tool.get("headers")
            yield from _texts(headers.values() if isinstance(headers, dict) else ())
            yield from _texts([tool.get("authorization")])


def _spelled(value: str, depth: int) -> set[str]:
    """The value, and how JSON writes it, so many times over: an error may quote a request as a text."""
    if depth == 0:
        return {value}
    written = (json.dumps(value, ensure_ascii=ascii_alone)[1:-1] for ascii_alone in (True, False))
    return {value}.union(*(_spelled(one, depth - 1) for one in written))


def _texts(values: Iterable[object]) -> Iterator[str]:
    yield from (value for value in values if isinstance(value, str))


def _bare(value: str) -> str:
    """Without the scheme that stands before a token."""
    scheme, _, rest = value.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else value.strip()
