"""The probes as people read them: what each sends, what proves it, and what it may cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from auditor.probe import PROBES
from auditor.probe.question import Probe
from auditor.probe.target import Target
from auditor.record import JsonObject

TEXT_MODEL: Final = "gpt-4.1"
REASONING_MODEL: Final = "gpt-5.4"
"""One that never reasons, and one that may, and so is given more room."""

_HEADINGS: Final = ("Feature", "What is sent", "What proves it", "Calls", "Most tokens", "Deletes", "Legacy API")


def as_data(probes: Sequence[Probe] = PROBES) -> str:
    """JSON: a list of objects, one per probe."""
    return json.dumps([_told(probe) for probe in probes], indent=2)


def as_markdown(probes: Sequence[Probe] = PROBES) -> str:
    """A table; of two numbers of tokens the second is that of models that reason."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *(_row(_told(probe)) for probe in probes)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)


def as_text(probes: Sequence[Probe] = PROBES) -> str:
    """One paragraph per probe, then its cost."""
    return "\n\n".join(_paragraph(_told(probe)) for probe in probes)


def _paragraph(told: JsonObject) -> str:
    legacy = "" if told["legacy"] else ", not by the legacy API"
    besides = f", besides {told['besides']}" if told["besides"] else ""
    return (
        f"{told['name']}: {told['title']}\n"
        f"  sends    {told['sends']}\n"
        f"  proves   {told['proves']}\n"
        f"  costs    at most {told['calls']} call{'' if told['calls'] == 1 else 's'} and {told['tokens']:,} tokens"
        f" ({told['reasoning_tokens']:,} where the model may reason){besides}{legacy}\n"
        f"  deletes  {told['deletes'] or 'nothing: nothing is stored'}"
    )


def _row(told: JsonObject) -> tuple[str, ...]:
    return (
        f"{told['title']} (`{told['name']}`)",
        told["sends"],
        told["proves"],
        str(told["calls"]),
        f"{told['tokens']:,} / {told['reasoning_tokens']:,}",
        told["deletes"] or "nothing",
        "yes" if told["legacy"] else "no",
    )


def _told(probe: Probe) -> JsonObject:
    return {
        "name": probe.name,
        "title": probe.title,
        "sends": probe.sends,
        "proves": probe.proves,
        "calls": probe.calls,
        "tokens": probe.most_tokens(example(TEXT_MODEL)),
        "reasoning_tokens": probe.most_tokens(example(REASONING_MODEL)),
        "legacy": probe.legacy,
        "deletes": probe.stores,
        "besides": probe.besides,
    }


def example(model: str) -> Target:
    """A deployment without a rate limit that would make its answers shorter."""
    return Target(
        id=f"/deployments/{model}",
        name=model,
        surfaces=(),
        location="",
        model=model,
        capabilities={},
        tokens_per_minute=None,
        declared=True,
        features=frozenset(),
        exists=True,
    )
