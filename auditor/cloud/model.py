"""The way to the models: OpenAI clients on each account's v1 endpoint, signed in with Microsoft Entra."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.cloud.model_answer import Answer, CallError, Surface, TokenRefusedError
from auditor.cloud.recorder import Recorder
from auditor.cloud.redaction import bounded
from auditor.cloud.tool_access import tool_headers
from auditor.errors import AuditorError
from auditor.record import JsonObject
from auditor.settings import Endpoints, McpServer

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from openai import AsyncOpenAI, OpenAI

    from auditor.cloud.model_http import Attempt, RecordingClient

TOKEN_SECONDS = 30.0

PLAIN = "sync."
"""Before an operation's name: by the SDK's plain client, which does not await."""

AUDIENCE_REFUSED = re.compile(rb"audience is incorrect|invalid audience", re.IGNORECASE)
"""How a 401 says that the scope is wrong:
https://learn.microsoft.com/azure/ai-foundry/foundry-models/how-to/configure-entra-id#troubleshooting"""

_TOKEN_MS: ContextVar[float | None] = ContextVar("token_ms", default=None)
"""What the token of the call that is under way took; each call runs in a task of its own, or after the other."""


class Models:
    """Model clients of a whole run: one per host and scope, all over one HTTP client, none retrying on its own.

    A host's scopes are tried in the order of `endpoints.model_scopes`; the one that works is remembered.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        credential: AsyncTokenCredential,
        recorder: Recorder,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._environ = environ or {}
        self._scopes = endpoints.model_scopes
        self._credential = credential
        self._recorder = recorder
        self._working: dict[str, str] = {}
        self._clients: dict[tuple[Surface, str], AsyncOpenAI] = {}
        self._http: RecordingClient | None = None
        self._loading = asyncio.Lock()
        self._preparing: asyncio.Task[RecordingClient] | None = None

    def prepare(self) -> None:
        """Begins to load the SDK in a thread, so that it is there by the time the first call is made."""
        self._preparing = asyncio.create_task(self._shared())

    async def do(
        self, surface: Surface, operation: str, request: JsonObject, *, seconds: float, key: str | None = None
    ) -> Answer:
        """The answer to one call of the SDK; a failure without an answer is a value too.

        `operation` names the SDK's method, such as `responses.create`, or `sync.responses.create` of its plain client,
        and `request` its arguments; `seconds` bounds each sending. Signed in with Entra, or with an API key where one
        is given, which is kept nowhere.
        Sent once per scope at most: again only after a 401 that blames the token's audience, which costs no tokens.
        """
        if key is not None:
            return await self._do(await self._keyed(surface, key), "key", operation, request, seconds)
        known = self._working.get(surface.host)
        answer = await self._signed_in(surface, known or self._scopes[0], operation, request, seconds)
        readings = answer.readings
        for scope in self._scopes[1:] if known is None else ():
            if not _blames_audience(answer):
                break
            answer = await self._signed_in(surface, scope, operation, request, seconds)
            readings += answer.readings
        if answer.http_status == HTTPStatus.OK:
            self._working.setdefault(surface.host, answer.scope)
        return replace(answer, readings=readings)

    async def tool_headers(self, server: McpServer) -> dict[str, str]:
        """The headers that sign the model in to an MCP server; raises TokenRefusedError where there is no secret."""
        return await tool_headers(server, self._environ, self._token)

    async def aclose(self) -> None:
        """Closes every connection; the clients are of no use afterwards."""
        if self._preparing is not None:
            await asyncio.gather(self._preparing, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()

    async def _signed_in(
        self, surface: Surface, scope: str, operation: str, request: JsonObject, seconds: float
    ) -> Answer:
        return await self._do(await self._client(surface, scope), scope, operation, request, seconds)

    async def _do(self, client: AsyncOpenAI, scope: str, operation: str, request: JsonObject, seconds: float) -> Answer:
        from openai import APIConnectionError, APIStatusError

        from auditor.cloud.model_http import attempt_of, explain, timeout_of

        seen = Answer(endpoint=str(client.base_url), scope=scope)
        _TOKEN_MS.set(None)
        try:
            if operation.startswith(PLAIN):
                raw = await self._plainly(
                    client, scope, operation.removeprefix(PLAIN), {**request, "timeout": timeout_of(seconds)}
                )
            else:
                raw = await _method(client, operation)(**request, timeout=timeout_of(seconds))
            response = raw.http_response
        except TokenRefusedError as error:
            return replace(seen, token_ms=_TOKEN_MS.get(), error=CallError(phase="token", message=str(error)))
        except APIStatusError as error:
            response = error.response
        except APIConnectionError as error:
            attempt = attempt_of(error.request)
            return replace(
                _timed(seen, attempt),
                http_status=attempt.status,
                content=attempt.arrived,
                error=explain(error, attempt),
            )
        return replace(
            _timed(seen, attempt_of(response.request)),
            http_status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            content=response.content,
        )

    async def _plainly(self, client: AsyncOpenAI, scope: str, operation: str, request: dict[str, Any]) -> Any:
        """The same call by the SDK's plain client, in a thread; a key or a token of the scope signs it in."""
        from openai import OpenAI

        from auditor.cloud.model_plain import PlainClient

        secret = client.api_key if scope == "key" else await self._token(scope)

        http = PlainClient(self._recorder)

        def call() -> Any:
            with http:
                plain = OpenAI(
                    base_url=client.base_url,
                    api_key=secret,
                    http_client=http,
                    max_retries=0,
                    default_headers={"user-agent": f"aoai-auditor/{__version__}"},
                    default_query=dict(client._custom_query),  # noqa: SLF001 - the api-version of the legacy API
                )
                return _method(plain, operation)(**request)

        try:
            return await asyncio.to_thread(call)
        except asyncio.CancelledError:
            http.hang_up()  # else the thread would wait for the answer, and the process for the thread
            raise

    async def _client(self, surface: Surface, scope: str) -> AsyncOpenAI:
        key = (surface, scope)
        if key not in self._clients:

            async def token() -> str:
                return await self._token(scope)

            self._clients[key] = await self._made(surface, token)
        return self._clients[key]

    async def _keyed(self, surface: Surface, key: str) -> AsyncOpenAI:
        """A client of its own, so that the key goes when the call is over."""
        return await self._made(surface, key)

    async def _made(self, surface: Surface, key: str | Callable[[], Awaitable[str]]) -> AsyncOpenAI:
        http = await self._shared()
        from openai import AsyncAzureOpenAI, AsyncOpenAI

        common: dict[str, Any] = {
            "base_url": surface.base_url,
            "http_client": http,
            "max_retries": 0,
            "default_headers": {"user-agent": f"aoai-auditor/{__version__}"},
        }
        if surface.api_version is None:
            return AsyncOpenAI(api_key=key, **common)
        signed: Any = {"api_key": key} if isinstance(key, str) else {"azure_ad_token_provider": key}
        return AsyncAzureOpenAI(api_version=surface.api_version, **signed, **common)

    async def _shared(self) -> RecordingClient:
        async with self._loading:
            if self._http is None:
                self._http = await asyncio.to_thread(_load, self._recorder)
        return self._http

    async def _token(self, scope: str) -> str:
        from azure.core.exceptions import AzureError

        begun = time.monotonic()
        try:
            async with asyncio.timeout(TOKEN_SECONDS):
                return (await self._credential.get_token(scope)).token
        except TimeoutError as error:
            raise TokenRefusedError(f"no token for {scope} within {TOKEN_SECONDS:g} s") from error
        except (AzureError, AuditorError) as error:
            raise TokenRefusedError(bounded(f"{scope}: {error}")) from error
        finally:
            _TOKEN_MS.set((time.monotonic() - begun) * 1000)


def _load(recorder: Recorder) -> RecordingClient:
    import openai.resources.responses.responses  # noqa: F401 - loaded here, in a thread, rather than on the event loop

    from auditor.cloud.model_http import RecordingClient

    return RecordingClient(recorder)


def _timed(seen: Answer, attempt: Attempt) -> Answer:
    """The answer with what the attempt noted of its way and its times."""
    return replace(
        seen,
        arrivals=tuple(attempt.arrivals),
        latency_ms=attempt.duration_ms,
        marks=dict(attempt.marks),
        peer=attempt.peer if attempt.proxied else None,
        token_ms=_TOKEN_MS.get(),
        readings=(attempt.reading,),
    )


def _method(client: AsyncOpenAI | OpenAI, operation: str) -> Callable[..., Any]:
    """The SDK's own method, giving the answer as it came."""
    *rooms, name = operation.split(".")
    room: Any = client
    for one in rooms:
        room = getattr(room, one)
    found: Callable[..., Any] = getattr(room.with_raw_response, name)
    return found


def _blames_audience(answer: Answer) -> bool:
    return answer.http_status == HTTPStatus.UNAUTHORIZED and AUDIENCE_REFUSED.search(answer.content) is not None
