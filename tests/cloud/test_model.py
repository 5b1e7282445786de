"""Models are called on each account's v1 endpoint with Entra tokens, and every exchange is recorded."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from hashlib import sha256

import pytest

from auditor.cloud.model_answer import Surface
from auditor.errors import SignInError
from tests.cloud.calls import QUESTION, ask, models
from tests.cloud.endpoint import (
    ANSWER,
    ENDPOINTS,
    TOKEN,
    Endpoint,
    FakeCredential,
    Kept,
    Request,
    said,
)

AUDIENCE = {
    "error": {
        "code": "401",
        "message": "Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired.",
    }
}
FIRST, SECOND = ENDPOINTS.model_scopes


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
        assert len(one._clients) == len((FIRST, SECOND))
    assert (first.http_status, first.scope, len(first.readings)) == (200, SECOND, 2)
    assert (second.http_status, second.scope, len(second.readings)) == (200, SECOND, 1)
    assert len(served.requests) == 3


async def test_no_scope_working_is_the_services_401(served: Endpoint) -> None:
    """Each scope is tried once, none is remembered, and the last 401 is the answer."""
    served.reply = said(401, AUDIENCE)
    async with models() as one:
        answer = await one.do(Surface(served.host), "responses.create", QUESTION, seconds=20)
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


def test_heavy_libraries_wait_until_a_model_is_called() -> None:
    """Importing the rooms that call models loads neither an SDK nor an HTTP client."""
    code = (
        "import sys, auditor.cloud.model, auditor.probe, auditor.policy.failure;"
        "print([name for name in ('openai', 'httpx2', 'azure', 'aiohttp') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
