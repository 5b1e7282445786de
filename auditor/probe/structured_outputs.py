"""Structured outputs: the answer must be JSON of a strict schema, with the values that the question holds."""

from __future__ import annotations

import json
from secrets import randbelow
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.memory import word
from auditor.probe.outcome import output_text
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

INPUT_TOKENS: Final = 160
"""The question and the schema."""

WORDS: Final = 32

SCHEMA: Final[JsonObject] = {
    "type": "object",
    "properties": {"order": {"type": "string"}, "quantity": {"type": "integer"}},
    "required": ["order", "quantity"],
    "additionalProperties": False,
}
"""A strict schema names every property as required and allows no other:
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs"""

FORMAT: Final[JsonObject] = {"type": "json_schema", "name": "order", "strict": True, "schema": SCHEMA}


async def look(talk: Talk) -> Proof:
    """Gives two values in a sentence and takes them back as JSON."""
    wanted = {"order": word(), "quantity": randbelow(900) + 100}
    given = f"Write down this order. order: {wanted['order']}, quantity: {wanted['quantity']}"
    limit = output_limit(talk.target, words=WORDS)
    body = await talk.respond(given, limit=limit, text={"format": FORMAT})
    return Proof(proven=not (shortfall := _shortfall(output_text(body), wanted)), shortfall=shortfall)


def _shortfall(said: str, wanted: JsonObject) -> str | None:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    if not isinstance(found, dict) or set(found) != set(wanted):
        return "the answer has other members than the schema"
    if any(type(found[name]) is not type(value) for name, value in wanted.items()):
        return "a member of the answer has another type than the schema"
    return None if found == wanted else "the answer holds other values than the question"


def most_tokens(target: Target) -> int:
    """One call."""
    return INPUT_TOKENS + output_limit(target, words=WORDS)


STRUCTURED_OUTPUTS = Probe(
    name="structured_outputs",
    title="Structured outputs",
    sends="one short question with a strict JSON schema",
    proves="the answer fits the schema and holds the values of the question",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
)
