"""A conversation that the service does not keep: the client carries every item to the next turn."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import may_reason, output_limit
from auditor.probe.memory import PLANT_TOKENS, RECALL, knows, planted, word
from auditor.probe.outcome import items
from auditor.probe.question import RESPONSES_DELETE, RESPONSES_READ, RESPONSES_WRITE, Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import Json, JsonObject

CALLS: Final = 3


async def look(talk: Talk) -> Proof:
    """Two turns with `store` off, the second given all items of the first; then asks whether the first was kept."""
    limit, planted_word = output_limit(talk.target), word()
    encrypted: dict[str, Json] = {"include": ["reasoning.encrypted_content"]} if may_reason(talk.target) else {}
    said: list[Json] = [{"role": "user", "content": planted(planted_word)}]
    first = await talk.respond(said, limit=limit, **encrypted)
    output = first.get("output")
    carried = [*said, *(output if isinstance(output, list) else []), {"role": "user", "content": RECALL}]
    second = await talk.respond(carried, limit=limit, **encrypted)
    kept = await talk.call("responses.retrieve", {"response_id": str(first.get("id"))})
    shortfall = "the second turn does not know the word planted in the first"
    if kept.http_status == HTTPStatus.OK:
        talk.stores_response(first, stored=True)
        shortfall = "the service kept a response that was sent with store off"
    sealed = _sealed(first)
    if sealed is False:
        shortfall = "the reasoning came back without its encrypted content"
    proven = knows(second, planted_word) and kept.http_status == HTTPStatus.NOT_FOUND and sealed is not False
    return Proof(proven=proven, shortfall=shortfall, told={"encrypted_reasoning": sealed})


def _sealed(body: JsonObject) -> bool | None:
    """Whether every reasoning item carries its content encrypted; None where the model did not reason."""
    found = items(body, "reasoning")
    return all(isinstance(item.get("encrypted_content"), str) for item in found) if found else None


def most_tokens(target: Target) -> int:
    """Both turns; the second is given what the first said, its reasoning included."""
    return 2 * PLANT_TOKENS + 3 * output_limit(target)


STATELESS = Probe(
    name="stateless",
    title="Stateless turns",
    sends="two short turns with store off, the second carrying the first; then asks for the first by its id",
    proves="the second turn knows a word planted in the first, reasoning comes encrypted, and nothing was stored",
    inapplicable=inapplicable,
    calls=CALLS,
    most_tokens=most_tokens,
    look=look,
    actions=(RESPONSES_WRITE, RESPONSES_READ, RESPONSES_DELETE),
    legacy=False,
)
