"""How many tokens an answer may take."""

from __future__ import annotations

import re

from auditor.probe.target import Target

PLAIN_OUTPUT = 64
REASONING_OUTPUT = 1024
"""Reasoning tokens count as output, so a small budget would be spent before the first word:
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning"""

LEAST_OUTPUT = 16
"""The service refuses less with `integer_below_min_value`."""

NEVER_REASONS = re.compile(r"(?:chatgpt-4|gpt-3|gpt-4)", re.IGNORECASE)
"""Model families that are known not to reason; any other might, and gets the larger budget."""


def output_limit(target: Target, *, words: int = 0) -> int:
    """Tokens that the answer may take, reasoning included; `words` is what an answer needs beyond a few.

    At most half of what the deployment may use in a minute: the rate limiter counts the limit, not the use.
    https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota
    """
    wanted = (REASONING_OUTPUT if may_reason(target) else PLAIN_OUTPUT) + words
    if target.tokens_per_minute is None:
        return wanted
    return max(LEAST_OUTPUT, min(wanted, target.tokens_per_minute // 2))


def may_reason(target: Target) -> bool:
    """Whether the model may think before it answers: all but those known not to."""
    return target.can("reasoningSummary") or NEVER_REASONS.match(target.model) is None
