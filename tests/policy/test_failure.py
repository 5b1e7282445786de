"""Failures are told apart by the service's own words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import auditor
from auditor.policy.failure import classify, classify_text, failure_of, row_of, rows
from auditor.policy.failure.context import FailureContext
from auditor.policy.failure.signal import Signal
from tests.policy.failure_cases import CASES, KNOWN, NOT_FOUND, Case, http
from tests.policy.failure_surroundings import PASTED_CASES, SEEN_CASES

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded" / "dataplane"


EVERY_CASE = (*CASES, *SEEN_CASES, *PASTED_CASES)


@pytest.mark.parametrize("case", EVERY_CASE, ids=lambda case: f"{case.failure_class}-{case.error['message'][:24]}")
def test_each_failure_is_named(case: Case) -> None:
    """An error in the service's words is given its class and its owner."""
    failure = classify(case.error, replace(KNOWN, **case.around))
    assert (case.failure_class, case.whose) == (failure.failure_class, failure.whose)


def test_every_row_of_the_table_is_reached() -> None:
    """No row is dead: each is the first that fits for some case."""
    reached = [row_of(Signal.of_error(case.error), replace(KNOWN, **case.around)) for case in EVERY_CASE]
    assert [f"{row.title}: {row.cause}" for row in rows() if row not in reached] == []


@pytest.mark.parametrize("case", SEEN_CASES, ids=lambda case: f"{case.failure_class}-{case.error['message'][:24]}")
def test_what_was_seen_changes_what_is_said(case: Case) -> None:
    """The same words without the surroundings get another explanation, and no word of either is left open."""
    bare = {name: value for name, value in case.around.items() if name != "seen"}
    known, unknown = (classify(case.error, replace(KNOWN, **around)) for around in (case.around, bare))
    assert known.cause != unknown.cause
    assert "None" not in f"{known.cause} {known.next_step}"


@pytest.mark.parametrize("case", PASTED_CASES, ids=lambda case: f"{case.failure_class}-{case.error['message'][:24]}")
def test_a_pasted_error_is_named_as_the_service_s_own(case: Case) -> None:
    """As az prints it, as a deployment nests it and as JSON, an error has the class that it has by itself."""
    code, message = case.error.get("code") or "Error", case.error["message"]
    nested = {"error": {"code": "DeploymentFailed", "details": [{"code": code, "message": message}]}}
    for text in (f"ERROR: ({code}) {message}", json.dumps(nested), message):
        assert case.failure_class == classify_text(text).failure_class, text


COVERAGE = {
    "401 wrong key": "wrong-key",
    "401 wrong audience": "wrong-audience",
    "401 wrong tenant": "wrong-tenant",
    "401 missing data-plane role": "missing-data-role",
    "403 keys disabled": "keys-disabled",
    "403 public access disabled": "public-access-disabled",
    "403 firewall": "firewall",
    "403 abuse block": "abuse-block",
    "404 wrong name": "deployment-name-wrong",
    "404 model name used": "model-name-used",
    "404 too new": "deployment-too-new",
    "404 path": "wrong-path",
    "404 region": "region-not-supported",
    "400 parameter": "parameter-refused",
    "400 subdomain": "subdomain-missing",
    "400 api-version": "api-version",
    "400 unsupported model": "model-not-supported",
    "400 content filter": "content-filter",
    "408": "request-timeout",
    "410 retired": "model-retired",
    "429 quota": "rate-limit",
    "429 capacity": "service-capacity",
    "429 PTU full": "ptu-full",
    "429 reduced": "rate-reduced",
    "5xx": "service-error",
    "404 not provisioned": "deployment-not-made",
    "401 role too new": "data-role-too-new",
    "5xx in an incident": "service-incident",
    "DNS": "dns",
    "TLS": "tls",
    "connect": "connect",
    "timeout": "timeout",
    "404 project": "project-missing",
    "in a stream: error event": "stream-error",
    "in a stream: rate limit": "stream-throttled",
    "in a stream: HTTP 200 with failed": "stream-failed",
    "in a stream: reset": "stream-cut",
    "in a stream: stall": "stream-stalled",
    "in a stream: an end without an ending": "stream-ended",
    "in a stream: HTML from a proxy": "not-the-service",
    "an answer without an end": "answer-too-long",
    "HTTP 200 failed": "answer-failed",
    "HTTP 200 incomplete": "answer-incomplete",
}


