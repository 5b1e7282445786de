"""What a pretended model sees: the shape and the colour in a picture's pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BYTES_OF = {0: 1, 2: 3, 6: 4}
"""Colour type (grey, colours, colours with transparency) → bytes of a pixel."""

PALE = 235
"""From here on in every colour a pixel is background."""

COLOURS = {
    "red": (220, 20, 20),
    "orange": (250, 130, 20),
    "yellow": (250, 220, 20),
    "green": (20, 150, 40),
    "blue": (30, 60, 220),
    "purple": (130, 30, 160),
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
}

Pixel = tuple[int, int, int]


def seen(png: bytes) -> tuple[str, str] | None:
    """The shape and the colour of the one thing in a PNG; None where there is no picture, or nothing on it."""
    rows = _pixels(png)
    ink = [(x, y, pixel) for y, row in enumerate(rows or ()) for x, pixel in enumerate(row) if min(pixel[:3]) < PALE]
    if not ink:
        return None
    means = [sum(pixel[part] for _, _, pixel in ink) / len(ink) for part in range(3)]
    nearest = min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(means, COLOURS[name], strict=True)))
    return _shape([(x, y) for x, y, _ in ink]), nearest


def _shape(points: list[tuple[int, int]]) -> str:
    """By how much of its frame it fills, and where it is widest."""
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width, height = right - left + 1, bottom - top + 1
    filled = len(points) / (width * height)
    if filled > 0.93:  # noqa: PLR2004 - a square fills all of it
        return "square"
    if filled > 0.65:  # noqa: PLR2004 - a circle a quarter of pi
        return "circle"
    low = sum(1 for _, y in points if y > top + height * 0.75)
    return "triangle" if low > 0.35 * len(points) else "diamond"  # both fill a half; only one stands on its base


def _pixels(png: bytes) -> list[list[Pixel]] | None:
    """Rows of pixels; None for what is no PNG of eight bits a colour, not interlaced. https://www.w3.org/TR/png-3/"""
    if not png.startswith(SIGNATURE):
        return None
    chunks = list(_chunks(png))
    header = next((data for kind, data in chunks if kind == b"IHDR"), b"")
    if len(header) != struct.calcsize(">IIBBBBB"):
        return None
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    size = BYTES_OF.get(kind, 0)
    if depth != 8 or not size or interlaced:  # noqa: PLR2004 - bits
        return None
    try:
        data = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    except zlib.error:
        return None
    if len(data) != height * (1 + width * size):
        return None
    return [_row(line, size) for line in _lines(data, width * size, size)]


def _row(line: bytes, size: int) -> list[Pixel]:
    wide = [line[place : place + size] for place in range(0, len(line), size)]
    return [(one[0], one[1], one[2]) if size > 1 else (one[0], one[0], one[0]) for one in wide]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place + 8 <= len(png):
        length = int.from_bytes(png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length


def _lines(data: bytes, length: int, size: int) -> Iterator[bytes]:
    """The lines without their filters."""
    above = bytes(length)
    for start in range(0, len(data), length + 1):
        line = bytearray(data[start + 1 : start + 1 + length])
        for place, sent in enumerate(line):
            before = line[place - size] if place >= size else 0
            corner = above[place - size] if place >= size else 0
            line[place] = (sent + _predicted(data[start], before, above[place], corner)) & 0xFF
        above = bytes(line)
        yield above


def _predicted(kind: int, before: int, above: int, corner: int) -> int:
    if kind < 4:  # noqa: PLR2004 - Paeth is the fifth
        return (0, before, above, (before + above) // 2)[kind]
    near = before + above - corner
    return min((before, above, corner), key=lambda one: abs(near - one))
