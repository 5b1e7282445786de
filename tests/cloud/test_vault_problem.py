"""What a vault's refusal means, whatever the service says beside it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

from auditor.cloud.vault_problem import vault_problem


def answered(status: int | None, error: Any = None) -> HttpResponseError:
    made = HttpResponseError("secret words of the service")
    made.status_code, made.error = status, error
    return made


def told(code: object, inner: object = None) -> SimpleNamespace:
    return SimpleNamespace(code=code, innererror=inner)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (answered(403, told("Forbidden", {"code": "ForbiddenByRbac"})), "may not sign by it (403 ForbiddenByRbac)"),
        (answered(403, told("Forbidden", {"code": "AccessDenied"})), "may not sign by it (403 AccessDenied)"),
        (answered(403, told("Forbidden", {"code": "ForbiddenByFirewall"})), "network rules refuse this machine (403 "),
        (answered(403, told("Forbidden", told("ForbiddenByConnection"))), "network rules refuse this machine (403 "),
        (answered(403, told("Forbidden", {"code": "KeyDisabled"})), "the key is disabled (403 KeyDisabled)"),
        (answered(403, told("Forbidden", "words")), "may not sign by it (403 Forbidden)"),
        (answered(403, told("x" * 99, {"code": ["Forbidden"]})), "may not sign by it (403)"),
        (answered(404, told("KeyNotFound\x1b[31m")), "has no such key (404)"),
        (answered(429, told("Throttled")), "did not sign by it (429 Throttled)"),
        (answered(503), "did not sign by it (503)"),
        (answered(None), "did not sign by it (HttpResponseError)"),
        (ClientAuthenticationError("secret words"), "nobody could sign in"),
        (ServiceRequestError("secret words"), "can't be reached (ServiceRequestError)"),
        (ValueError("secret words"), "can't be used: ValueError"),
    ],
)
def test_each_refusal_has_its_words_and_none_of_the_services(error: Exception, why: str) -> None:
    said, next_step = vault_problem(error)
    assert why in said
    assert next_step
    assert "secret" not in said + next_step
