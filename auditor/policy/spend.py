"""What the live calls of a run used and cost, by what the service and the price list told; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.call import Spend
from auditor.policy.facts.shape import dig, number, text, whole
from auditor.settings import ProbeSettings
from auditor.snapshot import Resource, Snapshot

MILLION = 1_000_000

UNBILLED = (401, 403)
"""What is turned away at the door costs nothing; a prompt that was filtered, or a call that took too long, does:
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/manage-costs"""


def spend(snapshot: Snapshot, settings: ProbeSettings) -> Spend:
    """Calls, tokens and money of all probes; money is None where any part of it is not known, with the reason."""
    made = [one for one in snapshot.resources if one.kind == "probe" and one.body.get("sent")]
    used = list(map(_used, made))
    why = _unknown(made)
    dates = sorted({date for one in made if (date := text(dig(one.body, "price", "date"))) is not None})
    sources = {source for one in made if (source := text(dig(one.body, "price", "source"))) is not None}
    return Spend(
        calls=sum(calls for calls, _, _ in used),
        input_tokens=sum(given for _, given, _ in used),
        output_tokens=sum(answered for _, _, answered in used),
        money=None if why else round(sum(map(_cost, made)), 9),
        currency=settings.currency,
        price_date=dates[-1] if dates else None,
        price_source="settings" if sources == {"settings"} else "retail" if sources else None,
        unpriced=why,
    )


def _used(probe: Resource) -> tuple[int, int, int]:
    """Calls, input tokens and output tokens."""
    body = probe.body
    names = ("calls", "input_tokens", "output_tokens")
    calls, given, answered = ((whole(body.get(name)) or 0) + (whole(dig(body, "repeats", name)) or 0) for name in names)
    return calls, given, answered


def _cost(probe: Resource) -> float:
    _, given, answered = _used(probe)
    prices = [number(dig(probe.body, "price", name)) or 0.0 for name in ("input", "output")]
    return (given * prices[0] + answered * prices[1]) / MILLION


def _unknown(made: Iterable[Resource]) -> str | None:
    """Why the money is not known; None where it is."""
    for probe in made:
        body: Any = probe.body
        answered = body.get("outcome") in ("completed", "incomplete") and whole(body.get("http_status")) not in UNBILLED
        if answered and whole(body.get("output_tokens")) is None:
            return f"an answer of {body.get('requested_model')} does not tell what it used"
        if any(_used(probe)[1:]) and dig(body, "price") is None:
            return text(body.get("unpriced")) or "no price was asked for"
    return None
