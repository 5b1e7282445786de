"""The secret for a tool's server: taken from where settings say, handed on with the request, and kept nowhere."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.model import Models
from auditor.cloud.model_answer import Answer, Surface, TokenRefusedError
from auditor.cloud.sent_secrets import sent_secrets
from auditor.cloud.tool_access import tool_headers
from auditor.settings import McpServer
from tests.cloud.endpoint import ENDPOINTS, TOKEN, Endpoint, FakeCredential, Kept, Request, endpoint, said

KEY = 'p1an"ted/k\\ey-Ünique'
"""With characters that JSON writes in other ways."""


def server(**more: Any) -> McpServer:
    told = {"label": "files", "url": "https://tools.contoso.com/mcp", "tool": "find", "expects": "x"}
    return McpServer.model_validate({**told, **more})


async def token(scope: str) -> str:
    return f"token for {scope}"


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ({}, {}),
        ({"authentication": "entra", "scope": "api://x"}, {"Authorization": "Bearer token for api://x"}),
        ({"authentication": "key", "key_from": "TOOLS_KEY"}, {"Authorization": "Bearer secret"}),
        (
            {"authentication": "key", "key_from": "TOOLS_KEY", "header": "x-functions-key"},
            {"x-functions-key": "secret"},
        ),
    ],
)
async def test_each_way_of_signing_in_is_a_header(more: dict[str, str], headers: dict[str, str]) -> None:
    """A token or a key as a bearer; a key alone in a header of its own."""
    assert await tool_headers(server(**more), {"TOOLS_KEY": " secret\n"}, token) == headers


@pytest.mark.parametrize("environ", [{}, {"TOOLS_KEY": " "}])
async def test_a_key_that_is_not_there_is_said_so(environ: dict[str, str]) -> None:
    """The variable is named, so that one can set it."""
    with pytest.raises(TokenRefusedError, match="TOOLS_KEY is not set"):
        await tool_headers(server(authentication="key", key_from="TOOLS_KEY"), environ, token)


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Endpoint]:
    async with endpoint(monkeypatch, tmp_path) as one:
        yield one


REQUEST = {
    "model": "chat",
    "input": "x",
    "tools": [
        {"type": "mcp", "server_label": "files", "headers": {"x-key": KEY}, "authorization": "another-secret"},
        {"type": "mcp", "server_label": "more", "headers": {"Authorization": f"Bearer {KEY}2"}},
    ],
}


async def echoing(served: Endpoint, recorder: Kept, operation: str, status: int, *, escaped: bool) -> Answer:
    """The answer of an endpoint that repeats the whole request in an error's words."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        words = json.dumps(REQUEST, ensure_ascii=escaped) + KEY + request.headers["authorization"]
        await said(status, {"error": {"message": words}, "tools": REQUEST["tools"]})(writer, request)

    served.reply = reply
    models = Models(ENDPOINTS, FakeCredential(), recorder)
    try:
        return await models.do(Surface(served.host), operation, REQUEST, seconds=20)
    finally:
        await models.aclose()


@pytest.mark.parametrize("operation", ["responses.create", "sync.responses.create"])
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("escaped", [True, False])
async def test_a_tools_secret_that_is_echoed_is_not_kept(
    served: Endpoint, caplog: pytest.LogCaptureFixture, operation: str, status: int, escaped: bool
) -> None:
    """Neither in the answer, nor in the evidence, nor in any log, however the answer spells it."""
    caplog.set_level(logging.DEBUG)
    recorder = Kept()
    answer = await echoing(served, recorder, operation, status, escaped=escaped)
    left = [answer.content, *recorder.bodies.values(), caplog.text.encode(), repr(recorder.readings).encode()]
    for secret in (KEY, "p1an", "ted/k", "another-secret", TOKEN):
        assert not any(secret.encode() in one for one in left), secret
    assert recorder.readings[0].redacted
    assert recorder.bodies


@given(body=st.binary() | st.text().map(str.encode))
def test_a_body_of_any_kind_holds_no_secret_or_is_read(body: bytes) -> None:
    """What is no request is passed over."""
    assert sent_secrets({}, body) == ()


@pytest.mark.parametrize(
    "body",
    [b'{"tools": "mcp"}', b'["mcp"]', b'{"tools": ["mcp"]}', b'"mcp"' * 2, b"[" * 100_000 + b'"mcp"'],
)
def test_a_request_of_another_shape_holds_no_secret(body: bytes) -> None:
    assert sent_secrets({}, body) == ()
