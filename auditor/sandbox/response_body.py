"""A model's answer as the Responses API tells it: what was asked back, what was said, what it took."""

from __future__ import annotations

import time
from secrets import token_hex, token_urlsafe

from auditor.record import JsonObject
from auditor.sandbox import talents
from auditor.sandbox.asked import EFFORT_TOKENS, Asked, prompt, words
from auditor.sandbox.bad_answers import spoiled
from auditor.sandbox.prompt_cache import cached

_SAFE = {"filtered": False, "severity": "safe"}
_CATEGORIES = ("hate", "self_harm", "sexual", "violence")


def response(asked: Asked) -> JsonObject:
    """The whole response, gone wrong in the way that was asked for."""
    way = asked.way
    created = int(time.time())
    made = [] if way == "empty-output" else talents.items(asked)
    text = "".join(words(item) for item in made)
    reasoning = 0 if way == "thoughtless" else EFFORT_TOKENS[asked.effort or "none"]
    said = max(2, len(text) // 4)
    short = way == "incomplete" or (asked.limit is not None and reasoning + said > asked.limit)
    output = _reasoning_items(asked, reasoning)
    if not short and way not in {"empty-output", "failed"}:
        output += made
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
        "usage": None if status == "failed" else _usage(asked, spent, min(reasoning, spent)),
    }
    if way == "no-usage":
        del body["usage"]
    return spoiled(body, way)


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


def _echo(asked: Asked, created: int) -> JsonObject:
    """What stands in every response and repeats the request."""
    told = asked.request
    effort = {"effort": asked.effort, "summary": _object(told.get("reasoning")).get("summary")}
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
        "text": {"format": {"type": "text"}, "verbosity": "medium", **_object(told.get("text"))},
        "tool_choice": told.get("tool_choice", "auto"),
        "tools": told.get("tools", []) if asked.way == "echoes-secrets" else _shown(told.get("tools", [])),
        "top_logprobs": 0,
        "top_p": told.get("top_p", 1.0),
        "truncation": told.get("truncation", "disabled"),
        "user": told.get("user"),
        "metadata": told.get("metadata", {}),
    }


def _shown(tools: object) -> object:
    """The tools as the service repeats them: of what signs a call in, and of a server's path, nothing is told."""
    return [_without_secrets(tool) for tool in tools] if isinstance(tools, list) else tools


def _without_secrets(tool: object) -> object:
    if not isinstance(tool, dict) or tool.get("type") != "mcp":
        return tool
    hidden = dict.fromkeys(_object(tool.get("headers")), "<redacted>")
    scheme, _, rest = str(tool.get("server_url", "")).partition("://")
    shown = {name: value for name, value in tool.items() if name != "authorization"}
    return {**shown, "headers": hidden or None, "server_url": f"{scheme}://{rest.partition('/')[0]}/<redacted>"}


def _reasoning_items(asked: Asked, tokens: int) -> list[JsonObject]:
    if not tokens:
        return []
    include = asked.request.get("include")
    sealed = asked.way != "unsealed" and isinstance(include, list) and "reasoning.encrypted_content" in include
    content = {"encrypted_content": token_urlsafe(48)} if sealed else {}
    summarised = _object(asked.request.get("reasoning")).get("summary") in {"auto", "concise", "detailed"}
    summary = [{"type": "summary_text", "text": "**Looking at what was asked**"}] if summarised else []
    return [{"id": f"rs_{token_hex(25)}", "type": "reasoning", "summary": summary, **content}]


def _usage(asked: Asked, output: int, reasoning: int) -> JsonObject:
    given = len(prompt(asked.request)) // 4 + 7
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": 0 if asked.way == "uncached" else cached(asked)},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": given + output,
    }


def _filters(request: JsonObject, text: str) -> list[JsonObject]:
    harmless = dict.fromkeys(_CATEGORIES, _SAFE)
    material = {f"protected_material_{kind}": {"filtered": False, "detected": False} for kind in ("text", "code")}
    return [
        _filter("prompt", {**harmless, "jailbreak": {"filtered": False, "detected": False}}, len(prompt(request))),
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


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
