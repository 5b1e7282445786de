"""A response on its way as a stream, and what may befall it there."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.record import JsonObject
from auditor.sandbox.answers import said
from auditor.sandbox.asked import Asked
from auditor.sandbox.bad_answers import disordered
from auditor.sandbox.response_body import started
from auditor.sandbox.response_events import event, events
from auditor.sandbox.troubles import ModelWay
from auditor.sandbox.wire import Answer, Cut

_CUTS: Mapping[ModelWay | None, Cut] = {"stream-reset": "broken", "stream-stall": "stall"}

_THROTTLED: JsonObject = {"code": "rate_limit_exceeded", "message": "Rate limit is exceeded. Try again in 20 seconds."}
_FAILED: JsonObject = {
    "code": "server_error",
    "message": "The server had an error processing your request. Sorry about that!",
}


def stream(whole: JsonObject, asked: Asked, headers: Mapping[str, str]) -> Answer:
    """The events as they arrive; a trouble strikes when half of them, and some of the text, are there."""
    if asked.way == "stream-html":
        return said("html")
    sent = events(whole)
    return Answer(
        200,
        headers={"content-type": "text/event-stream; charset=utf-8", **headers},
        events=_arriving(sent, whole, asked.way),
        cut=_CUTS.get(asked.way),
    )


def _arriving(sent: tuple[bytes, ...], whole: JsonObject, way: ModelWay | None) -> tuple[bytes, ...]:
    middle = len(sent) // 2
    match way:
        case "lost-event":
            return (*sent[:middle], *sent[middle + 1 :])
        case "events-disordered":
            return disordered(sent)
        case "stream-ends":
            return sent[:middle]
        case "stream-error" | "stream-throttled":
            error = _THROTTLED if way == "stream-throttled" else _FAILED
            return (*sent[:middle], event("error", middle, {**error, "param": None}))
        case "stream-failed":
            failed = {**started(whole), "status": "failed", "error": _FAILED}
            return (*sent[:middle], event("response.failed", middle, {"response": failed}))
        case _:
            return sent
