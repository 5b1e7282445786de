"""Failures are told apart by the service's own words, with a next step that can be pasted."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import auditor
from auditor.policy.failure import CONDITIONS, classify, classify_text, failure_of, row_of, rows
from auditor.policy.failure.context import FailureContext, failure_context
from auditor.policy.failure.signal import Signal
from auditor.policy.failure.surroundings import Surroundings
from auditor.policy.failure.words import NOT_KNOWN, say
from auditor.snapshot import Principal, Resource
from tests.policy.failure_cases import ACCOUNT, CASES, KNOWN, NOT_FOUND, Case, http
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
        ("the cat sat on the mat", "unclassified"),
        ("", "unclassified"),
    ],
)
def test_pasted_text_is_named(text: str, failure_class: str) -> None:
    """A log line, an exception or an az error is given the class that its error would have."""
    assert failure_class == classify_text(text).failure_class


def test_an_unknown_error_keeps_its_words_and_guesses_nothing() -> None:
    """What no row fits is unclassified, quoted, and nobody's."""
    failure = classify(http(418, "Teapot", "short and stout"), KNOWN)
    assert (failure.failure_class, failure.whose, failure.retry_helps) == ("unclassified", "unknown", False)
    assert "HTTP 418 Teapot: short and stout" in failure.cause


def test_a_model_name_in_place_of_the_deployment_is_said_with_the_right_name() -> None:
    """The commonest 404 names the deployment that was meant."""
    failure = classify(http(404, "DeploymentNotFound", NOT_FOUND), replace(KNOWN, deployment="gpt-4.1-mini"))
    assert "gpt-4.1-mini is the name of a model; the deployment is called chat-small" in failure.cause
    assert failure.next_step == "pass chat-small as model"


def test_a_near_name_is_offered_and_the_others_listed() -> None:
    """A misspelt deployment name gets the nearest one and the list."""
    failure = classify(http(404, "DeploymentNotFound", NOT_FOUND), replace(KNOWN, deployment="chatt"))
    assert "the nearest is chat" in failure.cause
    assert "It has: chat, chat-small, embed." in failure.cause


