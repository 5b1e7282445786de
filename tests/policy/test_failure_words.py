"""What is said of a failure: in its own names, with a next step that can be pasted, whatever was told."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from auditor.policy.failure import CONDITIONS, classify, rows
from auditor.policy.failure.context import FailureContext
from auditor.policy.failure.signal import Signal
from auditor.policy.failure.surroundings import Surroundings
from auditor.policy.failure.words import NOT_KNOWN, say
from tests.policy.failure_cases import ACCOUNT, CASES, KNOWN, NOT_FOUND, http


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
