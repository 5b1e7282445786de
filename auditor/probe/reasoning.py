"""Reasoning: a model that is asked to think a little must show that it did."""

from __future__ import annotations

from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.outcome import count, items, object_of
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

QUESTION: Final = (
    "Seven friends stand in a row. Ada is somewhere left of Ben, Ben is right next to Cy, and Cy is last. "
    "Who may stand first? Think it through, then reply with one name."
)
INPUT_TOKENS: Final = 96
THOUGHT: Final = 2048
"""Room for the thinking."""


async def look(talk: Talk) -> Proof:
    """One puzzle, at low effort, with a summary of the thoughts if the model gives one."""
    limit = output_limit(talk.target, words=THOUGHT)
    body = await talk.respond(QUESTION, limit=limit, reasoning={"effort": "low", "summary": "auto"})
    usage = object_of(object_of(body.get("usage")).get("output_tokens_details"))
    thought = count(usage.get("reasoning_tokens")) or 0
    summarised = any(item.get("summary") for item in items(body, "reasoning"))
    told: JsonObject = {"reasoning_summary": summarised}
    return Proof(
        proven=thought > 0 or summarised, shortfall="the answer shows neither reasoning tokens nor a summary", told=told
    )


def most_tokens(target: Target) -> int:
    """One call."""
    return INPUT_TOKENS + output_limit(target, words=THOUGHT)


REASONING = Probe(
    name="reasoning",
    title="Reasoning",
    sends="one small puzzle at low effort, with a summary asked for",
    proves="the answer reports reasoning tokens or carries a summary",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
)
