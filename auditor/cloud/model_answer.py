"""What a model call came to: an answer of any status, or where it failed without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Phase = Literal["dns", "connect", "tls", "timeout", "token", "http", "body"]
During = Literal["connect", "tls", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallError:
    """A call without a whole answer."""

    phase: Phase
    during: During = "connect"
    """How far it had come: to the TCP connection, the TLS handshake, or waiting for the answer."""
    message: str
    """The network's or the credential's words, bounded, without secrets."""
    http_status: int | None = None
    """Where the head of an answer came and its body did not, whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; `error` is None where a whole HTTP answer did, whatever its status."""

    endpoint: str
    """The base URL, such as `https://x.openai.azure.com/openai/v1/`."""
    scope: str
    """The token scope of the last attempt: the one that worked, where any did."""
    http_status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    content: bytes = b""
    latency_ms: float = 0.0
    """From the request to the last byte of the answer, without the time for a token."""
    readings: tuple[str, ...] = ()
    error: CallError | None = None
