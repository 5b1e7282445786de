"""The containers in which code runs: listed, read, deleted.

https://learn.microsoft.com/azure/foundry/reference/rest/containers-delete-container
"""

from __future__ import annotations

from auditor.sandbox.answers import said
from auditor.sandbox.visit import Visit
from auditor.sandbox.wire import Answer, answer_json


def containers(visit: Visit) -> Answer | None:
    """`/containers` and `/containers/ID`; None for what is not pretended."""
    things, method, rest = visit.ledger.things, visit.ask.method, visit.rest
    if not rest and method == "GET":
        mine = [one for (account, _), one in things.items() if account == visit.account.name]
        listed = [one for one in mine if one.get("object") == "container"]
        ends = {"first_id": listed[0]["id"], "last_id": listed[-1]["id"]} if listed else {}
        return answer_json(200, {"object": "list", "data": listed, "has_more": False, **ends})
    if len(rest) != 1 or method not in {"GET", "DELETE"}:
        return None
    key = (visit.account.name, rest[0])
    if things.get(key, {}).get("object") != "container":
        return said("container-not-found", id=rest[0])
    if method == "DELETE":
        del things[key]
        return answer_json(200, {"id": rest[0], "object": "container.deleted", "deleted": True})
    return answer_json(200, things[key])
