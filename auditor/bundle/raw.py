"""The raw bodies: inflated within bounds, each must be what its name says."""

from __future__ import annotations

import re
import zlib
from hashlib import sha256
from pathlib import Path

from auditor.bundle.alteration import Alteration, Kind
from auditor.bundle.layout import RAW, RAW_SUFFIX
from auditor.bundle.reading import CHUNK, opened_inside

MAX_BODY = 256 * 1024 * 1024
"""Bytes of one body when inflated."""

MAX_BODIES = 8 * 1024 * 1024 * 1024
"""Bytes of all of them."""

_GZIP = 16 + zlib.MAX_WBITS
_NAME = re.compile(rf"{RAW}/([0-9a-f]{{64}}){re.escape(RAW_SUFFIX)}\Z")


class Bodies:
    """Looks into one body after the other, and stops where all together inflate beyond the bound."""

    def __init__(self, folder: Path, *, most: int = MAX_BODY, most_of_all: int = MAX_BODIES) -> None:
        self._folder = folder
        self._most = most
        self._left = most_of_all

    def alteration(self, path: str) -> Alteration | None:
        """What is wrong with a raw body, if anything; raises AlteredError where it can't be opened."""
        named = _NAME.match(path)
        if not named:
            return _wrong(path, "is not named by a sha256")
        limit = min(self._most, self._left)
        try:
            size, found = self._inflated(path, limit)
        except zlib.error:
            return _wrong(path, "is not one whole gzip stream")
        self._left -= size
        if size > limit:
            return _wrong(path, f"inflates to more than {limit:,} bytes; it was not read to its end")
        if found is None:
            return _wrong(path, "is not one whole gzip stream")
        return None if found == named[1] else _wrong(path, f"the body's sha256 is {found}")

    def _inflated(self, path: str, limit: int) -> tuple[int, str | None]:
        """How many bytes it inflates to and their sha256; None where it is cut off, longer, or something follows."""
        inflating, found, size = zlib.decompressobj(_GZIP), sha256(), 0
        with opened_inside(self._folder, path) as file:
            while not inflating.eof and (chunk := file.read(CHUNK)):
                while chunk:
                    body = inflating.decompress(chunk, CHUNK)
                    size += len(body)
                    if size > limit:
                        return size, None
                    found.update(body)
                    chunk = inflating.unconsumed_tail
            whole = inflating.eof and not inflating.unused_data and not file.read(1)
        return size, found.hexdigest() if whole else None


def _wrong(path: str, words: str) -> Alteration:
    return Alteration(path=path, kind=Kind.BODY, detail=words)
