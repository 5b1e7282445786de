"""The smoke call: one short question to the Responses API, stored nowhere, that every text model can answer."""

from __future__ import annotations

import re

from auditor.cloud.redaction import bounded
from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.outcome import output_text
from auditor.probe.question import Probe
from auditor.probe.repeat import Again, Sample
from auditor.probe.talk import Talk
from auditor.probe.target import Target

NAME = "text"
QUESTION = "Reply with the single word OK."
INPUT_TOKENS = 32
"""The most that the question and what a model wraps around it take."""

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
    without the capability whose owner says that no application uses the API (features: []). That a model which has it
    works is proven for every deployment, whatever is declared of it.
    """
    if target.can("responses"):
        return None
    if target.features is not None and not target.features and target.capabilities:
        return "settings declare that no application uses the Responses API of it (features), and its model has none"
    other = next((name for name in OTHER_CAPABILITIES if target.can(name)), None)
    if other:
        return f"the model has the capability {other} and not responses"
    if target.can("chatCompletion") or target.can("completion"):
        return None
    by_name = next((name for name, words in OTHER_NAMES if words.search(target.model)), None)
    return (
        f"{bounded(target.model, 100)} is by its name a model for {by_name}; no capability is told" if by_name else None
    )


def most_tokens(target: Target) -> int:
    """The most that one call can use."""
    return INPUT_TOKENS + output_limit(target)


async def look(talk: Talk) -> Proof:
    """Asks for one word; any text proves it."""
    body = await talk.respond(QUESTION, limit=output_limit(talk.target))
    return Proof(proven=bool(output_text(body)), shortfall="the answer holds no text")


async def _again(talk: Talk) -> Sample:
    await look(talk)
    return Sample()


TEXT = Probe(
    name=NAME,
    title="Text",
    sends="one short question, stored nowhere",
    proves="a completed response that holds text",
    inapplicable=inapplicable,
    calls=1,
    most_tokens=most_tokens,
    look=look,
    again=Again(_again, most_tokens),
)
