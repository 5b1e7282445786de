"""What one answer of the Responses API came to: its outcome, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from auditor.cloud.model_answer import Answer
from auditor.cloud.redaction import bounded
from auditor.probe.evidence import body_of, page_words, refused, unanswered, unusable
from auditor.record import JsonObject

LONGEST_EXCERPT: Final = 120
"""Characters of what came in the place of JSON."""


def stopped(answer: Answer, *, json_object: bool = True) -> JsonObject | None:
    """Why an answer brought nothing, as a probe's body says it; None where it brought a JSON object, or any body."""
    if answer.error is not None:
        outcome = "unreachable" if answer.error.http_status is None else "failed"
        return {"outcome": outcome, "sent": answer.error.phase != "token", "error": unanswered(answer.error)}
    if answer.http_status is None or not HTTPStatus(HTTPStatus.OK) <= answer.http_status < HTTPStatus.MULTIPLE_CHOICES:
        return {"outcome": "refused", "sent": True, "error": refused(answer)}
    if json_object and body_of(answer) is None:
        words = f"no JSON object: {bounded(page_words(answer), LONGEST_EXCERPT)}"
        return {"outcome": "failed", "sent": True, "error": unusable(answer, words)}
    return None


def verdict(answer: Answer, body: JsonObject) -> JsonObject:
    """`completed`, `incomplete` or `failed`, and in the last case with which error."""
    status, error = body.get("status"), body.get("error")
    if isinstance(error, dict):
        words = word(error.get("message")) or "the answer carries an error without words"
        return {"outcome": "failed", "error": unusable(answer, words, error.get("code"))}
    if status in ("completed", "incomplete"):
        return {"outcome": status, "error": None}
    if not isinstance(status, str):
        return {"outcome": "failed", "error": unusable(answer, "the answer carries no status")}
    return {"outcome": "failed", "error": unusable(answer, f"the answer's status is {status}", f"status_{status}")}


def told(body: JsonObject) -> JsonObject:
    """What an answer says of itself; a member of an unexpected type counts as not told."""
    usage = object_of(body.get("usage"))
    text = output_text(body)
    return {
        "status": word(body.get("status")),
        "responded_model": word(body.get("model")),
        "output_characters": len(text),
        "output_sha256": sha256(text.encode("utf-8", "replace")).hexdigest(),
        "input_tokens": count(usage.get("input_tokens")),
        "output_tokens": count(usage.get("output_tokens")),
        "reasoning_tokens": count(object_of(usage.get("output_tokens_details")).get("reasoning_tokens")),
        "cached_tokens": count(object_of(usage.get("input_tokens_details")).get("cached_tokens")),
        "incomplete_reason": word(object_of(body.get("incomplete_details")).get("reason")),
    }


def output_text(body: JsonObject) -> str:
    """All that was said, wherever it stands: reasoning models put a reasoning item first."""
    return "".join(_texts(body))


def items(body: JsonObject, kind: str) -> list[JsonObject]:
    """The output items of one type, such as `function_call`."""
    output = body.get("output")
    return [item for item in map(object_of, output if isinstance(output, list) else ()) if item.get("type") == kind]


def _texts(body: JsonObject) -> Iterator[str]:
    for item in items(body, "message"):
        content = item.get("content")
        for part in map(object_of, content if isinstance(content, list) else ()):
            text = part.get("text")
            if part.get("type") == "output_text" and isinstance(text, str):
                yield text


def object_of(value: object) -> JsonObject:
    """The object, or an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def word(value: object) -> str | None:
    """A text, bounded; None for anything else."""
    return bounded(value, 200) if isinstance(value, str) else None


LARGEST = 2**53 - 1
"""What a number of JSON holds everywhere."""


def count(value: object) -> int | None:
    """A whole number that is not negative, and that every reader of JSON can hold; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None
