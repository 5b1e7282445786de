"""What a pretend service reads from files: the text of plain files and of simple PDFs."""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64decode

_STREAM = re.compile(rb"<<(?P<dictionary>(?:[^<>]|<<[^<>]*>>)*)>>\s*stream\r?\n(?P<data>.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\((?P<text>(?:[^()\\]|\\.)*)\)\s*(?:Tj|'|\")", re.DOTALL)


def data_of(url: object) -> bytes | None:
    """The bytes of a data URL; None for any other. https://www.rfc-editor.org/rfc/rfc2397"""
    head, _, data = url.partition(",") if isinstance(url, str) else ("", "", "")
    if not head.startswith("data:") or not head.endswith(";base64"):
        return None
    try:
        return b64decode(data, validate=True)
    except binascii.Error:
        return None


def text_of(content: bytes) -> str:
    """The text in a file: a PDF's shown strings, or the file itself where it is text."""
    if content.startswith(b"%PDF-"):
        return "\n".join(_shown(content))
    try:
        return content.decode()
    except UnicodeDecodeError:
        return ""


def _shown(pdf: bytes) -> list[str]:
    """The strings that the pages' content shows, one after the other. ISO 32000-1, §9.4.3"""
    found = []
    for stream in _STREAM.finditer(pdf):
        data = stream["data"]
        if b"/FlateDecode" in stream["dictionary"]:
            try:
                data = zlib.decompress(data)
            except zlib.error:
                continue
        found += [re.sub(rb"\\(.)", rb"\1", one["text"]).decode("cp1252", "replace") for one in _SHOWN.finditer(data)]
    return found
