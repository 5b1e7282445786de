"""Web search: whether the service takes the tool, by its own answer; what it finds is not judged."""

from __future__ import annotations

from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.outcome import items, output_text
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

TOOL: Final[JsonObject] = {"type": "web_search", "search_context_size": "low"}
"""https://learn.microsoft.com/azure/foundry/openai/how-to/web-search"""

QUESTION: Final = "Search the web for: learn.microsoft.com. Reply with the single word OK."

INPUT_TOKENS: Final = 6000
"""The question, and what the least search context brings back."""

WORDS: Final = 128


async def look(talk: Talk) -> Proof:
    """One question with the tool; a search, or an answer without one, shows that the tool is offered."""
    answer = await talk.respond(QUESTION, limit=output_limit(talk.target, words=WORDS), tools=[TOOL])
    searches = len(items(answer, "web_search_call"))
    return Proof(
        proven=searches > 0 or bool(output_text(answer)),
        shortfall="neither a search nor an answer came back",
        told={"searches": searches},
    )


def most_tokens(target: Target) -> int:
    """The question with what was found, and the answer."""
    return INPUT_TOKENS + output_limit(target, words=WORDS)


WEB_SEARCH = Probe(
    name="web_search",
    title="Web search",
    sends="one short question with the tool web_search; the query leaves Azure's compliance boundary for Bing",
    proves="the service takes the tool: a search, or a completed answer",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
    besides="web search by the call",
)
