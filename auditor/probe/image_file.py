"""What kind of picture some bytes are, and how large: told by the file's own structure, without drawing it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Image:
    """A picture's format and its size in pixels."""

    format: str
    width: int
    height: int


PNG: Final = b"\x89PNG\r\n\x1a\n"
PNG_END: Final = b"IEND\xae\x42\x60\x82"
JPEG: Final = b"\xff\xd8\xff"
JPEG_END: Final = b"\xff\xd9"
FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG markers after which the size stands; the three left out define tables."""

VP8_START: Final = b"\x9d\x01\x2a"
VP8L_START: Final = 0x2F


def image_of(data: bytes) -> Image | None:
    """The picture that some bytes are, whole from its head to its end; None for anything else.

    https://www.w3.org/TR/png-3/, https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B),
    https://developers.google.com/speed/webp/docs/riff_container
    """
    for reader in (_png, _jpeg, _webp):
        found = reader(data)
        if found is not None and found.width > 0 and found.height > 0:
            return found
    return None


def _png(data: bytes) -> Image | None:
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or not data.endswith(PNG_END) or b"IDAT" not in data:
        return None
    return Image("png", *struct.unpack(">II", data[16:24]))


def _jpeg(data: bytes) -> Image | None:
    if not data.startswith(JPEG) or not data.endswith(JPEG_END):
        return None
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004 - every marker begins with it
        if data[place + 1] in FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return Image("jpeg", width, height)
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    return None


def _webp(data: bytes) -> Image | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or int.from_bytes(data[4:8], "little") + 8 > len(data):
        return None
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X" and len(body) >= 10:  # noqa: PLR2004 - flags, then the size in two numbers of three bytes
        return Image("webp", _little(body[4:7]) + 1, _little(body[7:10]) + 1)
    if kind == b"VP8L" and len(body) >= 5 and body[0] == VP8L_START:  # noqa: PLR2004 - a mark and 28 bits of size
        bits = _little(body[1:5])
        return Image("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and body[3:6] == VP8_START and len(body) >= 10:  # noqa: PLR2004 - a frame's head
        return Image("webp", _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF)
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
