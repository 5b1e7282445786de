"""Streaming: the answer must come piece by piece, in order, to its end, through both of the SDK's clients."""

from __future__ import annotations

from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.events import Stream
from auditor.probe.limits import output_limit
from auditor.probe.outcome import object_of
from auditor.probe.question import Probe
from auditor.probe.repeat import Again, Sample
from auditor.probe.streamed import CREATE, shortfall, streamed
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

QUESTION: Final = "Count from one to twenty in words, separated by commas."
INPUT_TOKENS: Final = 48
WORDS: Final = 96
OPERATIONS: Final = (CREATE, f"sync.{CREATE}")


async def look(talk: Talk) -> Proof:
    """The same question through both clients; the first one's times are the ones that are told."""
    streams = [await streamed(talk, _request(talk.target), operation) for operation in OPERATIONS]
    first = streams[0]
    told: JsonObject = {
        "first_token_ms": first.first_text_ms,
        "events": len(first.events),
        "tokens_per_second": _rate(first),
    }
    missing = next((why for one in streams if (why := shortfall(one)) is not None), None)
    return Proof(proven=missing is None, shortfall=missing, told=told)


def _request(target: Target) -> JsonObject:
    limit = output_limit(target, words=WORDS)
    return {"model": target.name, "input": QUESTION, "max_output_tokens": limit, "store": False}


def _rate(stream: Stream) -> float | None:
    """Output tokens a second, from the first piece of text to the end; None where the whole came at once."""
    usage = object_of(object_of(stream.events[-1].body.get("response")).get("usage")) if stream.events else {}
    tokens, first = usage.get("output_tokens"), stream.first_text_ms
    if not isinstance(tokens, int) or first is None:
        return None
    seconds = (stream.events[-1].at_ms - first) / 1000
    return round(tokens / seconds, 1) if seconds > 0.001 else None  # noqa: PLR2004 - shorter says nothing


async def _again(talk: Talk) -> Sample:
    stream = await streamed(talk, _request(talk.target))
    return Sample(first_token_ms=stream.first_text_ms, tokens_per_second=_rate(stream))


def most_tokens(target: Target) -> int:
    """Both calls."""
    return len(OPERATIONS) * _tokens(target)


def _tokens(target: Target) -> int:
    return INPUT_TOKENS + output_limit(target, words=WORDS)


STREAM = Probe(
    name="stream",
    title="Streaming",
    sends="one short question twice, streamed through the SDK's asynchronous and through its plain client",
    proves="events come in order, text before the end, and the pieces are the whole text",
    inapplicable=inapplicable,
    calls=len(OPERATIONS),
    most_tokens=most_tokens,
    look=look,
    again=Again(_again, _tokens),
)
