"""A model's answer as the Responses API tells it: what was asked back, what was said, what it took."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from secrets import token_hex

from auditor.record import JsonObject
from auditor.sandbox.catalogue import Model
from auditor.sandbox.troubles import ModelWay

EFFORT_TOKENS = {"none": 0, "minimal": 16, "low": 64, "medium": 192, "high": 448, "xhigh": 896}
"""Effort → tokens that a pretended model reasons for."""

_SAFE = {"filtered": False, "severity": "safe"}
_CATEGORIES = ("hate", "self_harm", "sexual", "violence")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants of which model."""

    request: JsonObject
    model: Model
    answering: str
    """The model that the answer names: the deployed one with its version, or the router's choice."""

    @property
    def limit(self) -> int | None:
        """The most output tokens, reasoning included."""
        limit = self.request.get("max_output_tokens")
        return limit if isinstance(limit, int) else None

    @property
    def effort(self) -> str | None:
        """How hard to think; None for a model that does not."""
        if self.model.reasoning is None:
            return None
        asked = self.request.get("reasoning")
        effort = asked.get("effort") if isinstance(asked, dict) else None
        return effort if effort in EFFORT_TOKENS else self.model.reasoning


def response(asked: Asked, way: ModelWay | None) -> JsonObject:
    """The whole response; `way` is what goes wrong with it."""
    created = int(time.time())
    text = "" if way == "empty-output" else _words(asked.request)
    reasoning = EFFORT_TOKENS[asked.effort or "none"]
    said = max(2, len(text) // 4)
    short = way == "incomplete" or (asked.limit is not None and reasoning + said > asked.limit)
    output = _reasoning_items(reasoning)
    if not short and way not in {"empty-output", "failed"}:
        output.append(message(text, "completed"))
    status = "failed" if way == "failed" else "incomplete" if short else "completed"
    spent = (asked.limit or reasoning) if short else reasoning + said
    body = {
        **_echo(asked, created),
        "status": status,
        "completed_at": None if status == "failed" else created + 1,
        "content_filters": _filters(asked.request, text),
        "error": {"code": "server_error", "message": "The model failed to produce a response."}
        if status == "failed"
        else None,
        "incomplete_details": {"reason": "max_output_tokens"} if short else None,
        "model": "gpt-4o-2024-05-13" if way == "wrong-model" else asked.answering,
        "output": output,
        "service_tier": "default",
        "usage": None if status == "failed" else _usage(asked.request, spent, min(reasoning, spent)),
    }
    if way == "no-usage":
        del body["usage"]
    return body


def started(whole: JsonObject) -> JsonObject:
    """The same response as a stream's first events tell it."""
    return {
        **whole,
        "status": "in_progress",
        "completed_at": None,
        "content_filters": None,
        "error": None,
        "incomplete_details": None,
        "output": [],
        "service_tier": "auto",
        "usage": None,
    }


def message(text: str, status: str) -> JsonObject:
    """The item that holds what was said."""
    content = [{"type": "output_text", "annotations": [], "logprobs": [], "text": text}]
    return {"id": f"msg_{token_hex(25)}", "type": "message", "status": status, "content": content, "role": "assistant"}


def _echo(asked: Asked, created: int) -> JsonObject:
    """What stands in every response and repeats the request."""
    told = asked.request
    effort = {"effort": asked.effort, "summary": None}
    return {
        "id": f"resp_{token_hex(25)}",
        "object": "response",
        "created_at": created,
        "background": told.get("background", False),
        "instructions": told.get("instructions"),
        "max_output_tokens": told.get("max_output_tokens"),
        "max_tool_calls": told.get("max_tool_calls"),
        "parallel_tool_calls": told.get("parallel_tool_calls", True),
        "previous_response_id": told.get("previous_response_id"),
        "prompt_cache_key": told.get("prompt_cache_key"),
        "prompt_cache_retention": None,
        "reasoning": effort,
        "safety_identifier": told.get("safety_identifier"),
        "store": told.get("store", True),
        "temperature": told.get("temperature", 1.0),
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": told.get("tool_choice", "auto"),
        "tools": told.get("tools", []),
        "top_logprobs": 0,
        "top_p": told.get("top_p", 1.0),
        "truncation": told.get("truncation", "disabled"),
        "user": told.get("user"),
        "metadata": told.get("metadata", {}),
    }


def _reasoning_items(tokens: int) -> list[JsonObject]:
    if not tokens:
        return []
    return [{"id": f"rs_{token_hex(25)}", "type": "reasoning", "summary": []}]


def _words(request: JsonObject) -> str:
    """What a pretended model says: OK where it is asked for, else that it is pretended."""
    return "OK" if "OK" in _prompt(request) else "This is the sandbox; no model was asked."


def _prompt(request: JsonObject) -> str:
    given = request.get("input", "")
    return given if isinstance(given, str) else json.dumps(given)


def _usage(request: JsonObject, output: int, reasoning: int) -> JsonObject:
    given = len(_prompt(request)) // 4 + 7
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": given + output,
    }


def _filters(request: JsonObject, text: str) -> list[JsonObject]:
    harmless = dict.fromkeys(_CATEGORIES, _SAFE)
    material = {f"protected_material_{kind}": {"filtered": False, "detected": False} for kind in ("text", "code")}
    return [
        _filter("prompt", {**harmless, "jailbreak": {"filtered": False, "detected": False}}, len(_prompt(request))),
        _filter("completion", {**harmless, **material}, len(text)),
    ]


def _filter(source: str, results: JsonObject, end: int) -> JsonObject:
    return {
        "blocked": False,
        "source_type": source,
        "content_filter_raw": [],
        "content_filter_results": results,
        "content_filter_offsets": {"start_offset": 0, "end_offset": end, "check_offset": 0},
    }
