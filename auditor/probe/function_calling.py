"""Function calling: the model must call the declared function with the planted argument, and use what it gives back."""

from __future__ import annotations

import json
from secrets import randbelow
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.memory import word
from auditor.probe.outcome import items, output_text
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import Json, JsonObject

TURNS: Final = 2
INPUT_TOKENS: Final = 200
"""The question and the function's declaration, in each turn."""

WORDS: Final = 48

NAME: Final = "read_meter"
FUNCTION: Final[JsonObject] = {
    "type": "function",
    "name": NAME,
    "description": "Reads a meter.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"meter": {"type": "string", "description": "The meter's name."}},
        "required": ["meter"],
        "additionalProperties": False,
    },
}


async def look(talk: Talk) -> Proof:
    """One turn that must end in a call, one that must use its result; no function is run anywhere."""
    meter, reading = word(), randbelow(90_000) + 10_000
    limit = output_limit(talk.target, words=WORDS)
    question: JsonObject = {
        "role": "user",
        "content": f"Call the function {NAME} with meter: {meter}. Say its reading.",
    }
    first = await talk.respond([question], limit=limit, tools=[FUNCTION])
    calls = items(first, "function_call")
    shortfall = _shortfall(calls, meter)
    if shortfall is not None:
        return Proof(proven=False, shortfall=shortfall)
    result = {
        "type": "function_call_output",
        "call_id": calls[0]["call_id"],
        "output": json.dumps({"reading": reading}),
    }
    output = first.get("output")
    carried: list[Json] = [question, *(output if isinstance(output, list) else []), result]
    second = await talk.respond(carried, limit=limit, tools=[FUNCTION])
    said = "".join(character for character in output_text(second) if character.isdigit())
    return Proof(proven=str(reading) in said, shortfall="the answer does not use what the function gave back")


def _shortfall(calls: list[JsonObject], meter: str) -> str | None:
    if not calls:
        return "no function was called"
    if len(calls) > 1:
        return f"{len(calls)} functions were called instead of one"
    if calls[0].get("name") != NAME:
        return "a function was called that was not declared"
    if not isinstance(calls[0].get("call_id"), str):
        return "the call carries no id to answer to"
    try:
        given = json.loads(str(calls[0].get("arguments")))
    except (ValueError, RecursionError):
        return "the arguments of the call are not JSON"
    return None if given == {"meter": meter} else "the function was called with other arguments than asked"


def most_tokens(target: Target) -> int:
    """Both turns; the second is given what the first said."""
    return TURNS * INPUT_TOKENS + (TURNS + 1) * output_limit(target, words=WORDS)


FUNCTION_CALLING = Probe(
    name="function_calling",
    title="Function calling",
    sends="two short turns that declare one function; the second carries its pretended result",
    proves="the declared function is called with the planted argument, and the answer holds its result",
    inapplicable=inapplicable,
    calls=TURNS,
    most_tokens=most_tokens,
    look=look,
)
