"""Prompt caching: when a long beginning is sent again, the service must report it as cached."""

from __future__ import annotations

from secrets import choice, token_hex
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.outcome import count, object_of
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

SENDINGS: Final = 3
"""A cache is filled soon after the first answer, not always before the second request."""

WORDS: Final = 1_600
"""In the beginning that repeats; each is at least one token, and 1,024 are needed.

https://learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching
"""

INPUT_TOKENS: Final = 2_400
"""The most that it takes."""

_FILLER: Final = ("amber", "cedar", "delta", "maple", "raven", "stone", "river", "cloud", "field", "light")


async def look(talk: Talk) -> Proof:
    """Sends the same once more, and a third time if need be, until tokens are reported as cached."""
    key, prompt, limit = f"preflight-{token_hex(8)}", _prompt(), output_limit(talk.target)
    await talk.respond(prompt, limit=limit, prompt_cache_key=key)
    cached, sendings = 0, 1
    while sendings < SENDINGS and not cached:
        cached = _cached(await talk.respond(prompt, limit=limit, prompt_cache_key=key))
        sendings += 1
    return Proof(
        proven=cached > 0,
        shortfall=f"no cached tokens were reported, though the same beginning was sent {SENDINGS} times",
        told={"sendings": sendings},
    )


def _prompt() -> str:
    """Words that nobody sent before, and what is to be done with them."""
    return f"{' '.join(choice(_FILLER) for _ in range(WORDS))}\n\nDisregard the words above. Reply with OK."


def _cached(body: JsonObject) -> int:
    return count(object_of(object_of(body.get("usage")).get("input_tokens_details")).get("cached_tokens")) or 0


def most_tokens(target: Target) -> int:
    """Every sending; cached tokens count too."""
    return SENDINGS * (INPUT_TOKENS + output_limit(target))


PROMPT_CACHING = Probe(
    name="prompt_caching",
    title="Prompt caching",
    sends=f"the same {WORDS:,} generated words two or three times, under one prompt_cache_key",
    proves="a repeat reports cached tokens",
    inapplicable=inapplicable,
    calls=SENDINGS,
    most_tokens=most_tokens,
    look=look,
    legacy=False,
)
