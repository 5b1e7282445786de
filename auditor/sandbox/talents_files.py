"""What a pretend model does with pictures and files: it looks, reads, searches and draws, from the request alone."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

from auditor.record import JsonObject
from auditor.sandbox.asked import Asked, message, words
from auditor.sandbox.canvas import drawn
from auditor.sandbox.reading import data_of, text_of

LARGEST_SIDE = 4096


def reading(asked: Asked) -> list[JsonObject] | None:
    """What stands in the files that were given in this turn, as far as the question asks for it."""
    given = list(parts(asked, "input_file"))
    if not given:
        return None
    text = "\n".join(text_of(content) for content in (content_of(asked, one) for one in given) if content)
    answer = None if asked.way == "unread" else _answer(words(asked.given[-1]), text)
    return [message(answer or "I can't read the document.", "completed")]


def searching(asked: Asked) -> list[JsonObject] | None:
    """What the files of the offered vector stores say to the question; says where it stands."""
    tool = asked.tool("file_search")
    if tool is None or asked.way == "searchless":
        return None if tool is None else [message("I know nothing of that.", "completed")]
    question = words(asked.given[-1])
    ids = tool.get("vector_store_ids")
    hits = [
        (name, _filename(asked, name), sentence)
        for store in (ids if isinstance(ids, list) else [])
        for name in _searchable(asked, str(store))
        for sentence in re.split(r"(?<=\.)\s+", text_of(asked.ledger.contents.get((asked.account, name), b"")))
    ]
    best = max(hits, key=lambda hit: _alike(question, hit[2]), default=None)
    include = asked.request.get("include")
    shown = isinstance(include, list) and "file_search_call.results" in include
    call: JsonObject = {
        "id": f"fs_{token_hex(25)}",
        "type": "file_search_call",
        "status": "completed",
        "queries": [question],
        "results": [_result(*best)] if shown and best else None,
    }
    if best is None:
        return [call, message("The files say nothing of that.", "completed")]
    said: dict[str, Any] = message(_answer(question, best[2]) or best[2], "completed")
    end = len(said["content"][0]["text"])
    note = {"type": "file_citation", "file_id": best[0], "filename": best[1], "index": end}
    said["content"][0]["annotations"] = [note]
    return [call, said]


def drawing(asked: Asked) -> list[JsonObject] | None:
    """One picture of the size and format that the tool asks for."""
    tool = asked.tool("image_generation")
    last = words(asked.given[-1]) if asked.given else ""
    if tool is None or not re.search(r"\b(?:draw|generate|picture|image)\b", last, re.IGNORECASE):
        return None
    call: JsonObject = {"id": f"ig_{token_hex(25)}", "type": "image_generation_call"}
    if asked.way == "moderated":
        return [{**call, "status": "failed", "result": None, "error": _moderated()}]
    size = re.fullmatch(r"(\d{1,4})x(\d{1,4})", str(tool.get("size", "")))
    width, height = (int(size[1]), int(size[2])) if size else (1024, 1024)
    form = str(tool.get("output_format", "png"))
    made = drawn(form, min(width, LARGEST_SIDE), min(height, LARGEST_SIDE))
    made = b"<svg/>" if asked.way == "no-picture" else made
    told = {
        "action": "generate",
        "background": "opaque",
        "output_format": form,
        "quality": tool.get("quality", "auto"),
        "size": f"{width}x{height}",
        "revised_prompt": last[:200],
    }
    return [{**call, "status": "completed", "result": b64encode(made).decode(), **told}]


def parts(asked: Asked, kind: str) -> Iterator[JsonObject]:
    """The parts of one type in the input of this turn."""
    for item in asked.given:
        content = item.get("content")
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") == kind:
                yield part


def content_of(asked: Asked, part: JsonObject) -> bytes | None:
    """The bytes of a file that a part of the input holds or names; None where there are none."""
    name = part.get("file_id")
    if isinstance(name, str):
        return asked.ledger.contents.get((asked.account, name))
    return data_of(part.get("file_data"))


def _searchable(asked: Asked, store: str) -> list[str]:
    files = asked.ledger.things.get((asked.account, store), {}).get("files", {})
    return [name for name, one in files.items() if one["status"] == "completed"]


def _filename(asked: Asked, name: str) -> str:
    return str(asked.ledger.things.get((asked.account, name), {}).get("filename", ""))


def _result(name: str, filename: str, text: str) -> JsonObject:
    return {"file_id": name, "filename": filename, "score": 0.9, "text": text, "attributes": {}}


def _alike(question: str, sentence: str) -> int:
    """How many words both have."""
    return len(set(re.findall(r"[\w-]+", question.lower())) & set(re.findall(r"[\w-]+", sentence.lower())))


def _answer(question: str, text: str) -> str | None:
    """What stands after `is` in the sentence that is most like the question."""
    best = max(re.split(r"(?<=\.)\s+", text), key=lambda sentence: _alike(question, sentence))
    found = re.search(r"\bis ([\w-]+)", best)
    return found[1] if found else None


def _moderated() -> JsonObject:
    return {
        "type": "image_generation_user_error",
        "code": "moderation_blocked",
        "message": "Your request was rejected by the safety system. safety_violations=[sexual].",
        "param": None,
    }
