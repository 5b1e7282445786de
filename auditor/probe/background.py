"""Background mode: an answer that is not waited for must be there later, and one that is cancelled must stop."""

from __future__ import annotations

from typing import Final

from auditor.probe.ending import Proof, StoppedError
from auditor.probe.limits import output_limit
from auditor.probe.outcome import output_text
from auditor.probe.question import RESPONSES_DELETE, RESPONSES_READ, RESPONSES_WRITE, Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

QUESTION: Final = "Reply with the single word OK."
LONG_QUESTION: Final = "Write the numbers from one to three hundred in words, separated by commas."
"""Long enough that it is still being answered when it is cancelled."""

INPUT_TOKENS: Final = 48
LONG_WORDS: Final = 1024

PENDING: Final = ("queued", "in_progress")
"""https://learn.microsoft.com/azure/foundry/openai/how-to/responses#background-tasks"""

POLLS: Final = 10
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds between two polls; they double from the first to the longest."""

CANCEL_POLLS: Final = 3


async def look(talk: Talk) -> Proof:
    """Polls one response to its end; cancels another."""
    begun = await _begin(talk, QUESTION, 0)
    polled = await _settled(talk, begun, POLLS)
    seen = f"the response was still {polled.get('status')} after {POLLS} polls"
    if begun.get("status") not in PENDING:
        return Proof(proven=False, shortfall="the service made the caller wait instead of answering in the background")
    if polled.get("status") in PENDING:
        return Proof(proven=False, shortfall=seen)
    if not output_text(talk.completed(polled)):
        return Proof(proven=False, shortfall="the response was completed in the background without any text")
    second = await _begin(talk, LONG_QUESTION, LONG_WORDS)
    stopped = await talk.do("responses.cancel", {"response_id": str(second.get("id"))})
    ended = await _settled(talk, stopped, CANCEL_POLLS)
    cancelled = ended.get("status") == "cancelled"
    return Proof(
        proven=cancelled,
        shortfall=f"a response that was cancelled is {_known(ended)}",
        told={"first_status": _known(begun), "cancelled": cancelled},
    )


async def _begin(talk: Talk, question: str, words: int) -> JsonObject:
    """A response that is under way; what is wrong with it at once is the outcome."""
    body = await talk.do(
        "responses.create",
        {
            "model": talk.target.name,
            "input": question,
            "max_output_tokens": output_limit(talk.target, words=words),
            "background": True,
            "store": True,
        },
    )
    talk.stores_response(body, stored=True)
    if body.get("status") not in PENDING:
        talk.completed(body)
    if not isinstance(body.get("id"), str):
        raise StoppedError({"sent": True, "outcome": "failed", "error": {"message": "the response carries no id"}})
    return body


async def _settled(talk: Talk, body: JsonObject, polls: int) -> JsonObject:
    """The response as soon as it is no longer under way, or as the last poll saw it."""
    pause = FIRST_PAUSE
    for _ in range(polls):
        if body.get("status") not in PENDING:
            break
        await talk.pause(pause)
        body = await talk.do("responses.retrieve", {"response_id": str(body.get("id"))})
        pause = min(2 * pause, LONGEST_PAUSE)
    return body


def _known(body: JsonObject) -> str:
    """The status, if the API documents it: no other text of an answer is kept."""
    status = body.get("status")
    known = (*PENDING, "completed", "incomplete", "failed", "cancelled")
    return status if isinstance(status, str) and status in known else "in no known state"


def most_tokens(target: Target) -> int:
    """Both responses; polls cost none."""
    return 2 * INPUT_TOKENS + output_limit(target) + output_limit(target, words=LONG_WORDS)


BACKGROUND = Probe(
    name="background",
    title="Background mode",
    sends=f"two background responses; polls the first (up to {POLLS} times, at growing pauses) and cancels the second",
    proves="the first goes from queued to completed with text, the second ends cancelled",
    inapplicable=inapplicable,
    calls=2 + POLLS + 1 + CANCEL_POLLS,
    most_tokens=most_tokens,
    look=look,
    legacy=False,
    stores="both responses",
    actions=(RESPONSES_WRITE, RESPONSES_READ, RESPONSES_DELETE),
)
