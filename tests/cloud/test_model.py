"""Models are called on each account's v1 endpoint with Entra tokens, and every exchange is recorded."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from auditor.cloud.model import Models, model_host
from auditor.cloud.model_answer import Answer, Surface
from auditor.errors import SignInError
from tests.cloud.endpoint import (
    ANSWER,
    ENDPOINTS,
    TOKEN,
    Endpoint,
    FakeCredential,
    Kept,
    Request,
    endpoint,
    listening,
    raw,
    said,
)

AUDIENCE = {
    "error": {
        "code": "401",
        "message": "Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired.",
    }
}
FIRST, SECOND = ENDPOINTS.model_scopes
QUESTION = {"model": "chat", "input": "Reply with the single word OK.", "max_output_tokens": 64, "store": False}


@asynccontextmanager
async def models(recorder: Kept | None = None, credential: FakeCredential | None = None) -> AsyncIterator[Models]:
    made = Models(ENDPOINTS, credential or FakeCredential(), recorder or Kept())
    try:
        yield made
    finally:
        await made.aclose()


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Endpoint]:
    async with endpoint(monkeypatch, tmp_path) as one:
        yield one


async def ask(host: str, seconds: float = 20.0, **options: Any) -> Answer:
    async with models(**options) as one:
        return await one.do(Surface(host), "responses.create", QUESTION, seconds=seconds)


async def test_an_answer_is_whole_and_recorded(served: Endpoint) -> None:
    """The answer carries status, headers and body, and its reading the hash of the body and the request ids."""
    served.reply = said(200, ANSWER, apim_request_id="abc", x_ms_region="Sweden Central")
    recorder = Kept()
    answer = await ask(served.host, recorder=recorder)
    reading = recorder.readings[0]
    assert (answer.http_status, answer.headers["x-ms-region"], answer.error) == (200, "Sweden Central", None)
    assert (answer.endpoint, answer.scope) == (f"https://{served.host}/openai/v1/", FIRST)
    assert answer.readings == (reading.id,)
    assert (reading.method, reading.url, reading.status) == ("POST", f"https://{served.host}/openai/v1/responses", 200)
    assert reading.request_ids == {"apim-request-id": "abc"}
    assert reading.body_sha256 == sha256(answer.content).hexdigest()
    assert recorder.bodies[reading.body_sha256 or ""] == answer.content


async def test_the_request_is_what_an_application_sends(served: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body goes out unchanged with a bearer token, and nothing of another service's environment with it."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-other")
    served.reply = said(200, ANSWER)
    await ask(served.host)
    request = served.requests[0]
    assert request.line == "POST /openai/v1/responses HTTP/1.1"
    assert request.body == QUESTION
    assert request.headers["authorization"] == f"Bearer {TOKEN}{FIRST}"
    assert request.headers["user-agent"].startswith("aoai-auditor/")
    assert "sk-" not in str(request.headers)
    assert "other" not in str(request.headers)


async def test_a_refused_audience_leads_to_the_next_scope_once_and_it_is_remembered(served: Endpoint) -> None:
    """The second scope is tried after the 401, works, and is the only one used from then on."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        right = request.headers["authorization"].endswith(SECOND)
        await (said(200, ANSWER) if right else said(401, AUDIENCE))(writer, request)

    served.reply = reply
    async with models() as one:
        first = await one.do(Surface(served.host), "responses.create", QUESTION, seconds=20)
        second = await one.do(Surface(served.host), "responses.create", QUESTION, seconds=20)
        assert (await one.client(served.host)) is (await one.client(served.host))
        assert one.working_scopes == {served.host: SECOND}
    assert (first.http_status, first.scope, len(first.readings)) == (200, SECOND, 2)
    assert (second.http_status, second.scope, len(second.readings)) == (200, SECOND, 1)
    assert len(served.requests) == 3


async def test_no_scope_working_is_the_services_401(served: Endpoint) -> None:
    """Each scope is tried once, none is remembered, and the last 401 is the answer."""
    served.reply = said(401, AUDIENCE)
    async with models() as one:
        answer = await one.do(Surface(served.host), "responses.create", QUESTION, seconds=20)
        assert one.working_scopes == {}
    assert (answer.http_status, answer.scope, len(served.requests)) == (401, SECOND, 2)


async def test_a_refusal_does_not_prove_a_scope(served: Endpoint) -> None:
    """After an error that has nothing to do with the token, the next scope is still to be tried."""
    replies = [said(502, "bad gateway", "text/html"), said(401, AUDIENCE), said(200, ANSWER)]

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        await replies.pop(0)(writer, request)

    served.reply = reply
    async with models() as one:
        assert (await one.do(Surface(served.host), "responses.create", QUESTION, seconds=20)).http_status == 502
        answer = await one.do(Surface(served.host), "responses.create", QUESTION, seconds=20)
    assert (answer.http_status, answer.scope) == (200, SECOND)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_an_error_is_sent_once(served: Endpoint, status: int) -> None:
    """Nothing is retried: the first answer is the evidence."""
    served.reply = said(status, {"error": {"code": "x", "message": "y"}}, retry_after="1")
    answer = await ask(served.host)
    assert (answer.http_status, len(served.requests)) == (status, 1)