@pytest.mark.parametrize("failure_class", COVERAGE.values(), ids=COVERAGE)
def test_every_promised_class_has_a_case(failure_class: str) -> None:
    """What the product promises to tell apart stands in the cases."""
    assert failure_class in {case.failure_class for case in EVERY_CASE}


@pytest.mark.parametrize(
    ("name", "failure_class"),
    [
        ("400_content_filter_responses_api", "content-filter"),
        ("400_entra_no_custom_subdomain", "subdomain-missing"),
        ("400_responses_api_version_too_old", "api-version"),
        ("401_entra_no_role_foundry", "missing-data-role"),
        ("401_wrong_key", "wrong-key"),
        ("403_key_auth_disabled", "keys-disabled"),
        ("403_public_network_disabled", "public-access-disabled"),
        ("404_deployment_not_found", "deployment-name-wrong"),
        ("429_token_rate_limit_chat", "rate-limit"),
        ("arm_403_authorization_failed", "missing-arm-role"),
    ],
)
def test_recorded_answers_are_named(name: str, failure_class: str) -> None:
    """Answers recorded from Azure are given their class, as an error and as pasted text."""
    if not RECORDED.is_dir():
        pytest.skip(f"recorded answers are not beside this repository ({RECORDED})")
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    error = recorded["body"]["error"]
    context = FailureContext()
    assert failure_class == classify(http(recorded["status"], error["code"], error["message"]), context).failure_class
    assert failure_class == classify_text(recorded["body_raw"]).failure_class
    assert failure_class == classify_text(f"Error code: {recorded['status']} - {recorded['body']}").failure_class


SANDBOX_ANSWERS = {
    "no-token": "wrong-key",
    "wrong-key": "wrong-key",
    "wrong-audience": "wrong-audience",
    "wrong-tenant": "wrong-tenant",
    "no-role": "missing-data-role",
    "keys-disabled": "keys-disabled",
    "public-access-disabled": "public-access-disabled",
    "firewall": "firewall",
    "blocked": "abuse-block",
    "deployment-not-found": "deployment-not-reached",
    "path-not-found": "wrong-path",
    "project-not-found": "project-missing",
    "cancel-synchronous": "parameter-refused",
    "background-not-stored": "parameter-refused",
    "region-not-enabled": "region-not-supported",
    "no-subdomain": "subdomain-missing",
    "api-version-too-old": "api-version",
    "bad-parameter": "parameter-refused",
    "too-few-tokens": "parameter-refused",
    "missing-parameter": "parameter-refused",
    "no-json": "parameter-refused",
    "model-unsupported": "model-not-supported",
    "content-filter": "content-filter",
    "blocklisted": "content-filter",
    "request-timeout": "request-timeout",
    "model-retired": "model-retired",
    "quota": "rate-limit",
    "rate": "rate-limit",
    "capacity": "service-capacity",
    "ptu-full": "ptu-full",
    "reduced": "rate-limit",
    "briefly-throttled": "rate-limit",
    "server-error": "service-error",
    "service-unavailable": "service-error",
    "gateway-error": "gateway-error",
    "html": "not-the-service",
    "response-not-found": "stored-response-missing",
    "file-not-found": "stored-thing-missing",
    "file-purpose": "file-purpose-refused",
    "vector-store-not-found": "stored-thing-missing",
    "image-deployment-missing": "image-deployment-missing",
    "image-model-wrong": "image-model-wrong",
    "image-not-fetched": "picture-not-fetched",
    "image-host-not-allowed": "picture-not-fetched",
    "invalid-image": "picture-unreadable",
    "container-not-found": "unclassified",
    "tool-not-supported": "tool-not-supported",
    "tools-not-listed": "mcp-unreachable",
    "approval-not-found": "mcp-approval",
}
"""Name of a refusal of the sandbox → its class; `reduced` needs the answer's headers, which is proven elsewhere."""


