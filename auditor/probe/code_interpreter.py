"""Code interpreter: the model must run code for a value that nobody works out in their head."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from auditor.cloud.redaction import bounded
from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.memory import word
from auditor.probe.outcome import items, output_text
from auditor.probe.question import RESPONSES_DELETE, RESPONSES_WRITE, Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import Json, JsonObject

TOOL: Final[JsonObject] = {"type": "code_interpreter", "container": {"type": "auto"}}
"""https://learn.microsoft.com/azure/foundry/openai/how-to/responses"""

INPUT_TOKENS: Final = 800
"""The question and the tool's own instructions, read once before the code ran and once after."""

WORDS: Final = 256
"""The code is output too."""

DIGITS: Final = 12


async def look(talk: Talk) -> Proof:
    """Asks for the hash of a planted word; the container that was made for it is deleted."""
    planted = word()
    answer = await talk.respond(
        f"Run Python code with the code interpreter: the SHA-256 of the UTF-8 text {planted}, in hexadecimal. "
        f"Reply with its first {DIGITS} digits alone.",
        limit=output_limit(talk.target, words=WORDS),
        tools=[TOOL],
    )
    calls = items(answer, "code_interpreter_call")
    containers = sorted({id_ for call in calls if isinstance(id_ := call.get("container_id"), str) and id_})
    for container in containers:
        talk.stores(f"container {container}", "containers.delete", {"container_id": container})
    told: JsonObject = {"containers": [bounded(one, 100) for one in containers], "code_runs": len(calls)}
    value = sha256(planted.encode()).hexdigest()[:DIGITS]
    shortfall = _shortfall(calls) or (None if value in output_text(answer).lower() else "the computed value is wrong")
    return Proof(proven=shortfall is None, shortfall=shortfall, told=told)


def _shortfall(calls: list[JsonObject]) -> str | None:
    if not calls:
        return "no code was run"
    last: Json = calls[-1].get("status")
    return None if last == "completed" else "the code did not run to its end"


def most_tokens(target: Target) -> int:
    """The question, read again with what the code gave, and the code and the answer."""
    return 2 * INPUT_TOKENS + output_limit(target, words=WORDS)


CODE_INTERPRETER = Probe(
    name="code_interpreter",
    title="Code interpreter",
    sends="one short question with the tool code_interpreter; its container is deleted afterwards",
    proves="code was run, and the answer holds the hash of a planted word",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
    legacy=False,
    stores="the container",
    besides="a session of the code interpreter",
    actions=(RESPONSES_WRITE, RESPONSES_DELETE),
)
