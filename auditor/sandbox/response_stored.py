"""What can be done with a response that is kept: read it, read what it was given, cancel it, delete it."""

from __future__ import annotations

from secrets import token_hex

from auditor.record import JsonObject
from auditor.sandbox.answers import said
from auditor.sandbox.ledger import Turn
from auditor.sandbox.response_background import cancelled, polled
from auditor.sandbox.visit import Visit
from auditor.sandbox.wire import Answer, answer_json


def stored(visit: Visit, name: str, verb: tuple[str, ...]) -> Answer | None:
    """The answer to `/responses/{name}` and below; None for what is not served."""
    ledger, key = visit.ledger, (visit.account.name, name)
    if (visit.ask.method, verb) not in {("GET", ()), ("DELETE", ()), ("GET", ("input_items",)), ("POST", ("cancel",))}:
        return None
    if key not in ledger.responses:
        return said("response-not-found", id=name)
    if verb == ("cancel",):
        return cancelled(ledger, key)
    if verb == ("input_items",):
        return answer_json(200, _input_items(ledger.conversations[key]))
    if visit.ask.method == "DELETE":
        del ledger.responses[key]
        ledger.running.pop(key, None)
        return answer_json(200, {"id": name, "object": "response", "deleted": True})
    return answer_json(200, polled(ledger, key))


def _input_items(turn: Turn) -> JsonObject:
    """What a response was given, the newest first, as the service lists it."""
    given = [{"id": f"msg_{token_hex(25)}", **item} for item in reversed(turn.items[: turn.given])]
    ends = {"first_id": given[0]["id"], "last_id": given[-1]["id"]} if given else {"first_id": None, "last_id": None}
    return {"object": "list", "data": given, **ends, "has_more": False}
