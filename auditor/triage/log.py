"""A log, however long, read for the failures in it: by lines, within bounds, with no access to Azure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import BinaryIO, Final

from auditor.cloud.redaction import mask
from auditor.policy.failure import Failure, row_of, rows
from auditor.policy.failure.pasted import context_of, pasted, request_ids
from auditor.policy.failure.signal import LONGEST_TEXT, Signal

CHUNK: Final = 1 << 20
"""Bytes read at a time; a longer line is cut there."""

BLOCK: Final = 20
"""Lines that may follow an error's first line and belong to it."""

MOST_IDS: Final = 10
MOST_KEYS: Final = 4096
"""Different errors that are remembered; further ones are classified anew each time."""

SHORT: Final = 4096
"""Bytes up to which a text is one error, if it is one as a whole."""

_LONGEST_LINE: Final = 4096
_NAMES: Final = re.compile(r"[A-Z][A-Za-z]{6,60}|[a-z]+(?:_[a-z]+){1,6}")
_STATUS: Final = (
    rb"(?:HTTP(?:/[\d.]{1,3})?|[Ss]tatus(?:[ _-]?[Cc]ode)?|STATUS|[Ee]rror [Cc]ode)['\"]?[\s:=]{0,4}[45]\d\d(?!\d)"
)
_LITERALS: Final = (
    b"AADSTS",
    b"CERTIFICATE_VERIFY",
    b"CredentialUnavailable",
    b"ClientAuthenticationError",
    b"ClientResultException",
    b"ECONNREFUSED",
    b"ECONNRESET",
    b"Application-Gateway",
    b"Server disconnected",
    b"closed connection without",
    b"incomplete chunked read",
    b"issuer certificate",
    b"socket hang up",
    b"signed certificate",
    b"ERROR: (",
    b"HttpResponseError",
    b"NXDOMAIN",
    b"ProxyError",
    b"RequestFailedException",
    b"SSLError",
    b"TimeoutError",
    b"ame or service not known",
    b"getaddrinfo",
    b"imed out",
    b"onnection refused",
    b"onnection reset",
    b"openai.API",
    b"openai.Authentication",
    b"openai.BadRequest",
    b"openai.InternalServer",
    b"openai.NotFound",
    b"openai.PermissionDenied",
    b"openai.RateLimit",
    b"resolve host",
)
"""What clients write beside no status and no code."""

_OURS: Final = re.compile(r"azure|openai|cognitive|foundry|microsoftonline|AADSTS", re.IGNORECASE)
"""What a line names that has to do with the service; a time-out of a database is none of ours."""

_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?Z|[+-]\d\d:?\d\d)?")
_STARTS: Final = re.compile(r"\s*\[?\(?\d{4}-\d\d-\d\d[T ]|\S{0,40}\s?\[?\d{4}-\d\d-\d\d[T ]")
_FOLLOWS: Final = re.compile(r"[\s\"'{}\[\]<]|Code:|Message:|Inner |Target:|Content:|Headers:|Status:")
_VARIES: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|req_[0-9a-z]{8,64}"
    r"|\d{4}-\d\d-\d\d[T ][\d:.,]{5,18}(?:Z|[+-]\d\d:?\d\d)?|\d{4,}|0x[0-9a-f]+",
    re.IGNORECASE,
)


@dataclass
class Sighting:
    """All appearances of one class of failures."""

    failure: Failure
    count: int = 0
    first_line: int = 0
    last_line: int = 0
    first_at: str | None = None
    """The timestamp as it stands there."""
    last_at: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    """Request id → the word before it; the first of many."""


@dataclass(frozen=True)
class Log:
    """What a text holds."""

    lines: int
    size: int
    """Bytes."""
    sightings: tuple[Sighting, ...]
    """Worst first: what trying again does not mend, then the most frequent; what nobody knows last."""
    binary: bool = False
    """Whether it is no text, by its first bytes."""


def read_log(stream: BinaryIO) -> Log:
    """Every failure that the text tells of; its memory does not grow with the text."""
    return _Reader().read(stream)


@cache
def _literals() -> tuple[bytes, ...]:
    """What clients write, and every code of the table that is a plain word."""
    codes = {name for row in rows() if row.code for name in row.code.pattern.split("|") if _NAMES.fullmatch(name)}
    return (*_LITERALS, *(name.encode() for name in sorted(codes, key=len, reverse=True)))


@lru_cache(maxsize=64)
def _looking_for(present: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join((_STATUS, *map(re.escape, present))))


def _prefilter(chunk: bytes) -> re.Pattern[bytes]:
    """What a line of this text must hold to be looked at: a status from 400, a code of the table, or a client's words.

    Only what stands in the text at all is looked for: to find whole words is far quicker than to choose among many.
    """
    return _looking_for(tuple(word for word in _literals() if word in chunk))


