"""All at once, as a chat application does it: history, a picture, streaming and a summary of the reasoning."""

from __future__ import annotations

from secrets import choice
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.events import Stream
from auditor.probe.limits import may_reason, output_limit
from auditor.probe.memory import PLANT_TOKENS, planted, word
from auditor.probe.outcome import items, object_of
from auditor.probe.picture import COLOURS, PICTURE_TOKENS, SHAPES, data_url, picture
from auditor.probe.question import RESPONSES_DELETE, RESPONSES_WRITE, Probe
from auditor.probe.streamed import shortfall, streamed
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import Json, JsonObject

TURNS: Final = 2
WORDS: Final = 96
QUESTION: Final = (
    "Which shape is in the picture, and which colour has it? And which code word did I ask you to remember? "
    "Reply in one line: colour, shape, code word."
)
QUESTION_TOKENS: Final = 96


async def look(talk: Talk) -> Proof:
    """Plants a word in a stored turn; the second turn names it by its id, shows a picture and streams."""
    planted_word, shape, colour = word(), choice(tuple(SHAPES)), choice(tuple(COLOURS))
    first = await talk.respond(planted(planted_word), limit=output_limit(talk.target), store=True)
    thinks: dict[str, Json] = {"reasoning": {"effort": "low", "summary": "auto"}} if may_reason(talk.target) else {}
    content: list[Json] = [
        {"type": "input_text", "text": QUESTION},
        {"type": "input_image", "image_url": data_url(picture(shape, colour)), "detail": "low"},
    ]
    stream = await streamed(
        talk,
        {
            "model": talk.target.name,
            "input": [{"role": "user", "content": content}],
            "max_output_tokens": output_limit(talk.target, words=WORDS),
            "previous_response_id": first.get("id"),
            "store": False,
            **thinks,
        },
    )
    missing = shortfall(stream) or _unsaid(stream.text.lower(), planted_word, shape, colour)
    return Proof(proven=missing is None, shortfall=missing, told=_told(stream))


def _unsaid(text: str, planted_word: str, shape: str, colour: str) -> str | None:
    wanted = {
        "the word planted in the first": planted_word,
        "the shape in the picture": shape,
        "the colour in the picture": colour,
    }
    lost = [what for what, value in wanted.items() if value not in text]
    return f"the second turn does not know {' or '.join(lost)}" if lost else None


def _told(stream: Stream) -> JsonObject:
    """Whether a summary came is told and not judged: the service promises none.

    https://learn.microsoft.com/azure/foundry/openai/how-to/reasoning#reasoning-summary
    """
    body = object_of(stream.events[-1].body.get("response")) if stream.events else {}
    thoughts = items(body, "reasoning")
    summarised = any(item.get("summary") for item in thoughts)
    return {
        "first_token_ms": stream.first_text_ms,
        "events": len(stream.events),
        "reasoning_summary": summarised if thoughts else None,
    }


def most_tokens(target: Target) -> int:
    """Both turns; the second reads the first again, and the picture."""
    inputs = 2 * PLANT_TOKENS + QUESTION_TOKENS + PICTURE_TOKENS
    return inputs + 2 * output_limit(target) + output_limit(target, words=WORDS)


COMBINED = Probe(
    name="combined",
    title="Chat with a picture",
    sends="two turns, the second streamed: it names the first by previous_response_id, shows a generated picture, and"
    " asks for a summary where the model may reason",
    proves="the streamed text holds the word planted in the first turn and names the picture's shape and colour",
    inapplicable=inapplicable,
    calls=TURNS,
    most_tokens=most_tokens,
    look=look,
    stores="the first response",
    actions=(RESPONSES_WRITE, RESPONSES_DELETE),
)
