"""What a probe makes the service keep: known from the moment on which the service has it, so that it is deleted."""

from __future__ import annotations

import asyncio
from typing import Final

from auditor.probe.ending import StoppedError
from auditor.probe.outcome import object_of
from auditor.probe.talk import TIDY_SECONDS, Talk
from auditor.record import JsonObject

PURPOSE: Final = "assistants"
"""Azure does not support `user_data`: https://learn.microsoft.com/azure/foundry/openai/how-to/responses#file-input"""

EXPIRES: Final[JsonObject] = {"anchor": "last_active_at", "days": 1}
"""When the service itself forgets a vector store, should it be impossible to delete."""


async def upload(talk: Talk, name: str, content: bytes, media_type: str) -> str:
    """The id of a file that the service now keeps, and will be told to delete at the end."""
    request: JsonObject = {"file": (name, content, media_type), "purpose": PURPOSE}
    return await _kept(talk, "file", "files.create", request, ("files.delete", "file_id"))


async def vector_store(talk: Talk, name: str) -> str:
    """The id of an empty vector store, which is deleted at the end, before what was uploaded earlier."""
    request: JsonObject = {"name": name, "expires_after": EXPIRES}
    undo = ("vector_stores.delete", "vector_store_id")
    return await _kept(talk, "vector store", "vector_stores.create", request, undo)


async def _kept(talk: Talk, what: str, operation: str, request: JsonObject, undo: tuple[str, str]) -> str:
    """The id of what was made; raises StoppedError where the service gives none.

    An interruption waits for the answer under way: only it tells what there will be to delete.
    """
    making = asyncio.ensure_future(talk.do(operation, request))
    try:
        body = await asyncio.shield(making)
    except asyncio.CancelledError:
        try:
            await asyncio.wait((making,), timeout=TIDY_SECONDS)
        finally:
            making.cancel()
        if not making.cancelled() and making.done() and making.exception() is None:
            _remember(talk, what, making.result(), undo)
        raise
    found = _remember(talk, what, body, undo)
    if found is None:
        error: JsonObject = {"phase": "body", "http_status": 200, "message": f"the answer names no id of the {what}"}
        raise StoppedError({"outcome": "failed", "sent": True, "error": error})
    return found


def _remember(talk: Talk, what: str, body: JsonObject, undo: tuple[str, str]) -> str | None:
    found = object_of(body).get("id")
    if not isinstance(found, str) or not found:
        return None
    operation, argument = undo
    talk.stores(f"{what} {found}", operation, {argument: found})
    return found
