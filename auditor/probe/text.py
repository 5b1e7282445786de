"""The smoke call: one short question to the Responses API, stored nowhere, that every text model can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from auditor.cloud.model_answer import Answer
from auditor.cloud.redaction import bounded
from auditor.probe.evidence import body_of, page_words, provenance, refused, unanswered, unusable
from auditor.probe.question import Asks
from auditor.probe.target import Target
from auditor.record import JsonObject

NAME = "text"
QUESTION = "Reply with the single word OK."
INPUT_TOKENS = 32
"""The most that the question and what a model wraps around it take."""

PLAIN_OUTPUT = 64
REASONING_OUTPUT = 1024
"""Reasoning tokens count as output, so a small budget would be spent before the first word:
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning"""

LEAST_OUTPUT = 16
"""The service refuses less with `integer_below_min_value`."""

NEVER_REASONS = re.compile(r"(?:chatgpt-4|gpt-3|gpt-4)", re.IGNORECASE)
"""Model families that are known not to reason; any other might, and gets the larger budget."""

OTHER_CAPABILITIES = (
    "audio",
    "audioTranscriptions",
    "audioTranslations",
    "embeddings",
    "imageEdits",
    "imageGenerations",
    "imageVariations",
    "realtime",
    "speech",
    "textToSpeech",
    "videoGenerations",
)
"""What a model does instead of answering text; names as the model catalogue has them."""

OTHER_NAMES = (
    ("embeddings", re.compile(r"embed", re.IGNORECASE)),
    ("imageGenerations", re.compile(r"^(?:dall-e|gpt-image|flux|stable-)", re.IGNORECASE)),
    ("realtime", re.compile(r"realtime", re.IGNORECASE)),
    ("audio", re.compile(r"^(?:whisper|tts)|-tts|transcribe|gpt-audio|audio-preview", re.IGNORECASE)),
    ("videoGenerations", re.compile(r"^sora", re.IGNORECASE)),
)
"""What a model does by its name, where no capability is told."""


def inapplicable(target: Target) -> str | None:
    """Why a deployment is not asked, naming the capability that it lacks; None where it can answer or nobody knows.

    A capability is evidence, the live call the verdict: only a model made for something else is passed over, and one
    whose owner says that no application uses it so.
    """
    if target.features is not None and NAME not in target.features:
        return "settings declare that no application uses it for text (features)"
    if target.can("responses"):
        return None
    other = next((name for name in OTHER_CAPABILITIES if target.can(name)), None)
    if other:
        return f"the model has the capability {other} and not responses"
    if target.can("chatCompletion") or target.can("completion"):
        return None
    by_name = next((name for name, words in OTHER_NAMES if words.search(target.model)), None)
    return (
        f"{bounded(target.model, 100)} is by its name a model for {by_name}; no capability is told" if by_name else None
    )


def output_limit(target: Target) -> int:
    """Tokens that the answer may take, reasoning included.

    At most half of what the deployment may use in a minute: the rate limiter counts the limit, not the use.
    https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota
    """
    wanted = REASONING_OUTPUT
    if NEVER_REASONS.match(target.model) and not target.can("reasoningSummary"):
        wanted = PLAIN_OUTPUT
    if target.tokens_per_minute is None:
        return wanted
    return max(LEAST_OUTPUT, min(wanted, target.tokens_per_minute // 2))


def most_tokens(target: Target) -> int:
    """The most that one call can use."""
    return INPUT_TOKENS + output_limit(target)


async def look(models: Asks, host: str, target: Target, seconds: float) -> tuple[JsonObject, tuple[str, ...]]:
    """The body of the probe, and the readings that it rests on."""
    request: JsonObject = {
        "model": target.name,
        "input": QUESTION,
        "max_output_tokens": output_limit(target),
        "store": False,
    }
    answer = await models.ask(host, request, seconds=seconds)
    return {**provenance(answer), **_outcome(answer)}, answer.readings


def _outcome(answer: Answer) -> JsonObject:
    if answer.error is not None:
        outcome = "unreachable" if answer.error.http_status is None else "failed"
        return {"outcome": outcome, "sent": answer.error.phase != "token", "error": unanswered(answer.error)}
    if answer.http_status is None or not 200 <= answer.http_status < 300:  # noqa: PLR2004 - HTTP's own numbers
        return {"outcome": "refused", "sent": True, "error": refused(answer)}
    body = body_of(answer)
    if body is None:
        words = f"no JSON object: {page_words(answer)}"
        return {"outcome": "failed", "sent": True, "error": unusable(answer, words)}
    return {"sent": True, "error": None, **_told(body), **_verdict(answer, body)}


def _verdict(answer: Answer, body: JsonObject) -> JsonObject:
    status, error = body.get("status"), body.get("error")
    if isinstance(error, dict):
        words = _word(error.get("message")) or "the answer carries an error without words"
        return {"outcome": "failed", "error": unusable(answer, words, error.get("code"))}
    if status in ("completed", "incomplete"):
        return {"outcome": status}
    if not isinstance(status, str):
        return {"outcome": "failed", "error": unusable(answer, "the answer carries no status")}
    return {"outcome": "failed", "error": unusable(answer, f"the answer's status is {status}", f"status_{status}")}


def _told(body: JsonObject) -> JsonObject:
    """What the answer says of itself; a member of an unexpected type counts as not told."""
    usage = _object(body.get("usage"))
    text = "".join(_output_text(body))
    return {
        "status": _word(body.get("status")),
        "responded_model": _word(body.get("model")),
        "output_characters": len(text),
        "output_sha256": sha256(text.encode("utf-8", "replace")).hexdigest(),
        "input_tokens": _count(usage.get("input_tokens")),
        "output_tokens": _count(usage.get("output_tokens")),
        "reasoning_tokens": _count(_object(usage.get("output_tokens_details")).get("reasoning_tokens")),
        "incomplete_reason": _word(_object(body.get("incomplete_details")).get("reason")),
    }


def _output_text(body: JsonObject) -> Iterator[str]:
    """The texts of every message, wherever it stands: reasoning models put a reasoning item first."""
    output = body.get("output")
    for item in output if isinstance(output, list) else ():
        content = _object(item).get("content")
        for part in content if isinstance(content, list) else ():
            text = _object(part).get("text")
            if _object(part).get("type") == "output_text" and isinstance(text, str):
                yield text


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str | None:
    return bounded(value, 200) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
