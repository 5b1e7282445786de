"""The smoke call tells what came back: an answer, a refusal in the service's words, or where it failed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer, CallError, Surface
from auditor.policy.failure import failure_of
from auditor.probe.outcome import count
from auditor.probe.question import Question
from auditor.probe.target import Target
from auditor.probe.text import TEXT
from auditor.record import JsonObject
from tests.cloud.endpoint import ANSWER
from tests.probe.pretend import PretendModels, answered

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded" / "dataplane"
TARGET = Target(
    id="/a/deployments/chat",
    name="chat",
    surfaces=(Surface("contoso.openai.azure.com"),),
    location="swedencentral",
    model="gpt-4.1",
    capabilities={"responses": "true"},
    tokens_per_minute=None,
    declared=True,
    features=frozenset({"text"}),
    exists=True,
)


async def look(answer: Answer) -> JsonObject:
    models = PretendModels(lambda _: answer)
    return (await seen(models))[0]


async def seen(models: PretendModels) -> tuple[JsonObject, tuple[str, ...]]:
    question = Question(TEXT, TARGET, TARGET.surfaces[0])
    resource = (await question.asked(models, patience=30.0, deadline=Deadline.after(600))).resource
    assert resource is not None
    return resource.body, resource.readings


async def test_the_question_is_small_harmless_and_stored_nowhere() -> None:
    """Nothing is sent that any model refuses: no temperature, no effort, no tools."""
    models = PretendModels(lambda _: answered(200, ANSWER))
    _, readings = await seen(models)
    assert models.asked == [
        (
            "contoso.openai.azure.com",
            {"model": "chat", "input": "Reply with the single word OK.", "max_output_tokens": 64, "store": False},
            30.0,
        )
    ]
    assert readings == ("reading",)


async def test_an_answer_is_told_with_all_that_checks_need() -> None:
    """Status, model, usage, ids, region and limits; of the text its length and hash; a reasoning item comes first."""
    body = await look(
        answered(
            200,
            ANSWER,
            apim_request_id="abc",
            x_ms_region="Sweden Central",
            x_ratelimit_remaining_tokens="9",
            set_cookie="secret",
            server="x",
        )
    )
    assert body == {
        "probe": "text",
        "surface": "v1",
        "first": True,
        "requested_model": "chat",
        "reason": None,
        "calls": 1,
        "proven": True,
        "shortfall": None,
        "cached_tokens": None,
        "sent": True,
        "outcome": "completed",
        "status": "completed",
        "http_status": 200,
        "responded_model": "gpt-5.4-2026-03-05",
        "responded_models": ["gpt-5.4-2026-03-05"],
        "output_characters": 2,
        "output_sha256": sha256(b"OK").hexdigest(),
        "latency_ms": 12.3,
        "input_tokens": 11,
        "output_tokens": 2,
        "reasoning_tokens": 0,
        "incomplete_reason": None,
        "request_ids": {"apim-request-id": "abc"},
        "region": "Sweden Central",
        "rate_limit": {"x-ratelimit-remaining-tokens": "9"},
        "headers": {"server": "x"},
        "scope": "https://ai.azure.com/.default",
        "endpoint": "https://contoso.openai.azure.com/openai/v1/",
        "error": None,
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"output": []}, {"outcome": "completed", "output_characters": 0}),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []},
            {"outcome": "incomplete", "incomplete_reason": "max_output_tokens", "error": None},
        ),
        ({"status": "failed", "error": {"code": "server_error", "message": "sorry"}}, {"outcome": "failed"}),
        ({"status": "cancelled"}, {"outcome": "failed"}),
        ({"status": None}, {"outcome": "failed"}),
        ({"usage": None, "model": 7}, {"outcome": "completed", "input_tokens": None, "responded_model": None}),
        ({"usage": {"input_tokens": "11", "output_tokens": -1}}, {"input_tokens": None, "output_tokens": None}),
    ],
    ids=["empty", "incomplete", "failed", "cancelled", "no-status", "no-usage", "odd-usage"],
)
async def test_http_200_is_not_yet_an_answer(change: dict[str, Any], expected: dict[str, Any]) -> None:
    """The body's own status decides, and what is missing or odd is not told."""
    body = await look(answered(200, {**ANSWER, **change}))
    assert {name: body[name] for name in expected} == expected


async def test_a_failed_answer_keeps_its_code_and_words() -> None:
    """The error of an HTTP 200 stands in phase body."""
    failed = {**ANSWER, "status": "failed", "error": {"code": "rate_limit_exceeded", "message": "too much"}}
    error = (await look(answered(200, failed)))["error"]
    assert (error["phase"], error["http_status"], error["code"], error["message"]) == (
        *("body", 200),
        *("rate_limit_exceeded", "too much"),
    )


