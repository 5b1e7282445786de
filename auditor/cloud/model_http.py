"""The one HTTP client of all model calls: it records each exchange and knows how far it came.

Imported when the first model is called, off the event loop: openai and httpx2 take a third of a second to load.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from auditor.cloud.model_answer import TOO_LONG, CallError, During, Phase
from auditor.cloud.recorder import Recorder
from auditor.cloud.redaction import MASK, bounded, redact
from auditor.cloud.sent_secrets import sent_secrets

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes of an answer that are read; a longer one is not an answer to a smoke call."""

CONNECT_SECONDS = 10.0
ATTEMPT = "attempt"
"""Where a request carries its Attempt, among the extensions."""

MARKS = (
    "connect_tcp.started",
    "connect_tcp.complete",
    "start_tls.started",
    "start_tls.complete",
    "receive_response_headers.complete",
)
"""The steps whose times are kept, as httpcore2 names them: https://www.encode.io/httpcore/extensions/#trace"""

UNWANTED_HEADERS = ("openai-organization", "openai-project")
"""What the SDK takes from the environment for another service."""


class BodyTooLargeError(httpx2.ReadError):
    """The answer is longer than LARGEST_BODY."""


@dataclass(slots=True)
class Attempt:
    """How far one request came, noted while it is under way."""

    host: str
    encrypted: bool
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    during: During = "connect"
    peer: str = ""
    """`host:port` that the connection was opened to: a proxy's where one stands between."""
    status: int | None = None
    duration_ms: float = 0.0
    reading: str = ""
    arrived: bytes = b""
    """What came of the body, where it broke off; without secrets."""
    arrivals: list[tuple[int, float]] = field(default_factory=list)
    """When how much of the body had come: bytes, and milliseconds since the request."""
    marks: dict[str, float] = field(default_factory=dict)
    """Step of the exchange → milliseconds from its begin; of one that happened twice the last, but for a first."""
    _begun: float = field(default_factory=time.monotonic)
    _secured: bool = field(default=True)

    async def note(self, event: str, details: dict[str, Any]) -> None:
        """Takes httpcore2's trace events, such as `connection.connect_tcp.started`."""
        self.note_now(event, details)

    def note_now(self, event: str, details: dict[str, Any]) -> None:
        """The same, of a client that does not await."""
        _, _, step = event.partition(".")
        self._mark(step)
        if step == "connect_tcp.started":
            self.peer = f"{details.get('host')}:{details.get('port')}"
            self._secured = not self.encrypted
            self.during = "connect"
        elif step.startswith("start_tls."):
            self._secured = step == "start_tls.complete"
            self.during = "answer" if self._secured else "tls"
        elif self._secured:
            # Before TLS stands, what is sent is the CONNECT to a proxy: still connecting.
            self.during = "answer"

    def _mark(self, step: str) -> None:
        """A connection begins once, whatever is tried after; TLS, and the head of an answer, end with the last."""
        if step == "connect_tcp.started":
            self.marks.setdefault(step, self._since_begin())
        elif step in MARKS:
            self.marks[step] = self._since_begin()

    def _since_begin(self) -> float:
        return (time.monotonic() - self._begun) * 1000

    @property
    def proxied(self) -> bool:
        """Whether the connection was opened to something other than the endpoint."""
        return bool(self.peer) and self.peer.rpartition(":")[0] != self.host


def begin(request: httpx2.Request) -> tuple[Attempt, float]:
    """Makes a request ready to be followed, and says how many seconds its exchange may take."""
    for name in UNWANTED_HEADERS:
        request.headers.pop(name, None)
    attempt = Attempt(host=request.url.host, encrypted=request.url.scheme == "https")
    request.extensions = {**request.extensions, ATTEMPT: attempt}
    return attempt, float(request.extensions.get("timeout", {}).get("read") or 60.0)


class RecordingClient(httpx2.AsyncClient):
    """Sends as its parent does, follows no redirect, reads each answer whole and records it."""

    def __init__(self, recorder: Recorder, **options: Any) -> None:
        super().__init__(
            headers={"accept-encoding": "identity"},
            limits=httpx2.Limits(max_connections=256, max_keepalive_connections=64),
            timeout=timeout_of(60.0),
            trust_env=True,
            **options,
        )
        self._recorder = recorder

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """The whole answer, whatever its status; raises httpx2.RequestError or OSError where there was none.

        The read time-out bounds the whole exchange, so that an answer that drips cannot outlast it.
        """
        attempt, seconds = begin(request)
        request.extensions = {**request.extensions, "trace": attempt.note}
        started = time.monotonic()
        answer: httpx2.Response | None = None
        try:
            async with asyncio.timeout(seconds):
                answer = await super().send(request, **{**options, "stream": True, "follow_redirects": False})
                attempt.status = answer.status_code
                content = await _read(answer, attempt, started)
        except BaseException as error:
            attempt.duration_ms = (time.monotonic() - started) * 1000
            record(self._recorder, request, attempt, answer, None)
            attempt.arrived = without_token(attempt.arrived, request, self._recorder.unsaid)[0]
            if isinstance(error, TimeoutError):
                raise httpx2.ReadTimeout(f"no complete answer within {seconds:g} s", request=request) from error
            raise
        attempt.duration_ms = (time.monotonic() - started) * 1000
        content = record(self._recorder, request, attempt, answer, content)
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
        return httpx2.Response(answer.status_code, headers=headers, content=content, request=request)


