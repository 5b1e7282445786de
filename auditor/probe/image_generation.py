"""Image generation: the tool must bring back one picture of the size that was asked for."""

from __future__ import annotations

from base64 import b64decode
from typing import Final

from auditor.probe.ending import Proof, StoppedError
from auditor.probe.image_file import Image, image_of
from auditor.probe.limits import output_limit
from auditor.probe.outcome import items, object_of
from auditor.probe.outcome import word as told_word
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable as text_inapplicable
from auditor.record import JsonObject

HEADER: Final = "x-ms-oai-image-generation-deployment"
"""Names the image model's deployment: https://learn.microsoft.com/azure/foundry/openai/how-to/responses"""

SIDE: Final = 1024
"""Pixels; the least that every image model offers:
https://learn.microsoft.com/azure/foundry/openai/how-to/dall-e#specify-api-options"""

TOOL: Final[JsonObject] = {
    "type": "image_generation",
    "size": f"{SIDE}x{SIDE}",
    "quality": "low",
    "output_format": "jpeg",
}
"""The cheapest picture, in the format whose answer is a tenth as long."""

PROMPT: Final = "Use the image generation tool to draw one plain blue circle on a white background. Say nothing else."

INPUT_TOKENS: Final = 1_000
"""The prompt and the tool's own words, read by both models."""

IMAGE_TOKENS: Final = 1_056
"""What a square of medium quality takes. One of low quality takes 272 with the first image models; of later ones it is
not published, so this leaves room: https://platform.openai.com/docs/guides/image-generation#cost-and-latency"""

WORDS: Final = 128


def inapplicable(target: Target) -> str | None:
    """Why it can't be asked: as for text, or because nobody says which deployment draws."""
    if target.image_deployment is None:
        return "settings name no deployment of an image model for it (image_deployment)"
    return text_inapplicable(target)


async def look(talk: Talk) -> Proof:
    """Asks for one picture, stored nowhere, and reads the head of what comes."""
    named: JsonObject = {"image_deployment": talk.target.image_deployment}
    try:
        said = await talk.respond(
            PROMPT,
            limit=output_limit(talk.target, words=WORDS),
            tools=[TOOL],
            extra_headers={HEADER: talk.target.image_deployment},
        )
        return _judged(items(said, "image_generation_call"), named)
    except StoppedError as stop:
        raise StoppedError({**stop.told, **named}) from stop


def _judged(made: list[JsonObject], named: JsonObject) -> Proof:
    if not made:
        return Proof(proven=False, shortfall="no picture was generated: the model did not call the tool", told=named)
    _refused(made[-1])
    found = _picture(made[-1])
    if found is None:
        return Proof(proven=False, shortfall="what the tool brought back is no picture", told=named)
    size = f"{found.width} x {found.height} pixels"
    return Proof(
        proven=(found.width, found.height) == (SIDE, SIDE),
        shortfall=f"the picture has {size} instead of {SIDE} x {SIDE}",
        told={**named, "image_format": found.format, "image_width": found.width, "image_height": found.height},
    )


def _refused(call: JsonObject) -> None:
    """Raises StoppedError for a call that ended with an error of its own, as moderation's do."""
    error = object_of(call.get("error"))
    if not error and call.get("status") != "failed":
        return
    told: JsonObject = {
        "phase": "body",
        "http_status": 200,
        "code": told_word(error.get("code")),
        "type": told_word(error.get("type")),
        "message": told_word(error.get("message")) or "the image generation failed without words",
    }
    raise StoppedError({"outcome": "failed", "sent": True, "error": told})


def _picture(call: JsonObject) -> Image | None:
    result = call.get("result")
    if not isinstance(result, str):
        return None
    try:
        return image_of(b64decode(result, validate=True))
    except ValueError:
        return None


def most_tokens(target: Target) -> int:
    """The prompt, the picture, and what the model says around it."""
    return INPUT_TOKENS + IMAGE_TOKENS + output_limit(target, words=WORDS)


IMAGE_GENERATION = Probe(
    name="image_generation",
    title="Image generation",
    sends=f"one short prompt for a picture of {SIDE} x {SIDE} pixels in the lowest quality, stored nowhere",
    proves="a picture comes back that decodes and has the size that was asked for",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
    besides="the picture at its own model's price",
    legacy=False,
)
