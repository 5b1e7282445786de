"""What a pretend model sees: it decodes a picture's pixels, and names the shape and the colour that stand out."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.record import JsonObject
from auditor.sandbox.asked import Asked, message, recalled, words

Pixel = tuple[int, int, int]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 6: 4}
"""Colour type → bytes a pixel: grey, RGB, RGB with transparency."""

_LARGEST = 4_000_000
"""Pixels of the largest picture that is looked at."""

_NAMES: Mapping[str, Pixel] = {
    "red": (220, 20, 20),
    "orange": (255, 140, 0),
    "yellow": (250, 220, 20),
    "green": (20, 150, 40),
    "blue": (20, 60, 220),
    "purple": (130, 30, 160),
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
    "white": (255, 255, 255),
}

_FILLS = {"triangle": 0.5, "circle": 0.785, "square": 1.0}
"""Shape → which part of the smallest box around it it fills."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The one thing in a picture."""

    shape: str
    colour: str


class UnseenError(ValueError):
    """The bytes are no picture that can be looked at."""


def seeing(asked: Asked) -> list[JsonObject] | None:
    """What is in the pictures of the last turn, and the code word where that is asked too; some are colour-blind."""
    last = asked.given[-1] if asked.given else {}
    content = last.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    pictures = [part.get("image_url") for part in parts if part.get("type") == "input_image"]
    if not pictures:
        return None
    seen = [_said(asked.picture(address), blind=asked.way == "blind") for address in pictures]
    word = [recalled(asked)] if "which code word" in words(last).lower() else []
    return [message(", ".join([*seen, *word]), "completed")]


def _said(picture: bytes | None, *, blind: bool) -> str:
    try:
        found = sight(picture or b"")
    except UnseenError:
        return "a picture that could not be read"
    return f"grey {found.shape}" if blind else f"{found.colour} {found.shape}"


def sight(png: bytes) -> Sight:
    """The shape and colour of what stands before the ground, which is whatever the first pixel is.

    Raises UnseenError for anything but a PNG of eight bits a channel that is not interlaced.
    """
    rows = _pixels(png)
    ground = rows[0][0]
    there = [(x, y) for y, row in enumerate(rows) for x, pixel in enumerate(row) if pixel != ground]
    if not there:
        raise UnseenError("there is nothing in it")
    width = max(x for x, _ in there) - min(x for x, _ in there) + 1
    height = max(y for _, y in there) - min(y for _, y in there) + 1
    filled = len(there) / (width * height)
    ink = Counter(rows[y][x] for x, y in there).most_common(1)[0][0]
    return Sight(
        min(_FILLS, key=lambda name: abs(_FILLS[name] - filled)),
        min(_NAMES, key=lambda name: sum((a - b) ** 2 for a, b in zip(_NAMES[name], ink, strict=True))),
    )


def _pixels(png: bytes) -> list[list[Pixel]]:
    try:
        chunks = list(_chunks(png))
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
        size = _CHANNELS[kind]
        if depth != 8 or interlaced or not 0 < width * height <= _LARGEST:  # noqa: PLR2004 - bits a channel
            raise UnseenError("a kind of PNG that is not looked at")
        raw = zlib.decompressobj().decompress(
            b"".join(d for n, d in chunks if n == b"IDAT"), (width * size + 1) * height
        )
        lines = _unfiltered(raw, width * size, height, size)
    except (KeyError, IndexError, struct.error, zlib.error) as error:
        raise UnseenError("no PNG") from error
    return [[_rgb(line[at : at + size]) for at in range(0, width * size, size)] for line in lines]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(_SIGNATURE):
        raise UnseenError("no PNG")
    at = len(_SIGNATURE)
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        yield name, png[at + 8 : at + 8 + length]
        at += length + 12


def _unfiltered(raw: bytes, stride: int, height: int, size: int) -> list[bytes]:
    """The lines as they were before filtering: https://www.w3.org/TR/png-3/#9Filters."""
    lines: list[bytes] = []
    above = bytes(stride)
    for start in range(0, height * (stride + 1), stride + 1):
        way, line = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for at in range(stride):
            left = line[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            line[at] = (line[at] + _predicted(way, left, above[at], corner)) % 256
        above = bytes(line)
        lines.append(above)
    return lines


def _predicted(way: int, left: int, above: int, corner: int) -> int:
    if way == 4:  # noqa: PLR2004 - Paeth, by its number
        guess = left + above - corner
        return min((left, above, corner), key=lambda one: abs(guess - one))
    return (0, left, above, (left + above) // 2)[way]


def _rgb(channels: bytes) -> Pixel:
    return (channels[0],) * 3 if len(channels) == 1 else (channels[0], channels[1], channels[2])