def record(
    recorder: Recorder,
    request: httpx2.Request,
    attempt: Attempt,
    answer: httpx2.Response | None,
    content: bytes | None,
) -> bytes:
    """Notes one exchange, and gives its body back without secrets."""
    kept, masked = without_token(content or b"", request, recorder.unsaid)
    attempt.reading = recorder.record(
        method=request.method,
        url=str(request.url),
        status=attempt.status,
        headers=dict(answer.headers) if answer is not None else {},
        body=kept if content is not None else None,
        sent_at=attempt.sent_at,
        duration_ms=attempt.duration_ms,
        discriminator=_model_of(request),
        redacted=masked,
    ).id
    return kept


def timeout_of(seconds: float) -> httpx2.Timeout:
    """So many seconds for the whole exchange; a connection, and a handshake, may each take ten of them.

    They take two fifths at most: where the whole limit struck during a handshake, the socket would be left open.
    """
    return httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds * 0.4))


def attempt_of(request: httpx2.Request) -> Attempt:
    """How far a request came that RecordingClient sent."""
    attempt = request.extensions[ATTEMPT]
    if not isinstance(attempt, Attempt):
        raise TypeError(f"not sent by RecordingClient: {request.url}")
    return attempt


def explain(error: BaseException, attempt: Attempt) -> CallError:
    """Where a call without a whole answer failed, and in whose words."""
    causes = tuple(_causes(error))
    during, status = attempt.during, attempt.status
    phase, words = _phase(causes, attempt), _words(causes)
    if phase == "timeout":
        whole = next(
            (str(cause) for cause in causes if isinstance(cause, httpx2.ReadTimeout) and str(cause)), "no answer"
        )
        words = {"connect": "no connection in time", "tls": "no TLS handshake in time"}.get(during, whole)
    elif any(isinstance(cause, httpx2.ProxyError) for cause in causes):
        words = f"the proxy refused the tunnel: {words}"
    if attempt.proxied and during == "connect":
        words = f"by the proxy {attempt.peer}: {words}"
    code = TOO_LONG if any(isinstance(cause, BodyTooLargeError) for cause in causes) else None
    message = bounded(words or type(error).__name__)
    return CallError(phase=phase, during=during, message=message, code=code, http_status=status)


def _phase(causes: tuple[BaseException, ...], attempt: Attempt) -> Phase:
    if any(isinstance(cause, httpx2.TimeoutException | TimeoutError) for cause in causes):
        return "timeout"
    if attempt.status is not None:
        return "body"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "dns"
    return "tls" if attempt.during == "tls" else "connect"


def _words(causes: tuple[BaseException, ...]) -> str:
    """What the deepest cause that says anything says: libraries above it only repeat or hide it."""
    waiting = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
    telling = [cause for cause in causes if str(cause) and not isinstance(cause, waiting)]
    systems = [cause for cause in telling if isinstance(cause, OSError)]
    return bounded(str((systems or telling or [""])[-1]))


def _causes(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for cause in (error.__cause__ or error.__context__, *inner):
        if cause is not None:
            yield from _causes(cause, seen | {id(error)})


async def _read(answer: httpx2.Response, attempt: Attempt, started: float) -> bytes:
    body = bytearray()
    try:
        async for chunk in answer.aiter_bytes():
            body += chunk
            attempt.arrivals.append((len(body), (time.monotonic() - started) * 1000))
            if len(body) > LARGEST_BODY:
                raise BodyTooLargeError(f"the body is longer than {LARGEST_BODY} bytes", request=answer.request)
    finally:
        attempt.arrived = bytes(body)
        await answer.aclose()
    return bytes(body)


def without_token(body: bytes, request: httpx2.Request, unsaid: Iterable[str] = ()) -> tuple[bytes, bool]:
    """The body without secrets, those that the request carries among them: an endpoint may echo what it was sent."""
    body, masked = redact(body)
    for secret in sent_secrets(request.headers, _content_of(request), unsaid):
        if secret in body:
            body, masked = body.replace(secret, MASK.encode()), True
    return body, masked


def _content_of(request: httpx2.Request) -> bytes:
    try:
        return request.content
    except httpx2.RequestNotRead:
        return b""


def _model_of(request: httpx2.Request) -> str:
    try:
        body = json.loads(_content_of(request))
    except ValueError:
        return ""
    return str(body.get("model", "")) if isinstance(body, dict) else ""
