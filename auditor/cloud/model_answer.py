"""What a model call came to: an answer of any status, or where it failed without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Phase = Literal["dns", "connect", "tls", "timeout", "token", "http", "body"]
During = Literal["connect", "tls", "answer"]
TOO_LONG: Final = "answer_too_long"
"""The code of a call whose answer was not read to its end, by our own choice."""


@dataclass(frozen=True, slots=True)
class Surface:
    """Where a deployment is called, and by which of the service's APIs."""

    host: str
    project: str | None = None
    """A Foundry project, whose endpoint is called instead of the account's."""
    api_version: str | None = None
    """Of the legacy API; None for v1, which has none."""

    @property
    def name(self) -> str:
        """`v1`, `project`, or the api-version of the legacy API, as settings name it."""
        return "project" if self.project is not None else self.api_version or "v1"

    @property
    def key(self) -> str:
        """Tells it apart from a deployment's other surfaces, of which several may be projects."""
        return f"{self.name}/{self.project}" if self.project is not None else self.name

    @property
    def base_url(self) -> str:
        """What the SDK puts before `responses`.

        https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
        """
        if self.project is not None:
            return f"https://{self.host}/api/projects/{self.project}/openai/v1/"
        return f"https://{self.host}/openai/{'v1/' if self.api_version is None else ''}"


class TokenRefusedError(Exception):
    """There is no token for a scope, or no key where settings say that one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallError:
    """A call without a whole answer."""

    phase: Phase
    during: During = "connect"
    """How far it had come: to the TCP connection, the TLS handshake, or waiting for the answer."""
    message: str
    """The network's or the credential's words, bounded, without secrets."""
    code: str | None = None
    """TOO_LONG where the caller itself stopped reading."""
    http_status: int | None = None
    """Where the head of an answer came and its body did not, whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; `error` is None where a whole HTTP answer did, whatever its status."""

    endpoint: str
    """The base URL, such as `https://x.openai.azure.com/openai/v1/`."""
    scope: str
    """The token scope of the last attempt: the one that worked, where any did; `key` where an API key was used."""
    http_status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    content: bytes = b""
    """The body; of an answer that broke off, what had come of it."""
    arrivals: tuple[tuple[int, float], ...] = ()
    """When how much of the body had come: bytes, and milliseconds since the request."""
    latency_ms: float = 0.0
    """From the request to the last byte of the answer, without the time for a token."""
    marks: Mapping[str, float] = field(default_factory=dict)
    """Step of the exchange, of `auditor.cloud.model_http.MARKS` → milliseconds since the request began."""
    peer: str | None = None
    """`host:port` of the proxy that stood between, where one did."""
    token_ms: float | None = None
    """What it took to get the token; none was asked for where it is None."""
    readings: tuple[str, ...] = ()
    error: CallError | None = None
