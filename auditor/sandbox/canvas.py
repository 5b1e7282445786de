"""Pictures that a pretended image model makes: plain, of any size, and whole files of their format."""

from __future__ import annotations

import struct
import zlib

_GREY = 128
BLOCK = 8
"""A JPEG is coded in squares of so many pixels."""


def drawn(form: str, width: int, height: int) -> bytes:
    """A grey picture of so many pixels: a JPEG where that is asked for, else a PNG."""
    return _jpeg(width, height) if form == "jpeg" else _png(width, height)


def _png(width: int, height: int) -> bytes:
    """https://www.w3.org/TR/png-3/"""
    rows = (b"\0" + bytes([_GREY]) * width) * height
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)))
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
