"""Which part of a prompt a pretend model has read before."""

from __future__ import annotations

from itertools import takewhile

from auditor.sandbox.asked import Asked, prompt

LEAST, STEP = 1_024, 128
"""Tokens: what a beginning must have in common, and in which steps it is counted beyond that.

https://learn.microsoft.com/azure/foundry/openai/how-to/prompt-caching
"""

CHARACTERS = 4
"""Of a token, as they are counted everywhere here."""

KEPT = 16
"""Prompts of one model."""


def cached(asked: Asked) -> int:
    """Tokens of the prompt that came from the cache; the prompt is in it from now on."""
    text = prompt(asked.request)
    if len(text) // CHARACTERS < LEAST:
        return 0
    before = asked.ledger.prompts.setdefault((asked.account, asked.answering), [])
    common = max((_common(one, text) for one in before), default=0) // CHARACTERS
    asked.ledger.prompts[asked.account, asked.answering] = [*before, text][-KEPT:]
    return common // STEP * STEP if common >= LEAST else 0


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    if one == other:
        return len(one)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
