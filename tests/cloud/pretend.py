"""A tiny control plane and sign-in on loopback, TLS and all, that answers what a test tells it to."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from auditor.settings import Endpoints, Settings

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
TENANT = "00000000-0000-4000-8000-0000000000b2"
CLIENT = "00000000-0000-4000-8000-0000000000c3"
OBJECT = "00000000-0000-4000-8000-0000000000d4"
S = f"/subscriptions/{SUBSCRIPTION}"
P = f"{S}/providers/Microsoft.CognitiveServices"


@dataclass
class Answer:
    """What a route says once; a dict or list body goes out as JSON."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    cut: bool = False
    """Closes the connection instead of answering."""
    hang: bool = False
    """Never answers."""


class Pretend:
    """Routes by path; a route with several answers gives them in turn, the last one for ever."""

    def __init__(self) -> None:
        self.base = ""
        self.routes: dict[str, deque[Answer]] = {}
        self.seen: list[web.BaseRequest] = []
        self._news = asyncio.Event()
        self.tokens = 0
        self.forms: list[dict[str, str]] = []

    def say(self, path: str, *answers: Any) -> None:
        self.routes[path.lower()] = deque(
            answer if isinstance(answer, Answer) else Answer(answer) for answer in answers
        )

    def paths(self) -> list[str]:
        return [request.path for request in self.seen]

    async def asked_for(self, *paths: str) -> None:
        """Returns once each of these paths has been asked for."""
        while not set(paths) <= set(self.paths()):
            self._news.clear()
            await self._news.wait()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/oauth2/v2.0/token"):
            return await self._token(request)
        self.seen.append(request)
        self._news.set()
        answers = self.routes.get(request.path.lower())
        if not answers:
            error = {"error": {"code": "ResourceNotFound", "message": f"nothing at {request.path}"}}
            return web.json_response(error, status=404)
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        if answer.hang:
            await asyncio.Event().wait()
        if answer.cut:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return web.Response(body=body, status=answer.status, headers=answer.headers, content_type=answer.content_type)

    async def _token(self, request: web.BaseRequest) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        if form.get("client_secret") == "wrong":
            error = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret: wrong"}
            return web.json_response(error, status=401)
        self.tokens += 1
        return web.json_response({"token_type": "Bearer", "expires_in": 3600, "access_token": jwt(self.tokens)})


def jwt(number: int = 0) -> str:
    claims = {"oid": OBJECT, "tid": TENANT, "appid": CLIENT, "app_displayname": "a runner", "n": number}
    parts = [{"alg": "none"}, claims, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def endpoints(base: str) -> Endpoints:
    return Endpoints(
        name="pretend",
        resource_manager=base,
        authority=base,
        openai_suffix="openai.azure.com",
        foundry_suffix="services.ai.azure.com",
        resource_manager_scope="https://management.azure.com/.default",
        model_scopes=("https://ai.azure.com/.default",),
    )


def settings(base: str, **changes: Any) -> Settings:
    plain: dict[str, Any] = {
        "cloud": endpoints(base).model_dump(),
        "tenant": TENANT,
        "scope": {"subscriptions": [SUBSCRIPTION]},
        "credentials": ["environment"],
    }
    return Settings.model_validate(plain | changes)


ENVIRON = {"AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": "s3cret"}


@contextmanager
def trusted(folder: Path) -> Iterator[ssl.SSLContext]:
    """A certificate for loopback, its authority trusted by this process while the block lasts."""
    authority = trustme.CA()
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        patch.setenv("SSL_CERT_FILE", str(file))
        yield context


@asynccontextmanager
async def serving(pretend: Pretend, context: ssl.SSLContext | None) -> AsyncIterator[Pretend]:
    runner = web.ServerRunner(web.Server(pretend.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    pretend.base = f"{'https' if context else 'http'}://127.0.0.1:{port}"
    try:
        yield pretend
    finally:
        await runner.cleanup()