class _Reader:
    def __init__(self) -> None:
        self._found: dict[str, Sighting] = {}
        self._known: dict[str, Failure | None] = {}
        self._line = 1
        self._size = 0
        self._binary = False

    def read(self, stream: BinaryIO) -> Log:
        rest, first = b"", True
        for piece in _utf8(stream):
            self._binary = self._binary or (not self._size and b"\0" in piece[:SHORT])
            self._size += len(piece)
            chunk = rest + piece
            if first and len(chunk) < SHORT:
                rest = chunk
                continue
            first = False
            cut = chunk.rfind(b"\n") + 1 or len(chunk)
            # The last lines of a chunk may go on in the next one: what begins there is looked at with it.
            held = _lines_back(chunk, cut) if len(piece) == CHUNK else cut
            self._scan(chunk, held)
            rest = chunk[held:]
        self._finish(rest, whole=first)
        ranked = sorted(self._found.values(), key=_worst)
        return Log(self._line - (0 if self._size else 1), self._size, tuple(ranked), self._binary)

    def _finish(self, rest: bytes, *, whole: bool) -> None:
        """What is left; a short text that is one error as a whole counts once."""
        if whole and rest.strip():
            text = rest.decode("utf-8", "replace")
            alone = self._classified(text, ours=True)
            if alone is not None and not self._several(rest):
                self._keep(alone, text, 1)
                self._line += rest.rstrip(b"\n").count(b"\n")
                return
        self._scan(rest, len(rest))
        if rest.endswith(b"\n"):
            self._line -= 1

    @staticmethod
    def _several(text: bytes) -> bool:
        """Whether more than one line begins an error: a log, not one that was pasted."""
        lines = filter(_prefilter(text).search, text.splitlines())
        return sum(bool(_STARTS.match(line.decode("utf-8", "replace"))) for line in lines) > 1

    def _scan(self, chunk: bytes, end: int) -> None:
        """Everything in the chunk up to `end`, where a line begins."""
        search, at = _prefilter(chunk).search, 0
        while (match := search(chunk, at, end)) is not None:
            start = chunk.rfind(b"\n", at, match.start()) + 1 or at
            self._line += chunk.count(b"\n", at, start)
            after = self._event(chunk, start)
            after = min(after, end)
            self._line += chunk.count(b"\n", start, after)
            at = after
        self._line += chunk.count(b"\n", at, end)

    def _event(self, chunk: bytes, start: int) -> int:
        """The error that begins in this line; gives where the next thing begins."""
        stop = _end_of_line(chunk, start)
        line = _decoded(chunk[start:stop])
        block, after = line, stop
        for _ in range(BLOCK):
            if after >= len(chunk) or len(block) > LONGEST_TEXT:
                break
            stop = _end_of_line(chunk, after)
            follows = _decoded(chunk[after:stop])
            if not _FOLLOWS.match(follows) or _STARTS.match(follows):
                break
            block, after = f"{block}\n{follows.rstrip()}", stop
        found = self._classified(block, ours=False)
        if found is not None:
            self._keep(found, block, self._line)
        return after

    def _classified(self, text: str, *, ours: bool) -> Failure | None:
        """The failure, where the text tells of one that has to do with the service."""
        key = _VARIES.sub("#", text[:LONGEST_TEXT])
        if key in self._known:
            return self._known[key]
        clean = mask(text[:LONGEST_TEXT])
        signal = Signal.of_text(clean)
        row = row_of(signal, context_of(clean))
        worded = row is not None and (row.code is not None or row.says is not None)
        failed = row is not None or (signal.status or 0) >= 400  # noqa: PLR2004 - HTTP's own number
        failure = pasted(clean).failure if failed and (ours or worded or _OURS.search(clean)) else None
        if len(self._known) < MOST_KEYS:
            self._known[key] = failure
        return failure

    def _keep(self, failure: Failure, text: str, line: int) -> None:
        one = self._found.setdefault(failure.failure_class, Sighting(failure, first_line=line))
        stamp = _STAMP.search(text[:_LONGEST_LINE])
        one.count += 1
        one.last_line = line
        one.first_at = one.first_at or (stamp[0] if stamp else None)
        one.last_at = stamp[0] if stamp else one.last_at
        if len(one.ids) < MOST_IDS:
            for name, value in request_ids(text):
                one.ids.setdefault(value, name)


def _worst(one: Sighting) -> tuple[bool, bool, int, int]:
    return one.failure.whose == "unknown", one.failure.retry_helps, -one.count, one.first_line


def _utf8(stream: BinaryIO) -> Iterator[bytes]:
    """The text in pieces, as UTF-8 where it is UTF-16, as PowerShell writes it."""
    first = stream.read(CHUNK)
    if not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        while first:
            yield first
            first = stream.read(CHUNK)
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    while first:
        yield decoder.decode(first).encode("utf-8", "replace")
        first = stream.read(CHUNK)


def _lines_back(chunk: bytes, cut: int) -> int:
    """Where the last BLOCK lines before `cut` begin; `cut` itself where they are too long to be held."""
    at = cut
    for _ in range(BLOCK + 1):
        at = chunk.rfind(b"\n", 0, max(0, at - 1)) + 1
        if at <= 0:
            break
    return at if at > 0 and cut - at < CHUNK // 2 else cut


def _end_of_line(chunk: bytes, start: int) -> int:
    return chunk.find(b"\n", start) + 1 or len(chunk)


def _decoded(line: bytes) -> str:
    return line[:_LONGEST_LINE].decode("utf-8", "replace").rstrip("\r\n")
