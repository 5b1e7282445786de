"""A small picture of one plain shape in one plain colour, made anew for each question."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

SIDE: Final = 128
"""Pixels; a picture this small counts as one tile, and so the least that a model counts for a picture."""

EDGE: Final = 16
"""White pixels around the shape."""

WHITE: Final = (255, 255, 255)

_RGB: Mapping[str, tuple[int, int, int]] = {
    "red": (220, 20, 30),
    "green": (20, 150, 50),
    "blue": (30, 60, 220),
    "yellow": (250, 215, 20),
    "purple": (130, 30, 160),
}

_HALF: Final = SIDE / 2
_REACH: Final = _HALF - EDGE

_INSIDE: Mapping[str, Callable[[float, float], bool]] = {
    "circle": lambda x, y: x * x + y * y <= 1,
    "square": lambda x, y: abs(x) <= 1 and abs(y) <= 1,
    "triangle": lambda x, y: abs(y) <= 1 and abs(x) <= (y + 1) / 2,
    "diamond": lambda x, y: abs(x) + abs(y) <= 1,
}
"""Shape → whether a point belongs to it; both ways from -1 to 1, downwards positive."""

COLOURS: Final = tuple(_RGB)
SHAPES: Final = tuple(_INSIDE)


def picture(shape: str, colour: str) -> bytes:
    """A PNG of SIDE pixels each way: one of SHAPES in one of COLOURS, on white; raises KeyError for any other.

    https://www.w3.org/TR/png-3/
    """
    inside, ink = _INSIDE[shape], _RGB[colour]
    rows = bytearray()
    for row in range(SIDE):
        rows.append(0)  # each line begins with its filter: none
        for column in range(SIDE):
            x, y = (column + 0.5 - _HALF) / _REACH, (row + 0.5 - _HALF) / _REACH
            rows += bytes(ink if inside(x, y) else WHITE)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
