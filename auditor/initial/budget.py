"""What live calls may cost, where proving all that is declared needs more than settings allow by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from auditor.initial.draft import Choice, Draft, Entry
from auditor.settings import ProbeSettings

_ROOM = 1.25
"""Beside one call after the other some are put again, and a router is asked more often."""

_MOST_SECONDS = 600
"""No longer than a whole run may take."""


def budgeted(draft: Draft, choices: Sequence[Choice]) -> Draft:
    """The draft with a budget for the most that its declared features can cost; as it is where the usual one holds."""
    cost = {one.name: one for one in choices}
    asked = [cost[name] for one in draft.stated() for each in one.deployments for name in each.features if name in cost]
    calls, tokens = (round(_ROOM * sum(number)) for number in _columns(asked))
    usual = ProbeSettings()
    if calls <= usual.calls and tokens <= usual.tokens:
        return draft
    said = (
        Entry("calls", max(calls, usual.calls)),
        Entry("tokens", max(tokens, usual.tokens)),
        *((Entry("seconds", min(calls, _MOST_SECONDS)),) if calls > usual.seconds else ()),
    )
    note = "the most that proving all of this may take; what it costs says: auditor run --dry-run"
    return replace(draft, entries=(*draft.entries, Entry("probes", said, note)))


def _columns(asked: Sequence[Choice]) -> tuple[list[int], list[int]]:
    return [one.calls for one in asked], [one.tokens for one in asked]