async def test_a_refusal_keeps_the_services_words() -> None:
    """Code, type, parameter, message, retry-after and limits, in phase http."""
    told = {"error": {"code": "429", "message": "slow\ndown", "type": "t", "param": "p", "innererror": {"code": "x"}}}
    body = await look(
        answered(
            429,
            told,
            content_type="application/json",
            retry_after="7",
            retry_after_ms="1500",
            x_ratelimit_limit_tokens="10",
            policy_id="ThrowExceptionDueToTrafficDenied",
        )
    )
    assert (body["outcome"], body["sent"], body["http_status"]) == ("refused", True, 429)
    assert body["error"] == {
        "phase": "http",
        "during": None,
        "http_status": 429,
        "code": "429",
        "type": "t",
        "param": "p",
        "message": "slow down",
        "content_type": "application/json",
        "retry_after": "1.5",
        "headers": {
            "policy-id": "ThrowExceptionDueToTrafficDenied",
            "retry-after": "7",
            "retry-after-ms": "1500",
            "x-ratelimit-limit-tokens": "10",
        },
    }


@pytest.mark.parametrize(
    ("content", "message", "code"),
    [
        (b"<html><head><title>Blocked\nby policy</title></head></html>", "Blocked by policy", None),
        (b"<h1>Forbidden</h1>", "Forbidden", None),
        (b"", "Forbidden", None),
        (b'{"statusCode": 403, "message": "Access denied"}', "Access denied", "403"),
        (b'{"error": "no"}', "no", None),
        (b'{"error": {"code": 7, "innererror": {"message": "deep"}}}', "deep", "7"),
        (b"[" * 100_000, "[", None),
    ],
    ids=["page", "page-without-title", "empty", "gateway", "bare", "inner", "deep"],
)
async def test_a_refusal_of_any_shape_has_words(content: bytes, message: str, code: str | None) -> None:
    """A web page, a gateway's own envelope, or nothing at all: whoever refused is quoted."""
    error = (await look(answered(403, content, content_type="text/html")))["error"]
    assert error["message"].startswith(message)
    assert error["code"] == code


async def test_a_page_that_says_200_is_a_failure() -> None:
    """A captive portal is not an answer."""
    body = await look(answered(200, b"<title>Sign in</title>", content_type="text/html"))
    assert (body["outcome"], body["error"]["phase"], body["error"]["content_type"]) == ("failed", "body", "text/html")
    assert "Sign in" in body["error"]["message"]


@pytest.mark.parametrize(
    ("error", "outcome", "sent"),
    [
        (CallError(phase="dns", message="m"), "unreachable", True),
        (CallError(phase="connect", message="m"), "unreachable", True),
        (CallError(phase="tls", during="tls", message="m"), "unreachable", True),
        (CallError(phase="timeout", during="answer", message="m"), "unreachable", True),
        (CallError(phase="token", message="m"), "unreachable", False),
        (CallError(phase="body", during="answer", message="m", http_status=200), "failed", True),
        (CallError(phase="timeout", during="answer", message="m", http_status=200), "failed", True),
    ],
)
async def test_a_call_without_an_answer_tells_its_phase(error: CallError, outcome: str, sent: bool) -> None:
    """Unreachable where no answer came; failed where one began."""
    body = await look(Answer(endpoint="e", scope="s", http_status=error.http_status, error=error))
    assert (body["outcome"], body["sent"], body["error"]["phase"]) == (outcome, sent, error.phase)
    assert (body["error"]["during"], body["error"]["message"]) == (error.during, "m")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@hypothesis_settings(deadline=None)
@given(
    status=st.sampled_from([200, 201, 302, 400, 404, 500]),
    change=st.dictionaries(st.sampled_from([*ANSWER, "message", "statusCode"]), JSON, max_size=5),
)
async def test_no_answer_crashes_the_probe(status: int, change: dict[str, Any]) -> None:
    """Whatever JSON comes, the body can be kept and its failure explained."""
    body = await look(answered(status, {**ANSWER, **change}))
    assert json.loads(json.dumps(body)) == body
    assert body["outcome"] in {"completed", "incomplete", "failed", "refused"}
    failure_of(body)


@pytest.mark.parametrize("name", ["azure-text.1.json", "azure-reasoning-encrypted-content.1.json"])
async def test_recorded_answers_are_complete(name: str) -> None:
    """Answers recorded from Azure, a reasoning model's among them, are read as such."""
    if not RECORDED.is_dir():
        pytest.skip(f"recorded answers are not beside this repository ({RECORDED})")
    body = await look(answered(200, (RECORDED / name).read_bytes()))
    assert (body["outcome"], body["error"]) == ("completed", None)
    assert body["input_tokens"] > 0
    assert body["output_characters"] > 0 or "reasoning" in name


@pytest.mark.parametrize("number", [-1, True, 2**53, 10**300, 1.5, float("inf"), "7", None, [1]])
def test_a_number_that_cannot_be_a_count_is_not_told(number: object) -> None:
    """Negative, of another type, or larger than every reader of JSON can hold."""
    assert count(number) is None
