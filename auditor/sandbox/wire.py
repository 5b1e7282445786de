"""A request and an answer as plain values, so that what Azure says needs no HTTP library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Cut = Literal["reset", "truncated", "broken", "stall", "hang"]
"""How an answer does not arrive whole: a TCP reset, a body shorter than promised, a reset within the body, a body that
stops, nothing at all."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request."""

    method: str
    host: str
    """In lower case, without a port."""
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""

    def json(self) -> dict[str, Any] | None:
        """The JSON object in the body; None where it holds none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and in which way it arrives."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    events: tuple[bytes, ...] = ()
    """A stream's server-sent events, in place of a body."""
    cut: Cut | None = None
    seconds: float = 0
    """How long it takes."""
    unknown: bool = False
    """Whether nothing in the sandbox serves this path."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it was served; `status` is None where no answer was sent."""

    method: str
    host: str
    path: str
    query: str
    status: int | None


JSON_TYPE = "application/json; charset=utf-8"


def answer_json(status: int, body: Any, headers: Mapping[str, str] | None = None, *, unknown: bool = False) -> Answer:
    """An answer with a JSON body."""
    encoded = json.dumps(body, separators=(",", ":")).encode()
    return Answer(status, encoded, {"content-type": JSON_TYPE, **(headers or {})}, unknown=unknown)


def answer_error(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None, *, unknown: bool = False
) -> Answer:
    """An error in the shape that every Azure service uses."""
    return answer_json(status, {"error": {"code": code, "message": message}}, headers, unknown=unknown)