async def test_a_redirect_is_not_followed(served: Endpoint) -> None:
    """A token goes to the endpoint and nowhere else."""
    served.reply = said(302, "", location="https://elsewhere.invalid/")
    answer = await ask(served.host)
    assert (answer.http_status, len(served.requests)) == (302, 1)


async def test_nothing_logs_the_token(served: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    """Not even with every logger open."""
    caplog.set_level(logging.DEBUG)
    served.reply = said(200, ANSWER)
    await ask(served.host)
    assert caplog.records
    assert TOKEN not in caplog.text


async def test_an_echoed_token_is_not_kept(served: Endpoint) -> None:
    """An endpoint that echoes what it was sent puts no token into the evidence."""

    async def reply(writer: asyncio.StreamWriter, request: Request) -> None:
        await said(400, {"error": {"message": request.headers["authorization"]}})(writer, request)

    served.reply = reply
    recorder = Kept()
    answer = await ask(served.host, recorder=recorder)
    assert TOKEN not in answer.content.decode()
    assert all(TOKEN.encode() not in body for body in recorder.bodies.values())
    assert recorder.readings[0].redacted


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SignInError("no credential gave a token", next_step="az login"), "no credential gave a token"),
        (TimeoutError(), "no token for"),
    ],
)
async def test_a_credential_without_a_token_is_phase_token(served: Endpoint, error: Exception, words: str) -> None:
    """Nothing is sent, and the credential's words are kept."""
    answer = await ask(served.host, credential=FakeCredential(error))
    assert answer.error is not None
    assert answer.error.phase == "token"
    assert words in answer.error.message
    assert (answer.http_status, answer.readings, served.requests) == (None, (), [])


async def test_azure_identitys_error_is_phase_token(served: Endpoint) -> None:
    """So are the errors of azure-identity."""
    from azure.core.exceptions import ClientAuthenticationError

    answer = await ask(served.host, credential=FakeCredential(ClientAuthenticationError("AADSTS700016: not found")))
    assert answer.error is not None
    assert (answer.error.phase, "AADSTS700016" in answer.error.message) == ("token", True)


async def test_a_host_that_does_not_resolve_is_phase_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's words are kept, and the attempt is a reading without a status."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    recorder = Kept()
    answer = await ask("x.openai.azure.com", recorder=recorder)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.message) == ("dns", "[Errno -2] Name or service not known")
    assert (recorder.readings[0].status, answer.readings) == (None, (recorder.readings[0].id,))


async def test_nobody_listening_is_phase_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection says so."""
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = await ask(f"127.0.0.1:{port}")
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during) == ("connect", "connect")
    assert str(port) in answer.error.message


async def test_an_untrusted_certificate_is_phase_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A certificate of a stranger's authority stops the call before anything is sent."""
    async with endpoint(monkeypatch, tmp_path, trusted=False) as served:
        answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, served.requests) == ("tls", [])
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error.message


async def test_a_certificate_for_another_name_is_phase_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A certificate of a trusted authority for another host is no better."""
    async with endpoint(monkeypatch, tmp_path, name="elsewhere.example") as served:
        answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, "Hostname mismatch" in answer.error.message) == ("tls", True)


async def test_a_handshake_that_is_cut_is_phase_tls() -> None:
    """A peer that closes during the handshake is told from one that refuses the connection."""

    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with listening(close, None) as port:
        answer = await ask(f"127.0.0.1:{port}")
    assert answer.error is not None
    assert answer.error.phase == "tls"


async def test_a_handshake_that_stalls_is_a_timeout_during_tls() -> None:
    """Time that runs out before TLS stands says where."""

    async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(100_000)
        await asyncio.sleep(30)

    async with listening(stall, None) as port:
        answer = await ask(f"127.0.0.1:{port}", seconds=1)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during) == ("timeout", "tls")


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", None), (b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{", 200)],
    ids=["before-the-answer", "within-the-body"],
)
async def test_an_answer_that_stalls_is_a_timeout(served: Endpoint, data: bytes, status: int | None) -> None:
    """Silence ends with the call's own time, before the head of an answer as well as within its body."""
    served.reply = raw(data, stall=True)
    answer = await ask(served.host, seconds=1.5)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during, answer.error.http_status) == ("timeout", "answer", status)
    assert answer.error.message == "no complete answer within 1.5 s"


