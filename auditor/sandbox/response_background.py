"""Responses that nobody waits for: queued, under way, done, or cancelled before that."""

from __future__ import annotations

from auditor.record import JsonObject
from auditor.sandbox.answers import said
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.response_body import started
from auditor.sandbox.wire import Answer, answer_json

POLLS = 2
"""At which poll a response is done."""

Key = tuple[str, str]
"""Account and id."""


def queued(ledger: Ledger, key: Key, *, never_done: bool) -> JsonObject:
    """What a stored response is called at first."""
    ledger.running[key] = None if never_done else POLLS
    return {**started(ledger.responses[key]), "status": "queued"}


def polled(ledger: Ledger, key: Key) -> JsonObject:
    """A stored response as it is told now; asking brings it nearer to its end."""
    whole = ledger.responses[key]
    if key not in ledger.running:
        return whole
    left = ledger.running[key]
    if left is None:
        return {**started(whole), "status": "queued"}
    if left > 1:
        ledger.running[key] = left - 1
        return started(whole)
    del ledger.running[key]
    return whole


def cancelled(ledger: Ledger, key: Key) -> Answer:
    """The response after it was told to stop; one that is done stays as it is.

    https://learn.microsoft.com/azure/foundry/openai/how-to/responses#background-tasks
    """
    whole = ledger.responses[key]
    if whole.get("background") is not True:
        return said("cancel-synchronous")
    if key in ledger.running:
        del ledger.running[key]
        ledger.responses[key] = whole = {**started(whole), "status": "cancelled"}
    return answer_json(200, whole)
