"""Image generation: a picture of the asked size comes back, or what else came is told."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probe.image_file import Image, image_of
from auditor.probe.image_generation import HEADER, IMAGE_GENERATION
from auditor.probe.picture import picture
from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.sandbox.canvas import drawn
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response, target


def with_image_model() -> Target:
    return replace(target("gpt-4.1", "image_generation"), image_deployment="pictures")


def bringing(*results: Any, **more: Any) -> Turns:
    """A service whose tool brings these back."""
    calls = [{"type": "image_generation_call", "status": "completed", "result": one, **more} for one in results]
    return Turns({"responses.create": lambda _: answered(200, {**response(), "output": calls})})


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.parametrize("form", ["png", "jpeg"])
async def test_a_picture_of_the_asked_size_is_proven(form: str) -> None:
    """One call, stored nowhere, with the image model's deployment in the header."""
    turns = bringing(encoded(drawn(form, 1024, 1024)))
    body = await body_of(IMAGE_GENERATION, turns, with_image_model())
    assert (body["outcome"], body["proven"], body["shortfall"]) == ("completed", True, None)
    assert (body["image_format"], body["image_width"], body["image_height"]) == (form, 1024, 1024)
    assert body["image_deployment"] == "pictures"
    ((operation, request),) = turns.asked
    assert (operation, request["store"], request["extra_headers"]) == ("responses.create", False, {HEADER: "pictures"})
    assert request["tools"] == [
        {"type": "image_generation", "size": "1024x1024", "quality": "low", "output_format": "jpeg"}
    ]
    assert len(str(body)) < 3_000


@pytest.mark.parametrize(
    ("turns", "shortfall"),
    [
        (bringing(), "did not call the tool"),
        (bringing(""), "is no picture"),
        (bringing(None), "is no picture"),
        (bringing(7), "is no picture"),
        (bringing("not base64!"), "is no picture"),
        (bringing("naïve"), "is no picture"),
        (bringing(encoded(b"<svg xmlns='http://www.w3.org/2000/svg'/>")), "is no picture"),
        (bringing(encoded(b"\x89PNG\r\n\x1a\n")), "is no picture"),
        (bringing(encoded(drawn("jpeg", 1024, 1024)[:-2])), "is no picture"),
        (bringing(encoded(drawn("png", 512, 512))), "512 x 512 pixels instead of 1024 x 1024"),
        (bringing(encoded(drawn("jpeg", 1024, 1536))), "1024 x 1536 pixels instead"),
        (bringing("A" * 1_000_000), "is no picture"),
    ],
)
async def test_anything_else_is_told_apart(turns: Turns, shortfall: str) -> None:
    """Nothing of what was brought is kept."""
    body = await body_of(IMAGE_GENERATION, turns, with_image_model())
    assert (body["outcome"], body["proven"]) == ("completed", False)
    assert shortfall in body["shortfall"]
    assert len(str(body)) < 3_000


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"error": {"code": "moderation_blocked", "message": "rejected by the safety system", "type": "x"}},
            "rejected by the safety system",
        ),
        ({}, "the image generation failed without words"),
        ({"error": "odd"}, "the image generation failed without words"),
    ],
)
async def test_a_call_that_failed_is_a_failure_with_its_words(more: JsonObject, message: str) -> None:
    """As moderation ends one, in a response that is completed."""
    turns = bringing(None, **{**more, "status": "failed"})
    body = await body_of(IMAGE_GENERATION, turns, with_image_model())
    assert (body["outcome"], body["error"]["message"], body["image_deployment"]) == ("failed", message, "pictures")


async def test_a_refusal_tells_which_deployment_was_to_draw() -> None:
    """A 404 is about that one, not about the one that was asked."""
    error = {"error": {"code": "DeploymentNotFound", "message": "does not exist"}}
    turns = Turns({"responses.create": lambda _: answered(404, error)})
    body = await body_of(IMAGE_GENERATION, turns, with_image_model())
    assert (body["outcome"], body["image_deployment"]) == ("refused", "pictures")


def test_without_an_image_model_it_is_not_asked() -> None:
    """Azure chooses none by itself."""
    assert "image_deployment" in (IMAGE_GENERATION.inapplicable(target()) or "")
    assert IMAGE_GENERATION.inapplicable(with_image_model()) is None


def webp(kind: bytes, body: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (picture("circle", "red"), Image("png", 128, 128)),
        (drawn("png", 3, 700), Image("png", 3, 700)),
        (drawn("jpeg", 9, 17), Image("jpeg", 9, 17)),
        (
            webp(b"VP8X", bytes(4) + (1023).to_bytes(3, "little") + (511).to_bytes(3, "little")),
            Image("webp", 1024, 512),
        ),
        (webp(b"VP8L", b"\x2f" + struct.pack("<I", 1023 | 511 << 14)), Image("webp", 1024, 512)),
        (webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 1024, 512)), Image("webp", 1024, 512)),
        (webp(b"VP8X", bytes(4))[:-1], None),
        (webp(b"ALPH", bytes(20)), None),
        (drawn("png", 8, 8)[:-1], None),
        (drawn("png", 0, 8), None),
        (b"\xff\xd8\xff\xe0\0\0\xff\xd9", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_their_structure(data: bytes, expected: Image | None) -> None:
    """Each format has its size elsewhere; what is cut off is none."""
    assert image_of(data) == expected


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 "]))
def test_no_bytes_break_the_reading(data: bytes, head: bytes) -> None:
    """Whatever comes, it is a picture or none."""
    for tail in (b"", b"\xff\xd9", b"IDAT\0\0\0\0IEND\xae\x42\x60\x82"):
        image_of(head + data + tail)


def test_the_pretended_model_draws_whole_files() -> None:
    """The rows of its PNG are all there."""
    png = drawn("png", 5, 7)
    length = int.from_bytes(png[33:37])
    assert len(zlib.decompress(png[41 : 41 + length])) == 7 * (1 + 5)
