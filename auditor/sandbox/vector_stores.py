"""Vector stores that an account keeps: made, filled with files that take a moment, searched, deleted."""

from __future__ import annotations

import time
from secrets import token_hex
from typing import Any

from auditor.record import JsonObject
from auditor.sandbox.answers import said
from auditor.sandbox.visit import Visit
from auditor.sandbox.wire import Answer, answer_json

KIND = "vector_store"


def vector_stores(visit: Visit) -> Answer | None:
    """`/vector_stores`: a new one, or all of them; below it one by its id, and its files."""
    method, rest = visit.ask.method, visit.rest
    if not rest:
        return _create(visit) if method == "POST" else _list(visit) if method == "GET" else None
    one = visit.ledger.things.get((visit.account.name, rest[0]))
    if one is None or one["object"] != KIND:
        return said("vector-store-not-found", id=rest[0])
    if rest[1:2] == ("files",):
        return _files(visit, one)
    if len(rest) > 1 or method not in {"GET", "DELETE"}:
        return None
    if method == "DELETE":
        del visit.ledger.things[visit.account.name, rest[0]]
        return answer_json(200, {"id": rest[0], "object": "vector_store.deleted", "deleted": True})
    return answer_json(200, _told(one))


def _create(visit: Visit) -> Answer:
    request, now = visit.ask.json() or {}, int(time.time())
    name = f"vs_{token_hex(12)}"
    one: JsonObject = {
        "id": name,
        "object": KIND,
        "created_at": now,
        "name": request.get("name"),
        "usage_bytes": 0,
        "status": "completed",
        "expires_after": request.get("expires_after"),
        "expires_at": None,
        "last_active_at": now,
        "metadata": request.get("metadata", {}),
        "files": {},
    }
    visit.ledger.things[visit.account.name, name] = one
    return answer_json(200, _told(one))


def _list(visit: Visit) -> Answer:
    kept = visit.ledger.things.items()
    found = [_told(one) for (account, _), one in kept if account == visit.account.name and one["object"] == KIND]
    return answer_json(200, {"object": "list", "data": found, "has_more": False})


def _told(store: dict[str, Any]) -> JsonObject:
    """A store as the service tells it: its files only counted."""
    states = [one["status"] for one in store["files"].values()]
    counted = {state: states.count(state) for state in ("in_progress", "completed", "failed", "cancelled")}
    told = {name: value for name, value in store.items() if name != "files"}
    return {**told, "file_counts": {**counted, "total": len(states)}}


def _files(visit: Visit, store: dict[str, Any]) -> Answer | None:
    method, rest = visit.ask.method, visit.rest[2:]
    if not rest and method == "POST":
        return _attach(visit, store)
    if not rest and method == "GET":
        return answer_json(200, {"object": "list", "data": list(store["files"].values()), "has_more": False})
    if len(rest) != 1 or method not in {"GET", "DELETE"}:
        return None
    one = store["files"].get(rest[0])
    if one is None:
        return said("file-not-found", id=rest[0])
    if method == "DELETE":
        del store["files"][rest[0]]
        return answer_json(200, {"id": rest[0], "object": "vector_store.file.deleted", "deleted": True})
    return answer_json(200, _ready(visit, one))


def _attach(visit: Visit, store: dict[str, Any]) -> Answer:
    name = str((visit.ask.json() or {}).get("file_id"))
    key = (visit.account.name, name)
    if key not in visit.ledger.contents:
        return said("file-not-found", id=name)
    store["files"][name] = {
        "id": name,
        "object": "vector_store.file",
        "usage_bytes": len(visit.ledger.contents[key]),
        "created_at": int(time.time()),
        "vector_store_id": store["id"],
        "status": "in_progress",
        "last_error": None,
        "chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}},
        "attributes": {},
    }
    return answer_json(200, store["files"][name])


def _ready(visit: Visit, file: dict[str, Any]) -> JsonObject:
    """The file at its next look: cut and embedded, unless the service gives up.

    The words of that: https://github.com/openai/openai-python/issues/1591
    """
    troubles = [one for one in visit.world.model_troubles if one.account == visit.account.name]
    if any(one.way == "store-failed" for one in troubles):
        file |= {"status": "failed", "last_error": {"code": "server_error", "message": "An internal error occurred."}}
    elif file["status"] == "in_progress" and not any(one.way == "store-stuck" for one in troubles):
        file["status"] = "completed"
    return file
