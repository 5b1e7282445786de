"""A stream of server-sent events, read from its bytes: what came, in which order, when, and whether it ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.cloud.model_answer import Answer
from auditor.probe.outcome import count, object_of
from auditor.record import JsonObject

ENDINGS = ("response.completed", "response.incomplete", "response.failed", "error")
"""Events after which nothing follows: https://platform.openai.com/docs/api-reference/responses-streaming"""


@dataclass(frozen=True, slots=True)
class Event:
    """One event and when it had come whole, in milliseconds since the request."""

    type: str
    body: JsonObject
    at_ms: float


@dataclass(frozen=True, slots=True)
class Stream:
    """All events of an answer, in the order of their arrival."""

    events: tuple[Event, ...]

    @property
    def ending(self) -> Event | None:
        """The event that ends the stream; None where it broke off before one."""
        return next((event for event in self.events if event.type in ENDINGS), None)

    @property
    def text(self) -> str:
        """The text that came piece by piece."""
        return "".join(str(event.body.get("delta", "")) for event in self._deltas())

    @property
    def first_text_ms(self) -> float | None:
        """When the first piece of text had come."""
        return next((round(event.at_ms, 1) for event in self._deltas()), None)

    @property
    def in_order(self) -> bool:
        """Whether the service's own numbering rises by one, from zero, and the first and last events are right."""
        numbers = [count(event.body.get("sequence_number")) for event in self.events]
        types = [event.type for event in self.events]
        whole = types[:1] == ["response.created"] and self.ending is self.events[-1]
        return whole and numbers == list(range(len(numbers)))

    def _deltas(self) -> Iterator[Event]:
        return (event for event in self.events if event.type == "response.output_text.delta")


def stream_of(answer: Answer) -> Stream:
    """The events of an answer's body; what is no event of the kind that the API documents is left out."""
    return Stream(tuple(_events(answer)))


def _events(answer: Answer) -> Iterator[Event]:
    begin = 0
    for block in answer.content.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]:
        begin += len(block) + 2
        data = b"\n".join(line[5:].strip() for line in block.split(b"\n") if line.startswith(b"data:"))
        try:
            body = object_of(json.loads(data))
        except (ValueError, RecursionError):
            continue
        kind = body.get("type")
        if isinstance(kind, str):
            yield Event(kind, body, _when(begin, answer))


def _when(end: int, answer: Answer) -> float:
    """When so many bytes had come."""
    return next((at for size, at in answer.arrivals if size >= end), answer.latency_ms)
