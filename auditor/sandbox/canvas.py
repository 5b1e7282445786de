"""Pictures of a pretend image model and of a pretend web server: whole files of their format."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping

_GREY = 128
BLOCK = 8
"""A JPEG is coded in squares of so many pixels."""


_RGB = 2
_SIDE = 64
_EDGE = 0.7
"""How far the shapes reach, from the centre to the border."""
_INKS = {"red": (220, 20, 20), "green": (20, 150, 40), "blue": (20, 60, 220), "black": (0, 0, 0)}
_SHAPES: Mapping[str, Callable[[float, float], bool]] = {
    "circle": lambda x, y: x * x + y * y <= _EDGE * _EDGE,
    "square": lambda x, y: max(abs(x), abs(y)) <= _EDGE,
    "triangle": lambda x, y: abs(y) <= _EDGE and abs(x) <= (y + _EDGE) / 2,
}
"""Whether a point is part of a shape; from -1 to 1, to the right and downwards."""


def drawn(form: str, width: int, height: int) -> bytes:
    """A grey picture of so many pixels: a JPEG where that is asked for, else a PNG."""
    return _jpeg(width, height) if form == "jpeg" else _grey(width, height)


def shown(shape: str, colour: str) -> bytes:
    """A PNG with one shape in one colour on white."""
    inside, ink, half = _SHAPES[shape], bytes(_INKS[colour]), _SIDE / 2
    places = [(index + 0.5 - half) / half for index in range(_SIDE)]
    rows = (b"\0" + b"".join(ink if inside(x, y) else b"\xff\xff\xff" for x in places) for y in places)
    return _png(_SIDE, _SIDE, b"".join(rows), _RGB)


def _grey(width: int, height: int) -> bytes:
    return _png(width, height, (b"\0" + bytes([_GREY]) * width) * height, 0)


def _png(width: int, height: int, rows: bytes, kind: int) -> bytes:
    """https://www.w3.org/TR/png-3/"""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)), (b"IDAT", zlib.compress(rows)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in (*chunks, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _jpeg(width: int, height: int) -> bytes:
    """Baseline, one component: each block's difference to the one before is nought, which both tables code as one 0.

    https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B)
    """
    blocks = -(-width // BLOCK) * -(-height // BLOCK)
    bits = 2 * blocks
    coded = bytes(bits // 8) + (bytes([0xFF >> bits % 8]) if bits % 8 else b"")
    one_code = bytes([1]) + bytes(15) + b"\0"
    segments = (
        (0xE0, b"JFIF\0\1\1\0" + struct.pack(">HHBB", 1, 1, 0, 0)),
        (0xDB, b"\0" + bytes([1]) * 64),
        (0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
        (0xC4, b"\x00" + one_code),
        (0xC4, b"\x10" + one_code),
        (0xDA, b"\1\1\0\0\x3f\0"),
    )
    head = b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    return b"\xff\xd8" + head + coded + b"\xff\xd9"
