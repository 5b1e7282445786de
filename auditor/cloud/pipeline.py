"""The way of one request: identified, kept to its origin, recorded, retried with patience, signed, held to the rate."""

from __future__ import annotations

import asyncio
import random
import re
import time
from asyncio import sleep
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    AsyncHTTPPolicy,
    ContentDecodePolicy,
    RequestIdPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.mgmt.core.policies import AsyncARMChallengeAuthenticationPolicy

from auditor import __version__
from auditor.cloud.deadline import Deadline
from auditor.cloud.limiter import Limiter
from auditor.cloud.pages import Exchange, ForeignOriginError
from auditor.cloud.recorder import Recorder
from auditor.cloud.redaction import redact
from auditor.settings import Endpoints

Request = PipelineRequest[Any]
Response = PipelineResponse[Any, Any]

EXCHANGE = "exchange"
"""The keyword of any client call under which its Exchange travels to the recording policy."""

_ATTEMPTS = "auditor-attempts"
_SENT = "auditor-sent"


@dataclass(frozen=True)
class Patience:
    """How long a read is tried: attempts in all, first backoff and the longest wait that is granted, in seconds."""

    attempts: int = 4
    backoff: float = 0.4
    longest_wait: float = 60.0


RETRIED = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses after which the same read may succeed."""


@dataclass(frozen=True)
class Rules:
    """What every management client of a run shares; its policies are made fresh, for a policy knows its successor."""

    endpoints: Endpoints
    credential: AsyncTokenCredential
    recorder: Recorder
    limiter: Limiter
    deadline: Deadline
    patience: Patience = Patience()

    def policies(self) -> list[Any]:
        """The way of a request, outermost first, for one client.

        azure-mgmt-core's own list would also register resource providers and follow redirects; an auditor does neither.
        """
        return [
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent=f"aoai-auditor/{__version__}"),
            ContentDecodePolicy(),
            OriginPolicy(self.endpoints.resource_manager),
            RecordingPolicy(self.recorder),
            PatiencePolicy(self.patience, self.deadline),
            AsyncARMChallengeAuthenticationPolicy(self.credential, self.endpoints.resource_manager_scope),
            LimitPolicy(self.limiter),
        ]

    def public_policies(self, origin: str) -> list[Any]:
        """The same way to a service that nobody signs in to, whose every request stays on `origin`."""
        return [
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent=f"aoai-auditor/{__version__}"),
            ContentDecodePolicy(),
            OriginPolicy(origin),
            RecordingPolicy(self.recorder),
            PatiencePolicy(self.patience, self.deadline),
            LimitPolicy(self.limiter),
        ]


class OriginPolicy(SansIOHTTPPolicy[Any, Any]):
    """Refuses a request, such as a nextLink, to any other scheme, host or port than the cloud's own."""

    def __init__(self, base_url: str) -> None:
        self._origin = _origin(base_url)

    def on_request(self, request: Request) -> None:
        """Raises ForeignOriginError before a token could travel."""
        if _origin(request.http_request.url) != self._origin:
            raise ForeignOriginError("a link leads away from the cloud's own origin and was not followed")


class RecordingPolicy(AsyncHTTPPolicy[Any, Any]):
    """Keeps each final exchange as a reading, its raw body without secrets, and shows both to the call's Exchange."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    async def send(self, request: Request) -> Response:
        """The answer; raises MalformedBodyError where it can't be what was asked for."""
        exchange: Exchange = request.context.options.pop(EXCHANGE)
        sent_at, started = datetime.now(UTC), time.monotonic()

        def record(status: int | None, headers: Mapping[str, str], body: bytes | None, *, redacted: bool) -> str:
            return self._recorder.record(
                method=request.http_request.method,
                url=request.http_request.url,
                status=status,
                headers=headers,
                body=body,
                sent_at=sent_at,
                duration_ms=(time.monotonic() - started) * 1000,
                attempts=request.context[_ATTEMPTS],
                redacted=redacted,
            ).id

        try:
            response = await self.next.send(request)
        except (AzureError, OSError, asyncio.CancelledError):
            if _SENT in request.context:
                exchange.unanswered(record(None, {}, None, redacted=False))
            raise
        answer = response.http_response
        body, redacted = (answer.body(), True) if exchange.secret else redact(answer.body())
        kept = None if exchange.secret else body
        reading = record(answer.status_code, answer.headers, kept, redacted=redacted)
        exchange.answered(reading, answer.status_code, answer.headers.get("content-type", ""), body)
        return response


class PatiencePolicy(AsyncHTTPPolicy[Any, Any]):
    """Sends a read again after a passing failure, as long as patience and the run's deadline allow.

    A server that asks for a longer wait than either gets no further request: its answer is the result.
    """

    def __init__(self, patience: Patience, deadline: Deadline) -> None:
        super().__init__()
        self._patience = patience
        self._deadline = deadline

    async def send(self, request: Request) -> Response:
        """The last answer; raises the last error where there was none."""
        attempt = 1
        while True:
            request.context[_ATTEMPTS] = attempt
            try:
                response: Response = await self.next.send(request)
            except ClientAuthenticationError:
                raise
            except AzureError:
                wait = self._wait(attempt, None)
                if wait is None:
                    raise
            else:
                if response.http_response.status_code not in RETRIED:
                    return response
                wait = self._wait(attempt, response)
                if wait is None:
                    return response
            await sleep(wait)
            attempt += 1

    def _wait(self, attempt: int, response: Response | None) -> float | None:
        """Seconds until the next attempt; None if there shall be none."""
        if attempt >= self._patience.attempts:
            return None
        asked = retry_after(response.http_response.headers) if response is not None else None
        jitter = 1 + random.random() / 4  # noqa: S311 (spreads retries; nothing secret)
        wait = asked if asked is not None else self._patience.backoff * 2 ** (attempt - 1) * jitter
        return wait if wait <= self._patience.longest_wait and wait < self._deadline.remaining else None


class LimitPolicy(AsyncHTTPPolicy[Any, Any]):
    """Waits for its turn before each attempt."""

    def __init__(self, limiter: Limiter) -> None:
        super().__init__()
        self._limiter = limiter

    async def send(self, request: Request) -> Response:
        """The answer to an attempt that was sent in its turn."""
        async with self._limiter.turn(request.http_request.url):
            request.context[_SENT] = True
            response: Response = await self.next.send(request)
            return response


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait; None where it says nothing that can be understood.

    https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#error-code
    """
    for name, unit in (("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
            return float(text) * unit
    try:
        asked = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, (asked - datetime.now(asked.tzinfo)).total_seconds())


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port
