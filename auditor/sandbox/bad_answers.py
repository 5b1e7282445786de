"""Answers that no caller should trust: too long, in another tongue, hostile, with numbers that cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from auditor.record import JsonObject
from auditor.sandbox.troubles import ModelWay

FLOOD: Final = 1_048_576
"""Characters of an answer that is too long."""

OTHER_LANGUAGE: Final = "Natürlich. 好的。 Конечно! مرحبا"

HOSTILE: Final = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mPASS\x1b[0m\r"
    "<script>alert('x')</script><img src=x onerror=alert(1)>\n"
    "::error::owned\n##[command]owned\n##vso[task.complete result=Succeeded]owned\n"
    "| a | [click](javascript:alert(1)) | ![](https://evil.example/x.png) |\n=HYPERLINK('https://evil.example')\n"
    "</pre></td>```\n# heading\n]]><!ENTITY x \u202egnp.exe\u0000\ud800 {{ 7*7 }} ${jndi:ldap://x}"
)
"""Words that act wherever somebody passes them on unread: terminals, pages, Markdown, tables, logs of pipelines."""

WRONG_USAGE: Final[JsonObject] = {
    "input_tokens": -7,
    "output_tokens": "many",
    "output_tokens_details": {"reasoning_tokens": 9.9e300},
    "input_tokens_details": [1e308],
    "total_tokens": None,
}


def spoiled(body: JsonObject, way: ModelWay | None) -> JsonObject:
    """The response, spoiled in a way of this room; as it is for any other."""
    make = _WAYS.get(way) if way is not None else None
    return make(body) if make is not None else body


def disordered(events: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The same events, the middle ones in reverse."""
    return (*events[:1], *reversed(events[1:-1]), *events[-1:])


def cut_json(body: JsonObject) -> bytes:
    """The body as bytes that are no JSON: cut in its midst, and with a number that JSON does not have."""
    whole = json.dumps(body)
    return (whole[: len(whole) // 2] + ", NaN").encode()


def _said(body: JsonObject, text: str) -> JsonObject:
    return {**body, "output": [_with_text(item, text) for item in body["output"]]}


def _with_text(item: JsonObject, text: str) -> JsonObject:
    if item.get("type") != "message":
        return item
    return {**item, "content": [{**part, "text": text} for part in item["content"]]}


def _hostile(body: JsonObject) -> JsonObject:
    """Every member that a model or a gateway could fill, apart from the id, by which it is deleted."""
    said = _said(body, HOSTILE)
    return {**said, "model": HOSTILE, "service_tier": HOSTILE, "metadata": {HOSTILE: HOSTILE}, "user": HOSTILE}


def _same_ids(body: JsonObject) -> JsonObject:
    """Every item under one id, and each of them twice."""
    output = [{**item, "id": "msg_1"} for item in body["output"]]
    return {**body, "output": [one for item in output for one in (item, item)]}


_WAYS: Final[Mapping[str, Callable[[JsonObject], JsonObject]]] = {
    "other-language": lambda body: _said(body, OTHER_LANGUAGE),
    "flood": lambda body: _said(body, "x" * FLOOD),
    "hostile-words": _hostile,
    "wrong-usage": lambda body: {**body, "usage": WRONG_USAGE},
    "same-ids": _same_ids,
}
