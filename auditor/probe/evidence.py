"""What an answer shows, in the terms of a probe's body: provenance, and an error in the words of who gave it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from auditor.cloud.model_answer import Answer, CallError
from auditor.cloud.recorder import REQUEST_ID_HEADERS
from auditor.cloud.redaction import bounded, bounded_member
from auditor.record import Json, JsonObject

KEPT_HEADERS = (
    "azureai-fe-is-streaming",
    "openai-processing-ms",
    "policy-id",
    "retry-after",
    "retry-after-ms",
    "server",
    "via",
    "x-ms-deployment-name",
    "x-ms-spillover-error",
    "x-ms-spillover-from-deployment",
)
"""Headers that tell how a call was served or by whom it was refused; the others are not kept."""

LONGEST_CODE = 80
"""Characters of an error's code, type or param that are kept."""


def provenance(answer: Answer) -> JsonObject:
    """Where the call went, how long it took, and the ids and limits that the answer carried."""
    return {
        "endpoint": answer.endpoint,
        "scope": answer.scope,
        "http_status": answer.http_status,
        "latency_ms": round(answer.latency_ms, 1),
        "request_ids": _headers(answer, lambda name: name in REQUEST_ID_HEADERS),
        "region": _headers(answer, lambda name: name == "x-ms-region").get("x-ms-region"),
        "rate_limit": _headers(answer, lambda name: name.startswith("x-ratelimit-")),
        "headers": _headers(answer, lambda name: name in KEPT_HEADERS),
    }


def body_of(answer: Answer) -> JsonObject | None:
    """The JSON object of an answer; None where its body is anything else."""
    try:
        value = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def unanswered(failure: CallError) -> JsonObject:
    """The error of a call without a whole answer."""
    return _error(
        phase=failure.phase,
        during=failure.during,
        http_status=failure.http_status,
        code=failure.code,
        message=failure.message,
    )


def refused(answer: Answer) -> JsonObject:
    """The error of an answer that is not 2xx, as the service or whoever stands before it worded it."""
    body = body_of(answer) or {}
    told = body.get("error", body)
    error = told if isinstance(told, dict) else {"message": told}
    return _error(
        phase="http",
        http_status=answer.http_status,
        code=_code(error.get("code", error.get("statusCode"))),
        type=_code(error.get("type")),
        param=_code(error.get("param")),
        message=_message(error) or page_words(answer),
        **_answered(answer),
    )


def unusable(answer: Answer, message: str, code: object = None) -> JsonObject:
    """The error of an answer that says 2xx and is not what was asked for."""
    return _error(
        phase="body", http_status=answer.http_status, code=_code(code), message=bounded(message), **_answered(answer)
    )


def page_words(answer: Answer) -> str:
    """What a body that is no JSON says: the title of a web page, else its first words."""
    text = answer.content[:4000].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>([^<]{1,300})", text, re.IGNORECASE)
    words = title.group(1) if title else re.sub(r"<[^>]{0,500}>", " ", text)
    return bounded(words) or _phrase(answer.http_status)


def _answered(answer: Answer) -> dict[str, Json]:
    headers = answer.headers
    return {
        "content_type": bounded(headers.get("content-type", ""), 100) or None,
        "retry_after": _retry_after(headers),
        "headers": {
            **_headers(answer, lambda name: name.startswith("x-ratelimit-")),
            **_headers(answer, lambda name: name in KEPT_HEADERS),
        },
    }


def _error(**told: Json) -> JsonObject:
    members: JsonObject = {
        "phase": "http",
        "during": None,
        "http_status": None,
        "code": None,
        "type": None,
        "param": None,
        "message": "",
        "content_type": None,
        "retry_after": None,
        "headers": {},
    }
    return {**members, **told}


def _message(error: Mapping[str, Json]) -> str:
    said = error.get("message")
    inner = error.get("innererror")
    if not isinstance(said, str) and isinstance(inner, dict):
        said = inner.get("message")
    return bounded(said) if isinstance(said, str) else ""


def _code(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return bounded(str(value), LONGEST_CODE)


def _retry_after(headers: Mapping[str, str]) -> str | None:
    """Seconds to wait, as the service says; the finer header where both are there and it is not zero."""
    fine = headers.get("retry-after-ms", "")
    if fine.isascii() and fine.isdecimal() and int(fine) > 0:
        return f"{int(fine) / 1000:g}"
    coarse = headers.get("retry-after", "")
    return bounded(coarse, 40) or None


def _headers(answer: Answer, wanted: Callable[[str], bool]) -> dict[str, Json]:
    return {name: bounded_member(name, value) for name, value in sorted(answer.headers.items()) if wanted(name)}


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
