"""One streamed answer within a conversation: its events, or why it did not come to its end."""

from __future__ import annotations

from typing import Final

from auditor.cloud.model_answer import Answer
from auditor.probe.ending import StoppedError
from auditor.probe.events import Event, Stream, stream_of
from auditor.probe.evidence import page_words, unusable
from auditor.probe.outcome import object_of, output_text, stopped
from auditor.probe.talk import Talk
from auditor.record import JsonObject

EVENTS_TYPE: Final = "text/event-stream"

CREATE: Final = "responses.create"


async def streamed(talk: Talk, request: JsonObject, operation: str = CREATE) -> Stream:
    """The events of a response that completed; raises StoppedError for anything else.

    What broke off, stood still, ended early or carried an error after its first events says so in the body's `error`:
    `during` is then `stream`, and `event` names the event that brought the error.
    """
    answer = await talk.call(operation, {**request, "stream": True})
    stream = stream_of(answer)
    begun = object_of(stream.events[0].body.get("response")) if stream.events else {}
    talk.stores_response(begun, stored=request.get("store") is True)
    why = _broken(answer, stream)
    if why is not None:
        raise StoppedError({"sent": True, **why, "events": len(stream.events), "first_token_ms": stream.first_text_ms})
    if (refusal := stopped(answer, json_object=False)) is not None:
        raise StoppedError(refusal)
    if not stream.events and EVENTS_TYPE not in answer.headers.get("content-type", "").lower():
        raise StoppedError({"outcome": "failed", "sent": True, "error": unusable(answer, page_words(answer))})
    ending = stream.ending
    if ending is None:
        raise StoppedError({"outcome": "failed", "sent": True, **_cut_short(answer, stream)})
    talk.completed(object_of(ending.body.get("response")))
    return stream


def shortfall(stream: Stream) -> str | None:
    """What is wrong with the events of a completed response, in a few words; None where nothing is."""
    if not stream.in_order:
        return "the events came out of order, or some are missing"
    whole = output_text(object_of(stream.events[-1].body.get("response")))
    if not stream.text:
        return "no text came before the end"
    return None if stream.text == whole else "the pieces of text are not the whole text"


def _broken(answer: Answer, stream: Stream) -> JsonObject | None:
    """Why a stream that had begun did not complete, where the network or an event says so."""
    if answer.error is not None:
        told = stopped(answer) or {}
        within = {**told, "error": {**object_of(told.get("error")), "during": "stream"}, "broke_off": True}
        return within if stream.events else None
    ending = stream.ending
    if ending is None or ending.type not in ("error", "response.failed"):
        return None
    error = _error_of(ending)
    words = error.get("message")
    said = unusable(answer, words if isinstance(words, str) else "the stream carried no words", error.get("code"))
    return {"outcome": "failed", "error": {**said, "during": "stream", "event": ending.type}}


def _error_of(ending: Event) -> JsonObject:
    """The error of either event: beside the event's type, or in its response."""
    holder = object_of(ending.body.get("response")) if ending.type == "response.failed" else ending.body
    return object_of(holder.get("error")) or (ending.body if ending.type == "error" else {})


def _cut_short(answer: Answer, stream: Stream) -> JsonObject:
    words = f"the stream ended after {len(stream.events)} events without saying so"
    error = {**unusable(answer, words, "stream_ended"), "during": "stream"}
    return {"error": error, "events": len(stream.events), "first_token_ms": stream.first_text_ms}
