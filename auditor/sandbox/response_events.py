"""A response as a stream of server-sent events, in the service's order and with its numbering."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

from auditor.record import JsonObject
from auditor.sandbox.response_body import started

_ENDINGS = {"completed": "response.completed", "incomplete": "response.incomplete", "failed": "response.failed"}


def events(whole: JsonObject) -> tuple[bytes, ...]:
    """Each event as it goes over the wire."""
    numbers = count()
    return tuple(event(kind, next(numbers), members) for kind, members in _told(whole))


def event(kind: str, number: int, members: JsonObject) -> bytes:
    """One event as it goes over the wire."""
    told = {"type": kind, "sequence_number": number, **members}
    return f"event: {kind}\ndata: {json.dumps(told, separators=(',', ':'))}\n\n".encode()


def _told(whole: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    yield "response.created", {"response": started(whole)}
    yield "response.in_progress", {"response": started(whole)}
    for index, item in enumerate(whole["output"]):
        yield from _item(index, item)
    yield _ENDINGS[whole["status"]], {"response": whole}


def _item(index: int, item: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    if item["type"] == "reasoning" and item.get("summary"):
        yield from _thoughts(index, item)
        return
    if item["type"] != "message":
        yield "response.output_item.added", {"output_index": index, "item": item}
        yield "response.output_item.done", {"output_index": index, "item": item}
        return
    opened = {**item, "status": "in_progress", "content": []}
    yield "response.output_item.added", {"output_index": index, "item": opened}
    for position, part in enumerate(item["content"]):
        where = {"item_id": item["id"], "output_index": index, "content_index": position}
        yield "response.content_part.added", {**where, "part": {**part, "text": ""}}
        for piece in _pieces(part["text"]):
            yield "response.output_text.delta", {**where, "delta": piece, "logprobs": []}
        yield "response.output_text.done", {**where, "text": part["text"], "logprobs": []}
        yield "response.content_part.done", {**where, "part": part}
    yield "response.output_item.done", {"output_index": index, "item": item}


def _thoughts(index: int, item: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """A reasoning item whose summary comes piece by piece."""
    yield "response.output_item.added", {"output_index": index, "item": {**item, "summary": []}}
    for position, part in enumerate(item["summary"]):
        where = {"item_id": item["id"], "output_index": index, "summary_index": position}
        yield "response.reasoning_summary_part.added", {**where, "part": {**part, "text": ""}}
        for piece in _pieces(part["text"]):
            yield "response.reasoning_summary_text.delta", {**where, "delta": piece}
        yield "response.reasoning_summary_text.done", {**where, "text": part["text"]}
        yield "response.reasoning_summary_part.done", {**where, "part": part}
    yield "response.output_item.done", {"output_index": index, "item": item}


def _pieces(text: str) -> list[str]:
    """The text word by word, each with the space before it."""
    words = text.split(" ")
    return [word if position == 0 else f" {word}" for position, word in enumerate(words)]
