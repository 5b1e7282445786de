"""The smoke call as a stream, timed stage by stage: where a call fails, and what is slow."""

from __future__ import annotations

from auditor.probe.ending import Proof
from auditor.probe.events import Stream
from auditor.probe.limits import output_limit
from auditor.probe.outcome import output_text
from auditor.probe.question import Probe
from auditor.probe.streamed import streamed
from auditor.probe.talk import Talk
from auditor.probe.text import NAME, QUESTION, inapplicable, most_tokens


async def look(talk: Talk) -> Proof:
    """Asks for one word; any text proves it."""
    talk.traced = True
    request = {"model": talk.target.name, "input": QUESTION, "max_output_tokens": output_limit(talk.target)}
    stream = await streamed(talk, {**request, "store": False})
    whole = _text(stream)
    return Proof(bool(whole), "the answer holds no text", {"first_token_ms": stream.first_text_ms})


def _text(stream: Stream) -> str:
    response = stream.events[-1].body.get("response") if stream.events else None
    return output_text(response if isinstance(response, dict) else {})


TRACED = Probe(
    name=NAME,
    title="Text, traced",
    sends="one short question, streamed and stored nowhere",
    proves="a completed response that holds text, and what each stage of the call took",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
    once=True,
)
"""Of the smoke call's name, in whose place it stands."""
