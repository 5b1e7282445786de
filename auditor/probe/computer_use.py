"""Computer use: whether the model asks for the first action; no action is ever carried out."""

from __future__ import annotations

from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.outcome import items, object_of
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import Json, JsonObject

PREVIEW: Final[JsonObject] = {
    "type": "computer_use_preview",
    "display_width": 1024,
    "display_height": 768,
    "environment": "browser",
}
"""Of the model of that name: https://learn.microsoft.com/azure/foundry/openai/how-to/computer-use"""

TOOL: Final[JsonObject] = {"type": "computer"}
"""Of general models: https://developers.openai.com/api/docs/guides/tools-computer-use"""

QUESTION: Final = "Use the computer tool: take a screenshot. Do nothing else."

INPUT_TOKENS: Final = 1500
"""The question, and the tool's own instructions."""

ACTIONS: Final = frozenset(
    {"click", "double_click", "drag", "keypress", "move", "screenshot", "scroll", "type", "wait"}
)


async def look(talk: Talk) -> Proof:
    """One question; the action that the model asks for is noted, and left at that."""
    tool = PREVIEW if talk.target.model.lower().startswith("computer-use-preview") else TOOL
    answer = await talk.respond(QUESTION, limit=output_limit(talk.target), tools=[tool], truncation="auto")
    actions = [action for call in items(answer, "computer_call") for action in _actions(call)]
    known = [action for action in actions if isinstance(action, str) and action in ACTIONS]
    return Proof(
        proven=bool(known), shortfall="no action was asked for", told={"first_action": known[0] if known else None}
    )


def _actions(call: JsonObject) -> list[Json]:
    """The types of the actions of a call: of one, or of several at once."""
    several = call.get("actions")
    listed = several if isinstance(several, list) else [call.get("action")]
    return [object_of(action).get("type") for action in listed]


def most_tokens(target: Target) -> int:
    """The question and the call."""
    return INPUT_TOKENS + output_limit(target)


COMPUTER_USE = Probe(
    name="computer_use",
    title="Computer use",
    sends="one short question with the computer tool; no action is carried out",
    proves="the model asks for an action",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
)
