"""How fast a deployment answers: percentiles of single calls, never an average, and none that too few calls tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number
from auditor.snapshot import Resource

PERCENTILES: Final = {50: 1, 95: 20, 99: 100}
"""Percentile → the fewest calls that tell it: with fewer the nearest rank is merely the slowest call."""

PAGE: Final = "https://www.itl.nist.gov/div898/handbook/prc/section2/prc262.htm"
"""What a percentile is."""


def percentile(samples: Sequence[float], percent: int) -> float | None:
    """The least sample that so many percent do not exceed (nearest rank); None where too few tell it."""
    if len(samples) < PERCENTILES[percent]:
        return None
    return sorted(samples)[max(0, math.ceil(len(samples) * percent / 100) - 1)]


def times(body: Any, name: str, single: str) -> tuple[float, ...]:
    """Every sample of a probe's body, or its only one."""
    samples = dig(body, "samples", name)
    told = samples if isinstance(samples, list) else [dig(body, single)]
    return tuple(value for value in map(number, told) if value is not None)


def latency(deployment: Resource, seen: Seen) -> Part:
    """`deployment.latency`: of the text question whole calls, of the streamed one first text and pace; all in ms.

    Only calls that were answered count.
    """
    told = Telling()
    gap = seen.gap("probe", deployment.id)
    found = [(one, one.body) for one in seen.children("probe", deployment.id)]
    by_name = {body.get("probe"): (one, body) for one, body in found if body.get("first")}
    text, told_text = by_name.get("text", (None, {}))
    _, told_stream = by_name.get("stream", (None, {}))
    if text is not None and told_text.get("outcome") == "completed":
        samples = times(told_text, "latencies_ms", "latency_ms")
        told.tell("count", len(samples))
        _percentiles(told, "", samples)
        told.read("", text.readings)
    elif gap is not None or text is not None:
        told.tell("count", None, because=gap or (seen.own_gap("probe", text.id) if text is not None else None))
    if told_stream.get("outcome") == "completed":
        firsts = times(told_stream, "first_token_ms", "first_token_ms")
        told.tell("first_token_count", len(firsts))
        _percentiles(told, "first_token_", firsts)
        told.tell("tokens_per_second", percentile(times(told_stream, "tokens_per_second", "tokens_per_second"), 50))
    return told.done()


def _percentiles(told: Telling, prefix: str, samples: Sequence[float]) -> None:
    for percent, needed in PERCENTILES.items():
        few: Note = (
            f"{len(samples)} calls tell no p{percent}: it needs {needed} (auditor run --repeat {needed})",
            PAGE,
        )
        told.tell(
            f"{prefix}p{percent}",
            percentile(samples, percent),
            note=few if len(samples) < needed else None,
        )
