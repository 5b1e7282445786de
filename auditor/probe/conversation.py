"""A conversation that the service keeps: the second turn must know a word that only the first one held."""

from __future__ import annotations

import json
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.memory import PLANT_TOKENS, RECALL, knows, planted, word
from auditor.probe.question import RESPONSES_DELETE, RESPONSES_READ, RESPONSES_WRITE, Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable

TURNS: Final = 2
CALLS: Final = TURNS + 1


async def look(talk: Talk) -> Proof:
    """Plants a word in a stored response, reads it back, and asks for it by the response's id."""
    limit, planted_word = output_limit(talk.target), word()
    first = await talk.respond(planted(planted_word), limit=limit, store=True)
    kept = await talk.do("responses.input_items.list", {"response_id": str(first.get("id"))})
    if planted_word not in json.dumps(kept.get("data")):
        return Proof(proven=False, shortfall="the service does not give back what the first turn was given")
    second = await talk.respond(RECALL, limit=limit, store=True, previous_response_id=first.get("id"))
    return Proof(
        proven=knows(second, planted_word), shortfall="the second turn does not know the word planted in the first"
    )


def most_tokens(target: Target) -> int:
    """Both turns; the second reads the first again."""
    return TURNS * (PLANT_TOKENS + output_limit(target))


CONVERSATION = Probe(
    name="conversation",
    title="Conversation",
    sends="two short turns, the second naming the first by previous_response_id; both responses are deleted afterwards",
    proves="the service gives back what the first turn was given, and the second knows a word planted in it",
    inapplicable=inapplicable,
    calls=CALLS,
    most_tokens=most_tokens,
    look=look,
    stores="both responses",
    actions=(RESPONSES_WRITE, RESPONSES_READ, RESPONSES_DELETE),
)