def test_the_missing_role_is_granted_to_the_principal_that_the_service_saw() -> None:
    """The command names the principal of the service's words, the role by id, and the account."""
    case = next(case for case in CASES if case.failure_class == "missing-data-role")
    command = shlex.split(classify(case.error, KNOWN).next_step, comments=True)
    assert command == [
        *("az", "role", "assignment", "create"),
        *("--assignee", "99999999-2222-4333-8444-555555555555"),
        *("--role", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"),
        *("--scope", ACCOUNT),
    ]


@pytest.mark.parametrize("may_call", [True, False])
def test_a_role_to_call_models_says_nothing_of_another_data_action(may_call: bool) -> None:
    """A project's endpoint and files ask for actions of their own: neither `it holds a role` nor `no role has it`."""
    action = "Microsoft.CognitiveServices/accounts/AIServices/responses/write"
    words = f"The principal `x` lacks the required data action `{action}` to perform `POST /` operation."
    error = {"phase": "http", "http_status": 401, "code": "PermissionDenied", "message": words}
    seen = Surroundings(may_call=may_call, role="Cognitive Services OpenAI User", role_age_seconds=40.0)
    failure = classify(error, FailureContext(seen=seen))
    assert failure.failure_class == "missing-data-role"
    assert f"it lacks the data action {action}" in failure.cause


@pytest.mark.parametrize(
    ("thing", "role"),
    [
        ("OpenAI/files/write", "a001fd3d-188f-4b5d-821b-7da978bf7442"),
        ("OpenAI/files/delete", "a001fd3d-188f-4b5d-821b-7da978bf7442"),
        ("OpenAI/files/read", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"),
        ("OpenAI/assistants/vector_stores/write", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"),
        ("AIServices/assets/write", "53ca6127-db72-4b80-b1b0-d745d6d5456d"),
    ],
)
def test_the_least_role_that_holds_the_action_is_named(thing: str, role: str) -> None:
    """A user may make vector stores and upload nothing: that takes a contributor."""
    words = f"The principal `x` lacks the required data action `Microsoft.CognitiveServices/accounts/{thing}` to"
    assert f"--role {role}" in classify(http(401, "PermissionDenied", words), KNOWN).next_step


def test_an_image_deployment_that_is_there_is_not_blamed() -> None:
    """The 404 is then about the deployment that was asked; with nothing read, it is too."""
    error = http(404, "DeploymentNotFound", NOT_FOUND)
    assert "has none of that name" in classify(error, replace(KNOWN, image_deployment="pictures")).cause
    for around in ({"image_deployment": "EMBED"}, {"image_deployment": "pictures", "models": None}):
        assert classify(error, replace(KNOWN, **around)).failure_class != "image-deployment-missing"


def test_a_masked_principal_is_replaced_by_the_caller() -> None:
    """Where the service masks the principal, the one that signed in is named; a foundry action gets a foundry role."""
    action = "Microsoft.CognitiveServices/accounts/AIServices/agents/read"
    message = f"The principal XXXXXXXX lacks the required data action {action} to perform GET"
    failure = classify(http(401, "PermissionDenied", message), KNOWN)
    assert "--assignee 11111111-2222-4333-8444-555555555555" in failure.next_step
    assert "53ca6127-db72-4b80-b1b0-d745d6d5456d" in failure.next_step


def test_public_access_differs_by_what_stands_behind_it() -> None:
    """With an approved endpoint the fault is DNS or route; without any, the account is unreachable by design."""
    error = http(403, "AccessDenied", "Public access is disabled. Please configure private endpoint.")
    assert (
        "resolves to, or is routed to, the public address"
        in classify(error, replace(KNOWN, approved_endpoints=1)).cause
    )
    assert "nothing can reach the account" in classify(error, KNOWN).cause


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


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.failure_class}-{row.title}")
def test_every_row_can_be_said(row: Any) -> None:
    """Templates name only known words, in full and in empty surroundings, and conditions exist."""
    assert set(row.when) <= set(CONDITIONS)
    for context in (KNOWN, FailureContext()):
        for template, command in ((row.cause, False), (row.next_step, True)):
            assert "{" not in say(template, Signal(), context, {}, command=command).replace("model.{name", "")
    assert "{said}" not in row.next_step
    assert not re.search(r"""["'][^"'{]*(?<!\{)\{\w+\}""", row.next_step), (
        "a word inside quotes escapes its own quoting"
    )


def test_every_word_has_a_way_to_be_unknown() -> None:
    """A word without a value is said in prose and in a command."""
    template = " ".join(f"{{{name}}}" for name in NOT_KNOWN)
    assert "None" not in say(template, Signal(), FailureContext(), {})
    assert "None" not in say(template, Signal(), FailureContext(), {}, command=True)


HOSTILE = st.text(max_size=60)


@hypothesis_settings(deadline=None)
@given(
    name=HOSTILE, message=HOSTILE, code=HOSTILE, model=HOSTILE, status=st.sampled_from([None, 200, 401, 404, 429, 500])
)
def test_hostile_words_stay_on_one_line_and_in_one_argument(
    name: str, message: str, code: str, model: str, status: int | None
) -> None:
    """Whatever names and words say, the explanation is one line, and the command parses with the name as one word."""
    context = replace(KNOWN, deployment=name or "x", models={model or "y": name})
    for error in (
        http(404, "DeploymentNotFound", message),
        {"phase": "http", "http_status": status, "code": code, "message": message},
    ):
        failure = classify(error, context)
        assert failure.cause.isprintable()
        assert failure.next_step.isprintable()
    command = shlex.split(say("az show --ids {deployment} --end", Signal(), context, {}, command=True))
    assert command[:3] == ["az", "show", "--ids"]
    assert command[-1] == "--end"
    assert len(command) == 5


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


def account(**properties: Any) -> Resource:
    return Resource(kind="account", id=ACCOUNT, body={"location": "swedencentral", "properties": properties})


def deployment(name: str, model: str, **body: Any) -> Resource:
    properties = {"model": {"name": model}, **body.pop("properties", {})}
    return Resource(kind="deployment", id=f"{ACCOUNT}/deployments/{name}", body={"properties": properties, **body})


def test_the_context_is_read_from_the_snapshot() -> None:
    """Account, deployments and principal give every fact that refines a cause."""
    connection = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    context = failure_context(
        account(
            customSubDomainName="contoso",
            publicNetworkAccess="disabled",
            privateEndpointConnections=[connection, {"properties": {}}],
            abusePenalty={"action": "Throttle"},
        ),
        [
            deployment(
                "Chat",
                "gpt-5.4",
                sku={"name": "GlobalProvisionedManaged"},
                systemData={"createdAt": "2026-11-21T11:59:00.1234567Z"},
                properties={
                    "deploymentState": "Paused",
                    "rateLimits": [
                        {"key": "request", "count": 10, "renewalPeriod": 10},
                        {"key": "token", "count": 1000, "renewalPeriod": 10},
                    ],
                },
            )
        ],
        "chat",
        principal=Principal(credential="environment", object_id="me"),
        now=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    )
    assert context.exists is True
    assert (context.public_access_disabled, context.approved_endpoints, context.abuse_action) == (True, 1, "Throttle")
    assert (context.paused, context.provisioned, context.tokens_per_minute) == (True, True, 6000)
    assert context.age_seconds == pytest.approx(59.88, abs=0.1)
    assert context.principal == "me"


def test_what_was_not_read_is_not_known() -> None:
    """Without a list of deployments nothing is said of them."""
    principal = Principal(credential="environment")
    context = failure_context(account(), None, "chat", principal=principal, now=datetime.now(UTC))
    assert (context.exists, context.paused, context.provisioned, context.age_seconds) == (None, None, None, None)
    assert context.probably_meant == ()


def test_an_errors_signal_is_all_that_it_tells() -> None:
    """And nothing of what is of another type than it should be."""
    limit = "x-ratelimit-limit-tokens"
    error = {"phase": "body", "during": "answer", "event": "error", "http_status": 429, "code": "c", "message": "m"}
    more = {"content_type": "text/html", "retry_after": "7", "headers": {limit: "1000"}}
    assert Signal.of_error({**error, **more}) == Signal(
        phase="body",
        during="answer",
        event="error",
        status=429,
        code="c",
        message="m",
        said="m",
        content_type="text/html",
        retry_after="7",
        granted=1000,
    )
    assert Signal.of_error(dict.fromkeys((*error, *more), 7)) == Signal(status=7)
    assert Signal.of_error({**{key: [] for key in (*error, *more)}, "headers": [limit]}) == Signal()
    for granted in ("٣", "²", "-1", "1e3", "", 1000, None):
        assert Signal.of_error({"headers": {limit: granted}}).granted is None


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        (
            'HTTP 429 {"error":{"code":"TooMany","message":"slow down"}}',
            Signal(status=429, code="TooMany", said="slow down"),
        ),
        ("HTTP 500: connection reset by us", Signal(status=500, said="HTTP 500: connection reset by us")),
        ("Connection reset by peer", Signal(phase="connect", during="answer", said="Connection reset by peer")),
        ("Connection refused", Signal(phase="connect", said="Connection refused")),
        ("connect timed out", Signal(phase="timeout", during="connect", said="connect timed out")),
        ("read timed out", Signal(phase="timeout", during="answer", said="read timed out")),
    ],
)
def test_a_texts_signal_is_all_that_it_names(text: str, signal: Signal) -> None:
    """A status goes before words of the network; where no message stands apart, all is quoted."""
    assert Signal.of_text(text) == replace(signal, message=text)
