"""File search: a fact that stands in an uploaded file alone must be found there, and the file be cited."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from auditor.probe.ending import Proof, StoppedError
from auditor.probe.evidence import body_of, unusable
from auditor.probe.keeping import upload, vector_store
from auditor.probe.limits import output_limit
from auditor.probe.memory import knows, word
from auditor.probe.outcome import items, object_of, stopped
from auditor.probe.outcome import word as told_word
from auditor.probe.question import (
    FILES_DELETE,
    FILES_WRITE,
    RESPONSES_WRITE,
    STORES_DELETE,
    STORES_READ,
    STORES_WRITE,
    Probe,
)
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 5.0)
"""Seconds before each look at whether the file is ready for search; a file of one line takes a few."""

CALLS: Final = 4 + len(PAUSES)
"""Upload, vector store, the file into it, the looks, and the question."""

INPUT_TOKENS: Final = 4_000
"""The question and the tool's own words, read before and after the search, and what was found: one chunk at most.
https://learn.microsoft.com/azure/ai-services/openai/how-to/file-search"""

WORDS: Final = 64
OVER: Final = ("failed", "cancelled")


async def look(talk: Talk) -> Proof:
    """Uploads one line of text, makes it searchable, and asks for what only it says."""
    meter, planted = word(), word()
    name = f"auditor-{meter}.txt"
    file = await upload(talk, name, f"The code word of the meter {meter} is {planted}.\n".encode(), "text/plain")
    store = await vector_store(talk, f"auditor {meter}")
    if not await _searchable(talk, store, file):
        return Proof(
            proven=False, shortfall=f"the file was not ready for search after {len(PAUSES)} looks in {sum(PAUSES):g} s"
        )
    said = await talk.respond(
        f"Search the files: which code word has the meter {meter}? Reply with the code word alone.",
        limit=output_limit(talk.target, words=WORDS),
        tools=[{"type": "file_search", "vector_store_ids": [store], "max_num_results": 1}],
        include=["file_search_call.results"],
    )
    searched = items(said, "file_search_call")
    cited = any(one.get("file_id") == file or one.get("filename") == name for one in _sources(said))
    return Proof(
        proven=knows(said, planted) and cited,
        shortfall=_shortfall(searched=bool(searched), known=knows(said, planted)),
        told={"searches": len(searched), "cited": cited},
    )


def _shortfall(*, searched: bool, known: bool) -> str:
    if not searched:
        return "the files were not searched"
    return "the answer cites no file" if known else "the answer does not hold the word planted in the file"


async def _searchable(talk: Talk, store: str, file: str) -> bool:
    """Whether the file came into the vector store in time; raises StoppedError where the service gave up on it."""
    where: JsonObject = {"vector_store_id": store, "file_id": file}
    operation = "vector_stores.files.create"
    for pause in (*PAUSES, None):
        answer = await talk.call(operation, where)
        why = stopped(answer)
        if why is not None:
            raise StoppedError(why)
        body = body_of(answer) or {}
        if body.get("status") == "completed":
            return True
        if body.get("status") in OVER:
            last = object_of(body.get("last_error"))
            words = told_word(last.get("message")) or "no reason is given"
            error = unusable(answer, f"vector store file {body['status']}: {words}", last.get("code"))
            raise StoppedError({"outcome": "failed", "sent": True, "error": error})
        if pause is not None:
            await asyncio.sleep(pause)
        operation = "vector_stores.files.retrieve"
    return False


def _sources(body: JsonObject) -> Iterator[JsonObject]:
    """What the answer cites and what the search found, as far as either names a file."""
    for one in items(body, "message"):
        content = one.get("content")
        for part in map(object_of, content if isinstance(content, list) else ()):
            notes = part.get("annotations")
            yield from (note for note in map(object_of, notes if isinstance(notes, list) else ()))
    for one in items(body, "file_search_call"):
        found = one.get("results")
        yield from map(object_of, found if isinstance(found, list) else ())


def most_tokens(target: Target) -> int:
    """The one question; uploads and looks take none."""
    return INPUT_TOKENS + output_limit(target, words=WORDS)


FILE_SEARCH = Probe(
    name="file_search",
    title="File search",
    sends="uploads a file of one line, puts it into a vector store, asks one question about it; then deletes both",
    proves="the answer holds the word planted in the file, and the file is cited",
    inapplicable=inapplicable,
    calls=CALLS,
    most_tokens=most_tokens,
    look=look,
    stores="the file and the vector store",
    besides="file search by the call and by what is stored",
    actions=(RESPONSES_WRITE, FILES_WRITE, FILES_DELETE, STORES_WRITE, STORES_READ, STORES_DELETE),
)