def test_every_refusal_of_the_sandbox_is_named() -> None:
    """None of the answers that the sandbox can give is beyond the table, but one that no application asks for."""
    answers = Path(auditor.__file__).parent / "sandbox" / "answers.yaml"
    table = yaml.safe_load(answers.read_text(encoding="utf-8"))
    named = {}
    for name, answer in table.items():
        error = answer.get("error", {})
        told = http(answer["status"], error.get("code"), error.get("message", ""), content_type=answer.get("type"))
        named[name] = classify(told, KNOWN).failure_class
    assert named == SANDBOX_ANSWERS


@pytest.mark.parametrize(
    ("text", "failure_class"),
    [
        (
            f"Error code: 404 - {{'error': {{'code': 'DeploymentNotFound', 'message': '{NOT_FOUND}'}}}}",
            "deployment-name-wrong",
        ),
        ("ERROR: (InsufficientQuota) This operation require 50 new capacity", "quota-exhausted"),
        ("socket.gaierror: [Errno -2] Name or service not known", "dns"),
        ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer", "tls"),
        ("httpx2.ConnectTimeout: timed out", "connect-timeout"),
        ("openai.APITimeoutError: Request timed out.", "timeout"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "connect"),
        ("ConnectionResetError: [Errno 104] Connection reset by peer", "connection-reset"),
        ("ClientAuthenticationError: AADSTS700016: Application was not found in the directory", "sign-in"),
        ("HTTP/1.1 503 Service Unavailable", "service-error"),
        ("httpx.RemoteProtocolError: peer closed connection (incomplete chunked read)", "stream-cut"),
        ("httpx.RemoteProtocolError: Server disconnected without sending a response.", "connection-reset"),
        ("Error: unable to get local issuer certificate", "tls"),
        (
            "Error code: 429 - {'statusCode': 429, 'message': 'Rate limit is exceeded. Try again in 37 seconds.'}",
            "gateway-limit",
        ),
        ("Error code: 429 - {'error': {'message': 'Rate limit is exceeded. Try again in 1 seconds.'}}", "rate-limit"),
        ("Error code: 429 - {'message': 'please check your plan and billing details.'}", "not-azure"),
        ("the cat sat on the mat", "unclassified"),
        ("", "unclassified"),
    ],
)
def test_pasted_text_is_named(text: str, failure_class: str) -> None:
    """A log line, an exception or an az error is given the class that its error would have."""
    assert failure_class == classify_text(text).failure_class


@pytest.mark.parametrize(
    ("body", "failure_class"),
    [
        ({"outcome": "completed", "output_characters": 2}, None),
        ({"outcome": "completed", "output_characters": 0}, "empty-answer"),
        ({"probe": "text", "outcome": "completed", "output_characters": 0}, "empty-answer"),
        ({"probe": "image_generation", "outcome": "completed", "output_characters": 0}, None),
        ({"outcome": "not_applicable", "reason": "embeddings"}, None),
        ({"outcome": "skipped", "reason": "budget"}, None),
        ({"outcome": "incomplete", "incomplete_reason": "max_output_tokens"}, "answer-incomplete"),
        ({"outcome": "refused", "error": http(404, "404", "Resource not found")}, "wrong-path"),
        ({"outcome": "unreachable", "error": {"phase": "dns", "message": "x"}}, "dns"),
        ({"outcome": "unreachable", "error": None}, "unclassified"),
    ],
)
def test_a_probe_body_tells_its_failure(body: dict[str, Any], failure_class: str | None) -> None:
    """Only what was sent and went wrong has a failure."""
    failure = failure_of(body, KNOWN)
    assert failure_class == (failure.failure_class if failure else None)


@hypothesis_settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["phase", "http_status", "code", "message", "headers", "retry_after"]),
        st.none() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=2),
    )
)
def test_an_error_of_any_shape_is_explained(error: dict[str, Any]) -> None:
    """Members of an unexpected type count as not told."""
    assert classify(error).failure_class
