"""Streaming: the answer must come piece by piece, in order, to its end, through both of the SDK's clients."""

from __future__ import annotations

from typing import Final

from auditor.probe.events import Stream, stream_of
from auditor.probe.evidence import unusable
from auditor.probe.limits import output_limit
from auditor.probe.outcome import object_of, output_text, stopped
from auditor.probe.question import Probe
from auditor.probe.repeat import Again, Sample
from auditor.probe.talk import Proof, StoppedError, Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

QUESTION: Final = "Count from one to twenty in words, separated by commas."
INPUT_TOKENS: Final = 48
WORDS: Final = 96
OPERATIONS: Final = ("responses.create", "sync.responses.create")


async def look(talk: Talk) -> Proof:
    """The same question through both clients; the first one's times are the ones that are told."""
    streams = [await _stream(talk, operation) for operation in OPERATIONS]
    first = streams[0]
    told: JsonObject = {
        "first_token_ms": first.first_text_ms,
        "events": len(first.events),
        "tokens_per_second": _rate(first),
    }
    shortfall = next((why for one in streams if (why := _shortfall(one)) is not None), None)
    return Proof(proven=shortfall is None, shortfall=shortfall, told=told)


async def _stream(talk: Talk, operation: str) -> Stream:
    request: JsonObject = {
        "model": talk.target.name,
        "input": QUESTION,
        "max_output_tokens": output_limit(talk.target, words=WORDS),
        "store": False,
        "stream": True,
    }
    answer = await talk.call(operation, request)
    stream = stream_of(answer)
    told = {"events": len(stream.events), "first_token_ms": stream.first_text_ms}
    if answer.error is not None and stream.events:
        raise StoppedError({**(stopped(answer) or {}), **told, "broke_off": True})
    if (why := stopped(answer, json_object=False)) is not None:
        raise StoppedError(why)
    ending = stream.ending
    if ending is None:
        words = f"the stream ended after {len(stream.events)} events without saying so"
        raise StoppedError({"outcome": "failed", "sent": True, "error": unusable(answer, words), **told})
    if ending.type == "error":
        error = object_of(ending.body.get("error")) or ending.body
        words = str(error.get("message") or "the stream carried an error without words")
        raise StoppedError(
            {"outcome": "failed", "sent": True, "error": unusable(answer, words, error.get("code")), **told}
        )
    talk.completed(object_of(ending.body.get("response")))
    return stream


def _shortfall(stream: Stream) -> str | None:
    if not stream.in_order:
        return "the events came out of order, or some are missing"
    whole = output_text(object_of(stream.events[-1].body.get("response")))
    if not stream.text:
        return "no text came before the end"
    return None if stream.text == whole else "the pieces of text are not the whole text"


def _rate(stream: Stream) -> float | None:
    """Output tokens a second, from the first piece of text to the end; None where the whole came at once."""
    usage = object_of(object_of(stream.events[-1].body.get("response")).get("usage")) if stream.events else {}
    tokens, first = usage.get("output_tokens"), stream.first_text_ms
    if not isinstance(tokens, int) or first is None:
        return None
    seconds = (stream.events[-1].at_ms - first) / 1000
    return round(tokens / seconds, 1) if seconds > 0.001 else None  # noqa: PLR2004 - shorter says nothing


async def _again(talk: Talk) -> Sample:
    stream = await _stream(talk, OPERATIONS[0])
    return Sample(stream.first_text_ms, _rate(stream))


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
