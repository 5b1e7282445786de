"""Pictures as input: the model must name the shape and the colour, in one that was drawn and in one that is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from secrets import choice
from typing import Final

from auditor.probe.ending import Proof, StoppedError
from auditor.probe.limits import output_limit
from auditor.probe.outcome import output_text
from auditor.probe.picture import COLOURS, SHAPES, data_url, picture
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import JsonObject

INPUT_TOKENS: Final = 3_000
"""The question and one picture in low detail: 85 tokens for most models, 2,833 for gpt-4o-mini, which counts most.
https://learn.microsoft.com/azure/foundry/openai/overview#image-input-tokens"""

QUESTION: Final = (
    f"Which shape is in the picture: {', '.join(SHAPES)}? In which colour: {', '.join(COLOURS)}?"
    " Reply with the colour and the shape alone, in English."
)


async def look(talk: Talk) -> Proof:
    """Shows one picture as a data URL and asks what is on it; a guess is right once in a dozen times."""
    shape, colour = choice(tuple(SHAPES)), choice(tuple(COLOURS))
    return await _named_right(talk, data_url(picture(shape, colour)), shape, colour)


async def look_by_address(talk: Talk) -> Proof:
    """Names the owner's picture by its address, which the service must fetch, and asks what is on it."""
    named = talk.target.picture
    if named is None:
        raise ValueError(f"{talk.target.id}: nobody names a picture")
    told: JsonObject = {"picture": named.url}
    try:
        proof = await _named_right(talk, named.url, named.shape, named.colour)
    except StoppedError as stop:
        raise StoppedError({**stop.told, **told}) from stop
    return replace(proof, told=told)


async def _named_right(talk: Talk, address: str, shape: str, colour: str) -> Proof:
    said = await talk.respond([_turn(address)], limit=output_limit(talk.target))
    text = output_text(said).lower()
    wrong = [
        what
        for what, right, listed in (("shape", shape, SHAPES), ("colour", colour, COLOURS))
        if _named(text, listed) != {right}
    ]
    return Proof(proven=not wrong, shortfall=f"the answer does not name the picture's {' and '.join(wrong)}")


def _turn(address: str) -> JsonObject:
    return {
        "role": "user",
        "content": [
            {"type": "input_text", "text": QUESTION},
            {
                "type": "input_image",
                "image_url": address,
                "detail": "low",
            },
        ],
    }


def _named(text: str, listed: Iterable[str]) -> set[str]:
    """Which of a closed list a text names; an answer that names several is a guess."""
    return set(re.findall(r"[a-z]+", text)) & set(listed)


def put_by_address(target: Target) -> bool:
    """Where its owner declares pictures as input."""
    return target.exists and "vision" in (target.features or ())


def inapplicable_by_address(target: Target) -> str | None:
    """Why it can't be asked: as for text, or because nobody names a picture that the service could fetch."""
    if target.picture is None:
        return "settings name no picture that the service can fetch by its address (picture)"
    return inapplicable(target)


def most_tokens(target: Target) -> int:
    """The question, the picture and the answer."""
    return INPUT_TOKENS + output_limit(target)


VISION = Probe(
    name="vision",
    title="Picture as input",
    sends="one short question about a small generated picture, sent as a data URL; no address is fetched",
    proves="the answer names the picture's shape and colour, out of lists that the question offers",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
)

VISION_URL = Probe(
    name="vision_url",
    title="Picture by its address",
    sends="the same question about the picture that settings name (`picture`), by its address; Azure fetches it",
    proves="the answer names the shape and the colour that settings say are on it",
    inapplicable=inapplicable_by_address,
    calls=1,
    most_tokens=most_tokens,
    look=look_by_address,
    put=put_by_address,
)