async def test_an_answer_that_drips_cannot_outlast_its_time(served: Endpoint) -> None:
    """The limit bounds the whole exchange, not the pause between two bytes."""

    async def drip(writer: asyncio.StreamWriter, _: Request) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        for _second in range(1000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    served.reply = drip
    answer = await ask(served.host, seconds=0.5)
    assert answer.error is not None
    assert answer.error.phase == "timeout"


@pytest.mark.parametrize("how", [{"close": True}, {"reset": True}], ids=["closed", "reset"])
async def test_a_cut_before_the_answer_is_told_from_no_connection(served: Endpoint, how: dict[str, bool]) -> None:
    """The connection stood, and was cut while the answer was awaited."""
    served.reply = raw(b"", **how)
    answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during, answer.http_status) == ("connect", "answer", None)


@pytest.mark.parametrize("how", [{"close": True}, {"reset": True}], ids=["closed", "reset"])
async def test_a_cut_within_the_body_is_phase_body(served: Endpoint, how: dict[str, bool]) -> None:
    """The head came with its status; what followed is not an answer, and is not kept as one."""
    served.reply = raw(b'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"id":', **how)
    recorder = Kept()
    answer = await ask(served.host, recorder=recorder)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.http_status, answer.content) == ("body", 200, b'{"id":')
    assert (recorder.readings[0].status, recorder.readings[0].body_sha256) == (200, None)


async def test_a_body_without_end_is_not_read_to_its_end(served: Endpoint) -> None:
    """More than four megabytes is no answer to a smoke call."""
    served.reply = said(200, b" " * (5 * 1024 * 1024))
    answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, "longer than" in answer.error.message) == ("body", True)


async def test_what_is_no_http_is_no_answer(served: Endpoint) -> None:
    """Garbage where an answer belongs is a failure without a status."""
    served.reply = raw(b"\x00\x01 hello\r\n\r\n", close=True)
    answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during, answer.http_status) == ("connect", "answer", None)


async def proxy_that_refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 403 Not on the list\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_a_proxy_that_refuses_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy's own words are kept, and it is named."""
    async with listening(proxy_that_refuses, None) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        answer = await ask("contoso.openai.azure.com")
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during) == ("connect", "connect")
    assert f"by the proxy 127.0.0.1:{port}: the proxy refused the tunnel: 403 Not on the list" == answer.error.message


async def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for the fault at the endpoint."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    answer = await ask("contoso.openai.azure.com")
    assert answer.error is not None
    assert (answer.error.phase, answer.error.message.startswith(f"by the proxy 127.0.0.1:{port}: ")) == (
        "connect",
        True,
    )


async def test_many_calls_share_one_client_and_are_told_apart(served: Endpoint) -> None:
    """Calls of many deployments at once each have their own reading, the same in every run."""
    served.reply = said(200, ANSWER)

    async def readings() -> list[str]:
        recorder = Kept()
        async with models(recorder) as one:
            answers = await asyncio.gather(
                *(
                    one.do(Surface(served.host), "responses.create", {**QUESTION, "model": f"d{number}"}, seconds=20)
                    for number in range(20)
                )
            )
        return [reading for answer in answers for reading in answer.readings]

    first, second = await readings(), await readings()
    assert len(set(first)) == 20
    assert first == second


@pytest.mark.parametrize(
    ("properties", "host"),
    [
        (
            {"customSubDomainName": "Contoso", "endpoint": "https://contoso.cognitiveservices.azure.com/"},
            "contoso.openai.azure.com",
        ),
        (
            {
                "endpoint": "https://swedencentral.api.cognitive.microsoft.com/",
                "endpoints": {"OpenAI Language Model Instance API": "https://eastus.api.cognitive.microsoft.com/"},
            },
            "eastus.api.cognitive.microsoft.com",
        ),
        (
            {"endpoint": "https://swedencentral.api.cognitive.microsoft.com/"},
            "swedencentral.api.cognitive.microsoft.com",
        ),
        ({"endpoint": "http://plain.example/"}, None),
        ({"endpoint": "https://user@evil.example/"}, None),
        ({"endpoint": "https://[::1"}, None),
        ({"endpoint": "https://localhost/"}, None),
        ({"customSubDomainName": "a/b", "endpoint": 7, "endpoints": []}, None),
        (None, None),
    ],
)
def test_the_host_is_the_accounts_own(properties: Any, host: str | None) -> None:
    """The custom subdomain where there is one, else the regional endpoint that the service names over TLS."""
    assert model_host({"properties": properties}, ENDPOINTS) == host


def test_heavy_libraries_wait_until_a_model_is_called() -> None:
    """Importing the rooms that call models loads neither an SDK nor an HTTP client."""
    code = (
        "import sys, auditor.cloud.model, auditor.probe, auditor.policy.failure;"
        "print([name for name in ('openai', 'httpx2', 'azure', 'aiohttp') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
