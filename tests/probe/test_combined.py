"""History, a picture, streaming and reasoning in one conversation; the picture is made, and looked at, for real."""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.model_answer import Answer
from auditor.probe.combined import COMBINED
from auditor.probe.picture import COLOURS, SHAPES, SIDE, picture
from auditor.record import JsonObject
from auditor.sandbox.response_events import events
from auditor.sandbox.sight import Sight, UnseenError, sight
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response, target


def sent(text: str, *items: JsonObject, pieces: str | None = None) -> Answer:
    """A whole stream that says `text`; `pieces` is what it says piece by piece, where that differs."""
    whole = response(text, 2)
    whole["output"] = [*items, {**whole["output"][0], "id": "m", "status": "completed"}]
    raw = b"".join(events(whole))
    if pieces is not None:
        raw = raw.replace(f'"delta":"{text}"'.encode(), f'"delta":"{pieces}"'.encode())
    return answered(200, raw, content_type="text/event-stream")


def chatting(say: Callable[[str, Sight], str], *items: JsonObject) -> Turns:
    """A service whose second turn says what `say` makes of the planted word and of what is in the picture."""
    heard: list[str] = []

    def create(request: JsonObject) -> Answer:
        if not request.get("stream"):
            heard.append(str(request["input"]))
            return answered(200, response("OK"))
        assert (request["previous_response_id"], request["store"]) == ("resp_1", False)
        url = request["input"][0]["content"][1]["image_url"]
        found = re.search(r"code word: ([\w-]+)", heard[0])
        assert found
        return sent(say(found[1], sight(b64decode(url.partition(",")[2]))), *items)

    return Turns({"responses.create": create, "responses.delete": lambda _: answered(200, {"deleted": True})})


async def test_what_remembers_sees_and_streams_is_proven() -> None:
    """The word, the shape and the colour stand in the streamed text; the stored turn is deleted."""
    turns = chatting(lambda word, seen: f"{seen.colour.title()}, {seen.shape}, {word}")
    body = await body_of(COMBINED, turns)
    assert (body["outcome"], body["proven"], body["left_behind"]) == ("completed", True, [])
    assert body["events"] > 0
    assert turns.operations == ["responses.create", "responses.create", "responses.delete"]
    assert all("reasoning" not in request for _, request in turns.asked), "a model that never reasons is not asked to"


@pytest.mark.parametrize("summary", [[], [{"type": "summary_text", "text": "Looking"}]])
async def test_a_summary_is_told_and_not_judged(summary: list[JsonObject]) -> None:
    """The service promises none, even where one is asked for and the model thought."""
    thought = {"id": "r", "type": "reasoning", "summary": summary}
    turns = chatting(lambda word, seen: f"{seen.colour} {seen.shape} {word}", thought)
    body = await body_of(COMBINED, turns, target("gpt-5.4"))
    assert (body["proven"], body["reasoning_summary"]) == (True, bool(summary))
    assert turns.asked[1][1]["reasoning"] == {"effort": "low", "summary": "auto"}


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda word, seen: f"{seen.colour} {seen.shape}", "the word planted in the first"),  # noqa: ARG005 - forgets
        (lambda word, seen: f"purple {seen.shape} {word}", "the colour in the picture"),
        (lambda word, seen: f"{seen.colour} hexagon {word}", "the shape in the picture"),
        (lambda word, seen: "Je ne vois rien.", "first or the shape"),  # noqa: ARG005 - blind
        (lambda word, seen: "", "no text came"),  # noqa: ARG005 - silent
        (lambda word, seen: "<b>\x1b[31m" * 100_000, "first or the shape"),  # noqa: ARG005 - hostile
    ],
)
async def test_what_is_missing_is_named_in_our_words(say: Callable[[str, Sight], str], words: str) -> None:
    """Nothing that the model said is kept."""
    body = await body_of(COMBINED, chatting(say))
    assert body["proven"] is False
    assert words in body["shortfall"]
    assert len(str(body)) < 3_000


async def test_a_model_that_takes_no_picture_is_refused_in_the_services_words() -> None:
    refusal = answered(400, {"error": {"code": "invalid_value", "message": "Invalid value: 'input_image'."}})
    turns = chatting(lambda word, seen: "")  # noqa: ARG005 - never asked
    create = turns.replies["responses.create"]
    turns.replies["responses.create"] = lambda request: refusal if request.get("stream") else create(request)
    body = await body_of(COMBINED, turns)
    assert (body["outcome"], body["error"]["message"]) == ("refused", "Invalid value: 'input_image'.")
    assert body["left_behind"] == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("colour", COLOURS)
def test_each_picture_shows_what_it_is_called(shape: str, colour: str) -> None:
    """A decoder that knows nothing of the maker sees the same shape and colour."""
    assert sight(picture(shape, colour)) == Sight(shape, colour)
    assert len(picture(shape, colour)) < 4_000


@pytest.mark.parametrize("way", range(5))
def test_every_filter_of_a_png_is_undone(way: int) -> None:
    """Whoever writes the picture may filter its lines in five ways."""
    rows = lines(picture("triangle", "blue"))
    assert sight(png(b"".join(bytes([way]) + filtered(way, rows, at) for at in range(SIDE)))) == Sight(
        "triangle", "blue"
    )


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_what_is_no_picture_is_said_so(junk: bytes, at: int) -> None:
    """Cut, overwritten or none at all: never another error."""
    whole = picture("circle", "red")
    for broken in (junk, whole[:at], whole[:at] + junk + whole[at + len(junk) :]):
        try:
            sight(broken)
        except UnseenError:
            continue


def lines(whole: bytes) -> list[bytes]:
    start = whole.index(b"IDAT") + 4
    raw = zlib.decompress(whole[start : whole.index(b"IEND") - 8])
    stride = SIDE * 3 + 1
    return [raw[at + 1 : at + stride] for at in range(0, len(raw), stride)]


def filtered(way: int, rows: list[bytes], at: int) -> bytes:
    above = rows[at - 1] if at else bytes(SIDE * 3)
    line = rows[at]
    return bytes((line[i] - predicted(way, line, above, i)) % 256 for i in range(len(line)))


def predicted(way: int, line: bytes, above: bytes, i: int) -> int:
    left, up, corner = line[i - 3] if i >= 3 else 0, above[i], above[i - 3] if i >= 3 else 0
    guess = left + up - corner
    paeth = min((left, up, corner), key=lambda one: abs(guess - one))
    return (0, left, up, (left + up) // 2, paeth)[way]


def png(raw: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header: Any = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
