"""Files that an account keeps: uploaded, listed, read, deleted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from secrets import token_hex

from auditor.record import JsonObject
from auditor.sandbox.answers import said
from auditor.sandbox.visit import Visit
from auditor.sandbox.wire import Answer, Ask, answer_json

PURPOSES = ("assistants", "batch", "fine-tune", "evals")
"""What Azure takes; `user_data` it does not: https://learn.microsoft.com/azure/foundry/openai/how-to/responses"""


@dataclass(frozen=True, slots=True)
class Upload:
    """A form's fields, and the file in it."""

    fields: dict[str, str]
    name: str
    content: bytes


def files(visit: Visit) -> Answer | None:
    """`/files`: a new one, or all of them; below it one by its id, and its content."""
    method, rest = visit.ask.method, visit.rest
    if not rest:
        return _create(visit) if method == "POST" else _list(visit) if method == "GET" else None
    key = (visit.account.name, rest[0])
    one = visit.ledger.things.get(key)
    if one is None or one["object"] != "file":
        return said("file-not-found", id=rest[0])
    if rest[1:] == ("content",) and method == "GET":
        return Answer(200, visit.ledger.contents[key], {"content-type": "application/octet-stream"})
    if len(rest) > 1 or method not in {"GET", "DELETE"}:
        return None
    if method == "DELETE":
        del visit.ledger.things[key], visit.ledger.contents[key]
        return answer_json(200, {"id": rest[0], "object": "file", "deleted": True})
    return answer_json(200, one)


def _create(visit: Visit) -> Answer:
    form = _form(visit.ask)
    if form is None:
        return said("missing-parameter", parameter="file")
    purpose = form.fields.get("purpose", "")
    if purpose not in PURPOSES or any(
        trouble.account == visit.account.name and trouble.way == "no-uploads" for trouble in visit.world.model_troubles
    ):
        return said("file-purpose")
    key = (visit.account.name, f"assistant-{token_hex(12)}")
    one: JsonObject = {
        "id": key[1],
        "object": "file",
        "bytes": len(form.content),
        "created_at": int(time.time()),
        "filename": form.name,
        "purpose": purpose,
        "status": "processed",
        "status_details": None,
        "expires_at": None,
    }
    visit.ledger.things[key], visit.ledger.contents[key] = one, form.content
    return answer_json(200, one)


def _list(visit: Visit) -> Answer:
    kept = visit.ledger.things.items()
    found = [one for (account, _), one in kept if account == visit.account.name and one["object"] == "file"]
    return answer_json(200, {"object": "list", "data": found, "has_more": False})


def _form(ask: Ask) -> Upload | None:
    """What a multipart form holds; None where there is no file in it. https://www.rfc-editor.org/rfc/rfc7578"""
    head = f"content-type: {ask.headers.get('content-type', '')}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + ask.body)
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in whole.iter_parts() if whole.is_multipart() else ():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if name == "file":
            file = (part.get_filename() or "", content)
        else:
            fields[name] = content.decode("utf-8", "replace")
    return Upload(fields, *file) if file is not None else None
