"""What goes wrong after a stream has begun is told apart, over the wire and by its events alone."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import pytest

from auditor.cloud.door import open_cloud
from auditor.cloud.model_answer import Answer, CallError, Surface
from auditor.cloud.recorder import Recorder
from auditor.policy.failure import failure_of
from auditor.probe.stream import STREAM
from auditor.record import JsonObject
from auditor.sandbox import Sandbox, load_world
from auditor.sandbox.response_events import event, events
from auditor.settings import Settings
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response
from tests.probe.test_sandbox import ENVIRONMENT, Probed, look, settings_of

SSE = "text/event-stream; charset=utf-8"
HELD_BACK = {"seconds": 4.0}


def streaming() -> Settings:
    """Support's settings, in which nothing but text and streaming is used."""
    settings = settings_of("healthy", **HELD_BACK)
    told = settings.model_dump(mode="json")
    told["workloads"] = [told["workloads"][1]]
    for deployment in told["workloads"][0]["deployments"]:
        deployment["features"] = ["text", "stream"] if deployment["name"] == "support-chat" else []
    return Settings.model_validate(told)


@pytest.fixture(scope="module")
def untroubled() -> Probed:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return asyncio.run(look(monkeypatch, (), streaming()))


FAILURES = {
    "call-stream-error": ("failed", "stream-error", "azure"),
    "call-stream-failed": ("failed", "stream-failed", "azure"),
    "call-stream-throttled": ("failed", "stream-throttled", "ours"),
    "call-stream-reset": ("failed", "stream-cut", "network"),
    "call-stream-stall": ("failed", "stream-stalled", "azure"),
    "call-stream-html": ("failed", "not-the-service", "network"),
    "call-stream-ends": ("failed", "stream-ended", "network"),
}
"""Fault → outcome, class and owner of the streaming probe."""


@pytest.mark.parametrize("fault", FAILURES)
async def test_each_fault_of_a_stream_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, untroubled: Probed, fault: str
) -> None:
    """The plain call still works; the stream's failure has its own class, and says how far it came."""
    probed = await look(monkeypatch, (fault,), streaming(), untroubled.collected, "/support-chat")
    assert (probed.body("support-chat")["outcome"], probed.gaps, probed.unknown_routes) == ("completed", (), [])
    (body,) = (one.body for one in probed.resources if one.id.endswith("/support-chat/probes/stream"))
    failure = failure_of(body)
    assert failure is not None
    assert (body["outcome"], failure.failure_class, failure.whose) == FAILURES[fault], body["error"]
    if fault != "call-stream-html":
        assert body["events"] > 4
        assert body["first_token_ms"] is not None
    else:
        assert "blocked by your organization" in failure.cause


def test_all_of_them_have_classes_of_their_own() -> None:
    """None is taken for another, nor for a failure before the first event."""
    classes = [failure_class for _, failure_class, _ in FAILURES.values()]
    assert len(set(classes)) == len(classes)


def half() -> bytes:
    """What has come when a stream breaks off after some of its text."""
    whole = response("one two three four", 1)
    whole["output"] = [{**whole["output"][0], "id": "m", "status": "completed"}]
    return b"".join(events(whole)[:7])


def broken(*, content: bytes | None = None, **error: Any) -> Answer:
    """A stream of which this much came before the network failed."""
    return Answer(
        endpoint="https://contoso.openai.azure.com/openai/v1/",
        scope="s",
        http_status=200,
        content=half() if content is None else content,
        error=CallError(http_status=200, **error),
    )


CUT: JsonObject = {"phase": "body", "message": "[Errno 104] Connection reset by peer"}
STALL: JsonObject = {"phase": "timeout", "during": "answer", "message": "no complete answer within 5 s"}


@pytest.mark.parametrize(
    ("answer", "failure_class"),
    [
        (broken(**CUT), "stream-cut"),
        (broken(**CUT, code="answer_too_long"), "answer-too-long"),
        (broken(**CUT, code="answer_too_long", content=b"x"), "answer-too-long"),
        (broken(**STALL), "stream-stalled"),
        (broken(**STALL, content=b""), "timeout"),
        (broken(**CUT, content=b"event: response.cre"), "answer-unreadable"),
        (answered(200, half() + event("error", 7, {"code": None, "message": None}), content_type=SSE), "stream-error"),
        (answered(200, half() + event("error", 7, {"error": {"code": "x"}}), content_type=SSE), "stream-error"),
        (answered(200, half() + event("response.failed", 7, {}), content_type=SSE), "stream-failed"),
        (answered(200, half() + event("response.failed", 7, {"response": 7}), content_type=SSE), "stream-failed"),
        (answered(200, half(), content_type=SSE), "stream-ended"),
        (answered(200, b"", content_type=SSE), "stream-ended"),
        (answered(200, b"data: {\n\ndata: [DONE]\n\n", content_type=SSE), "stream-ended"),
        (answered(200, b"<title>Sign in</title>", content_type="text/html"), "not-the-service"),
        (answered(200, b"<title>Sign in</title>", content_type="Text/HTML; charset=x"), "not-the-service"),
        (answered(200, {"status": "completed"}, content_type="application/json"), "answer-unreadable"),
        (answered(429, {"error": {"code": "RateLimitReached", "message": "Rate limit"}}), "rate-limit"),
    ],
)
async def test_every_shape_of_a_broken_stream_has_its_class(answer: Answer, failure_class: str) -> None:
    """Errors of other shapes than promised too."""
    body = await body_of(STREAM, Turns({"responses.create": lambda _: answer}))
    failure = failure_of(body)
    assert failure is not None
    assert failure.failure_class == failure_class, body["error"]
    assert len(str(body)) < 4_000


async def test_hostile_words_in_an_error_event_are_bounded() -> None:
    """Markup, terminal escapes and a megabyte of them."""
    error = event("error", 7, {"code": "x" * 10_000, "message": "<b>\x1b[31m" * 100_000})
    answer = answered(200, half() + error, content_type=SSE)
    body = await body_of(STREAM, Turns({"responses.create": lambda _: answer}))
    failure = failure_of(body)
    assert failure is not None
    assert "\x1b" not in failure.cause
    assert len(str(body)) < 4_000


def begun(sandbox: Sandbox) -> None:
    """Returns when the sandbox has been asked, and half of the stream had time to arrive."""
    while not any(seen.method == "POST" and seen.path.endswith("/responses") for seen in sandbox.requests):
        time.sleep(0.02)
    time.sleep(0.2)


async def test_an_interrupted_plain_stream_frees_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's plain client waits in a thread: who cancels the call must not wait with it."""
    with Sandbox(load_world("healthy", ("call-stream-stall",))) as sandbox:
        for name in ENVIRONMENT:
            monkeypatch.setenv(name, sandbox.environment[name])
        settings = settings_of("healthy")
        async with open_cloud(settings, {**os.environ, **sandbox.environment}, Recorder()) as cloud:
            surface = Surface("contoso-support-weu.openai.azure.com")
            request = {"model": "support-chat", "input": "Count from one to twenty.", "stream": True, "store": False}
            call = asyncio.create_task(cloud.models.do(surface, "sync.responses.create", request, seconds=600))
            await asyncio.to_thread(begun, sandbox)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.get_running_loop().shutdown_default_executor()  # waits for the thread: 600 s if it hangs
