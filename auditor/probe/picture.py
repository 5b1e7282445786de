"""A picture made on the spot: one plain shape in one plain colour, so that what is seen in it can be judged."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

SIDE: Final = 128
"""Pixels on each side."""

PICTURE_TOKENS: Final = 3_000
"""The most that one picture at low detail takes: 2,833 with the smallest models, 85 with others.

https://learn.microsoft.com/azure/foundry/openai/concepts/gpt-with-vision
"""

COLOURS: Final[Mapping[str, tuple[int, int, int]]] = MappingProxyType(
    {"red": (220, 20, 20), "green": (20, 150, 40), "blue": (20, 60, 220), "black": (0, 0, 0)}
)
_GROUND: Final = (255, 255, 255)
_EDGE: Final = 0.75
"""How far the shapes reach, from the centre to the border."""

Inside = Callable[[float, float], bool]
"""Whether a point is part of a shape; from -1 to 1, to the right and downwards."""

SHAPES: Final[Mapping[str, Inside]] = MappingProxyType(
    {
        "circle": lambda x, y: x * x + y * y <= _EDGE * _EDGE,
        "square": lambda x, y: max(abs(x), abs(y)) <= _EDGE,
        "triangle": lambda x, y: -_EDGE <= y <= _EDGE and abs(x) <= (y + _EDGE) / 2,
    }
)


def picture(shape: str, colour: str) -> bytes:
    """A PNG of SIDE by SIDE pixels: the shape in that colour on white; raises KeyError for one that is not known.

    https://www.w3.org/TR/png-3/
    """
    inside, ink = SHAPES[shape], bytes(COLOURS[colour])
    ground = bytes(_GROUND)
    places = [(2 * index + 1) / SIDE - 1 for index in range(SIDE)]
    rows = b"".join(b"\0" + b"".join(ink if inside(x, y) else ground for x in places) for y in places)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, data) for name, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


def data_url(png: bytes) -> str:
    """The picture as a `data:` URL."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
