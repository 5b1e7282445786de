"""Every way in which a read can fail has a reason, the service's words and a cure."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import ssl
from pathlib import Path

import aiohttp
import azure.core.exceptions
import azure.identity
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.pages import ForeignOriginError, MalformedBodyError
from auditor.cloud.problems import NEXT_STEPS, assignable_scope, problem_of, problem_of_answer, reason_of
from auditor.errors import SignInError
from auditor.snapshot import GapReason

ROOT = Path(__file__).parents[2]
OBJECT = "33e40745-8982-4a7c-a955-13d954023ced"
SUBSCRIPTION = "/subscriptions/7b3b906c-8d7c-4ad2-9c2f-b22c195f610e"
ASK = {"object_id": None, "action": "Microsoft.CognitiveServices/accounts/read", "scope": SUBSCRIPTION}

NOT_OURS = {"BadContentDispositionHeader", "BadContentDispositionParam"}
"""Warnings of aiohttp, not errors."""


def raised_by_libraries() -> list[type[BaseException]]:
    found: list[type[BaseException]] = []
    for library in (azure.core.exceptions, azure.identity, aiohttp, openai):
        found += [
            class_
            for name, class_ in inspect.getmembers(library, inspect.isclass)
            if issubclass(class_, Exception) and name not in NOT_OURS
        ]
    return [
        *found,
        asyncio.CancelledError,
        asyncio.TimeoutError,
        asyncio.IncompleteReadError,
        json.JSONDecodeError,
        UnicodeDecodeError,
        ssl.SSLError,
        socket.gaierror,
        ConnectionResetError,
        MalformedBodyError,
        ForeignOriginError,
        SignInError,
    ]


@pytest.mark.parametrize("class_", raised_by_libraries(), ids=lambda class_: f"{class_.__module__}.{class_.__name__}")
def test_each_exception_of_each_library_has_a_reason_of_its_own(class_: type[BaseException]) -> None:
    """No exception that a library can raise is taken for a defect of the auditor."""
    reason = reason_of(class_.__new__(class_))
    assert reason is not GapReason.CRASHED
    assert NEXT_STEPS[reason]


def test_anything_else_is_a_defect_and_names_itself() -> None:
    """An exception that nobody expected is a crash, by its class and words."""
    problem = problem_of(KeyError("member"))
    assert (problem.reason, problem.detail) == (GapReason.CRASHED, "KeyError: 'member'")


def test_a_recorded_refusal_gives_permission_identity_and_scope() -> None:
    """ARM's own words name what was refused to whom, and the command assigns at a scope that takes a role."""
    path = ROOT / ".." / "shared" / "recorded" / "dataplane" / "arm_403_authorization_failed.json"
    if not path.exists():
        pytest.skip(f"{path} is absent: the recorded traffic is not part of this repository")
    recorded = json.loads(path.read_text())
    problem = problem_of_answer(recorded["status"], recorded["body_raw"].encode(), **ASK)
    assert problem.reason is GapReason.DENIED
    assert problem.permission == "Microsoft.Network/virtualNetworks/subnets/read"
    assert problem.next_step == (
        f"az role assignment create --assignee {OBJECT} --role Reader --scope {SUBSCRIPTION}/resourceGroups/"
        "RS-DEV-EASTUS2-AKS-01/providers/Microsoft.Network/virtualNetworks/VNET-DEV-EASTUS2-AKS-01/subnets/"
        "SNET-AKS-Private-1"
    )


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, "NoRegisteredProviderFound", GapReason.NOT_OFFERED),
        (400, "BadRequest", GapReason.FAILED),
        (400, "AadPremiumLicenseRequired", GapReason.NOT_OFFERED),
        (401, "InvalidAuthenticationToken", GapReason.DENIED),
        (404, "SubscriptionNotFound", GapReason.DENIED),
        (404, "ResourceNotFound", GapReason.FAILED),
        (409, "MissingSubscriptionRegistration", GapReason.NOT_OFFERED),
        (410, None, GapReason.NOT_OFFERED),
        (429, "TooManyRequests", GapReason.THROTTLED),
        (500, "InternalServerError", GapReason.FAILED),
        (504, "GatewayTimeout", GapReason.TIMED_OUT),
        (302, None, GapReason.FAILED),
    ],
)
def test_status_and_code_decide_together(status: int, code: str | None, reason: GapReason) -> None:
    """The code where it tells more than the status, and the status otherwise."""
    body = json.dumps({"error": {"code": code, "message": "words"}}).encode() if code else b"<html>"
    problem = problem_of_answer(status, body, **ASK)
    assert problem.reason is reason
    assert f"HTTP {status}" in problem.detail
    assert problem.next_step


@pytest.mark.parametrize(
    ("scope", "assignable"),
    [
        (f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/x", SUBSCRIPTION),
        (f"{SUBSCRIPTION}/resourceGroups/rg", f"{SUBSCRIPTION}/resourceGroups/rg"),
        (f"{SUBSCRIPTION}/resourceGroups/rg(1)", f"'{SUBSCRIPTION}/resourceGroups/rg(1)'"),
        (
            f"{SUBSCRIPTION}/resourceGroups/rg/providers/A.B/c/d/providers/Microsoft.Insights/diagnosticSettings/x",
            f"{SUBSCRIPTION}/resourceGroups/rg/providers/A.B/c/d",
        ),
        (f"{SUBSCRIPTION}/resourceGroups/rg; rm -rf ~", SUBSCRIPTION),
        ("$(reboot)", None),
    ],
)
def test_the_scope_of_a_cure_takes_a_role_and_is_safe_to_paste(scope: str, assignable: str | None) -> None:
    """Anything that a shell could take for more than a name is cut back to the subscription, or refused."""
    assert assignable_scope(scope) == assignable


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_words_of_a_service_reach_a_command(code: str, message: str) -> None:
    """Whatever a body says, the next step holds only what looks like an id, and the detail is one bounded line."""
    hostile = f"object id '{message}' perform action '{code}' over scope '{message}'"
    body = json.dumps({"error": {"code": code, "message": hostile}}).encode()
    problem = problem_of_answer(403, body, **ASK)
    assert problem.next_step.isprintable()
    assert not set(problem.next_step) & set(';$`|&<>"\n')
    assert len(problem.detail) <= 500
    assert problem.detail.isprintable()
