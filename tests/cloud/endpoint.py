"""A model endpoint on loopback whose answers are written byte for byte, so that every way to fail can be had."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from auditor.cloud.recorder import Recorder
from auditor.settings import Endpoints

ENDPOINTS = Endpoints(
    name="loopback",
    resource_manager="https://management.azure.com",
    authority="https://login.microsoftonline.com",
    openai_suffix="openai.azure.com",
    foundry_suffix="services.ai.azure.com",
    resource_manager_scope="https://management.azure.com/.default",
    model_scopes=("https://ai.azure.com/.default", "https://cognitiveservices.azure.com/.default"),
)
TOKEN = "opaque-token-of-"


class FakeCredential:
    """Gives a token that names its scope, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.scopes: list[str] = []

    async def get_token(self, *scopes: str, **_: Any) -> Any:
        from azure.core.credentials import AccessToken

        self.scopes += scopes
        if self.error:
            raise self.error
        return AccessToken(TOKEN + scopes[0], 4_000_000_000)

    async def close(self) -> None:
        """Nothing to close."""

    async def __aenter__(self) -> FakeCredential:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@dataclass
class Request:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: Any


Reply = Callable[[asyncio.StreamWriter, Request], Awaitable[None]]


@dataclass
class Endpoint:
    """Answers each request by `reply`; remembers them all."""

    host: str = ""
    reply: Reply | None = None
    requests: list[Request] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as many requests as come."""
        try:
            while line := (await reader.readline()).decode().strip():
                headers = {}
                while header := (await reader.readline()).decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                raw = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Request(line, headers, json.loads(raw) if raw else None)
                self.requests.append(request)
                assert self.reply is not None
                await self.reply(writer, request)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            writer.close()


def said(status: int, body: object, content_type: str = "application/json", **headers: str) -> Reply:
    """A whole answer; a str or bytes body goes out as it is."""
    raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()

    async def reply(writer: asyncio.StreamWriter, _: Request) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"content-type: {content_type}", f"content-length: {len(raw)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + raw)

    return reply


def raw(data: bytes, *, close: bool = False, stall: bool = False, reset: bool = False) -> Reply:
    """Any bytes, after which the connection is closed, reset, or nothing happens any more."""

    async def reply(writer: asyncio.StreamWriter, _: Request) -> None:
        writer.write(data)
        await writer.drain()
        if stall:
            await asyncio.sleep(30)
        if reset:
            writer.transport.abort()
        if close:
            writer.close()

    return reply


@asynccontextmanager
async def listening(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], context: ssl.SSLContext | None
) -> AsyncIterator[int]:
    """A server on a free port of loopback, whose connections end with it."""
    tasks: set[asyncio.Task[None]] = set()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(keep, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def endpoint(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, name: str = "localhost", trusted: bool = True
) -> AsyncIterator[Endpoint]:
    """An endpoint with a certificate for `name`, which this process trusts or not."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    pem = folder / "authority.pem"
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    served = Endpoint()
    async with listening(served.serve, context) as port:
        served.host = f"localhost:{port}"
        yield served


ANSWER: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "gpt-5.4-2026-03-05",
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "OK"}]},
    ],
    "usage": {"input_tokens": 11, "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}},
    "error": None,
    "incomplete_details": None,
}


class Kept(Recorder):
    """A recorder that keeps bodies at hand."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        super().__init__(self.bodies.__setitem__)
