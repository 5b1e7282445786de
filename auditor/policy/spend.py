"""What the live calls of a run used and cost, by what the service and the price list told; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.call import Spend
from auditor.policy.facts.shape import dig, number, text, whole
from auditor.settings import ProbeSettings
from auditor.snapshot import Resource, Snapshot

MILLION = 1_000_000
REQUEST_TIMEOUT = 408

UNPROCESSED = (401, 403)
"""What is turned away before anything is processed is taken to cost nothing. Whether a call is charged hangs on that
processing, and not on its status: Microsoft's page named 401 and 429 as examples of what is not, and 400 of the content
filter and 408 of what is; it now leaves the last word to the invoice, and so is every sum here an estimate.

https://learn.microsoft.com/azure/foundry/concepts/manage-costs
"""


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
        besides=tuple(sorted({words for one in made if (words := text(one.body.get("besides"))) is not None})),
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
        name = body.get("requested_model")
        answered = body.get("outcome") in ("completed", "incomplete")
        if answered and whole(body.get("http_status")) not in UNPROCESSED and whole(body.get("output_tokens")) is None:
            return f"an answer of {name} does not tell what it used"
        if not answered and _processed(body):
            return f"a call to {name} failed after its processing had begun, and does not tell what it used"
        if any(_used(probe)[1:]) and dig(body, "price") is None:
            return text(body.get("unpriced")) or "no price was asked for"
    return None


def _processed(body: Any) -> bool:
    """Whether a call that failed may have reached the model, or the filter before it, and told no tokens."""
    phase, during, code = (text(dig(body, "error", name)) for name in ("phase", "during", "code"))
    status = whole(dig(body, "error", "http_status"))
    if phase == "timeout":
        return during in ("answer", "stream")
    if phase == "body":
        return whole(body.get("output_tokens")) is None
    return status == REQUEST_TIMEOUT or (code or "").lower() == "content_filter"
