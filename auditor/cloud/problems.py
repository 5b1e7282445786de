"""Every exception that a read can end with, as a reason, the service's words and a cure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus

from auditor.cloud.redaction import bounded
from auditor.snapshot import GapReason

REASONS: dict[str, GapReason] = {
    "builtins.Exception": GapReason.CRASHED,
    "builtins.OSError": GapReason.UNREACHABLE,
    "builtins.TimeoutError": GapReason.TIMED_OUT,
    "asyncio.CancelledError": GapReason.INTERRUPTED,
    "asyncio.IncompleteReadError": GapReason.UNREACHABLE,
    "json.JSONDecodeError": GapReason.MALFORMED,
    "builtins.UnicodeError": GapReason.MALFORMED,
    "auditor.MalformedBodyError": GapReason.MALFORMED,
    "auditor.ForeignOriginError": GapReason.MALFORMED,
    "auditor.SignInError": GapReason.DENIED,
    "azure.AzureError": GapReason.FAILED,
    "azure.ServiceRequestError": GapReason.UNREACHABLE,
    "azure.ServiceRequestTimeoutError": GapReason.TIMED_OUT,
    "azure.ServiceResponseError": GapReason.UNREACHABLE,
    "azure.ServiceResponseTimeoutError": GapReason.TIMED_OUT,
    "azure.IncompleteReadError": GapReason.UNREACHABLE,
    "azure.DecodeError": GapReason.MALFORMED,
    "azure.ODataV4Error": GapReason.FAILED,
    "azure.TooManyRedirectsError": GapReason.FAILED,
    "azure.ClientAuthenticationError": GapReason.DENIED,
    "azure.SerializationError": GapReason.MALFORMED,
    "azure.DeserializationError": GapReason.MALFORMED,
    "azure.StreamClosedError": GapReason.FAILED,
    "azure.StreamConsumedError": GapReason.FAILED,
    "azure.ResponseNotReadError": GapReason.FAILED,
    "aiohttp.ClientError": GapReason.FAILED,
    "aiohttp.ClientConnectionError": GapReason.UNREACHABLE,
    "aiohttp.ServerTimeoutError": GapReason.TIMED_OUT,
    "aiohttp.ClientPayloadError": GapReason.UNREACHABLE,
    "aiohttp.ClientResponseError": GapReason.UNREACHABLE,
    "aiohttp.InvalidURL": GapReason.MALFORMED,
    "aiohttp.EofStream": GapReason.UNREACHABLE,
    "aiohttp.UploadAbortedError": GapReason.UNREACHABLE,
    "aiohttp.WSMessageTypeError": GapReason.MALFORMED,
    "aiohttp.WebSocketError": GapReason.UNREACHABLE,
    "openai.OpenAIError": GapReason.FAILED,
    "openai.APIConnectionError": GapReason.UNREACHABLE,
    "openai.APITimeoutError": GapReason.TIMED_OUT,
    "openai.APIResponseValidationError": GapReason.MALFORMED,
    "openai.APIStatusError": GapReason.FAILED,
    "openai.AuthenticationError": GapReason.DENIED,
    "openai.PermissionDeniedError": GapReason.DENIED,
    "openai.OAuthError": GapReason.DENIED,
    "openai.RateLimitError": GapReason.THROTTLED,
    "openai.InvalidWebhookSignatureError": GapReason.DENIED,
}
"""Top-level package and class name → reason; the nearest ancestor that stands here decides, so nothing is left over."""

STATUS_REASONS: dict[int, GapReason] = {
    HTTPStatus.UNAUTHORIZED: GapReason.DENIED,
    HTTPStatus.FORBIDDEN: GapReason.DENIED,
    HTTPStatus.REQUEST_TIMEOUT: GapReason.TIMED_OUT,
    HTTPStatus.GONE: GapReason.NOT_OFFERED,
    HTTPStatus.TOO_MANY_REQUESTS: GapReason.THROTTLED,
    HTTPStatus.GATEWAY_TIMEOUT: GapReason.TIMED_OUT,
}
"""HTTP status → reason, where the error's code does not tell more; every other error status is `failed`."""

CODE_REASONS: dict[str, GapReason] = {
    "AadPremiumLicenseRequired": GapReason.NOT_OFFERED,  # eligible role assignments, without Microsoft Entra ID P2
    "InvalidApiVersionParameter": GapReason.NOT_OFFERED,
    "InvalidResourceType": GapReason.NOT_OFFERED,
    "LocationNotAvailableForResourceType": GapReason.NOT_OFFERED,
    "MissingSubscriptionRegistration": GapReason.NOT_OFFERED,
    "NoRegisteredProviderFound": GapReason.NOT_OFFERED,
    "SubscriptionNotFound": GapReason.DENIED,
    "SubscriptionNotRegistered": GapReason.NOT_OFFERED,
}
"""ARM error code → reason: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors"""

NEXT_STEPS: dict[GapReason, str] = {
    GapReason.DENIED: "let somebody who may assign roles give this identity the role Reader on the subscription",
    GapReason.THROTTLED: "run again in some minutes, with a lower `concurrency` or a longer `deadline_seconds`",
    GapReason.TIMED_OUT: "run again with a longer `deadline_seconds`; if it persists, look at the network path",
    GapReason.NOT_OFFERED: "nothing to do where the service is not offered here; otherwise update the auditor",
    GapReason.UNREACHABLE: "check DNS, proxy, firewall and trusted certificates on the way to this host",
    GapReason.MALFORMED: "look for a proxy that answers in the service's place; else report the reading",
    GapReason.FAILED: "run again; if it persists, open a support request with the request id of the reading",
    GapReason.INTERRUPTED: "run again and let it finish",
    GapReason.CRASHED: "report this as a defect of the auditor, with the detail; the rest of the run is not affected",
}
"""What an engineer can do about each reason, where the service's words give no better cure."""

_REFUSED = re.compile(r"perform action '([\w./*-]{3,200})'(?:[^']{0,40}over scope '([^']{1,800})')?")
_OBJECT_ID = re.compile(r"object id '([0-9a-fA-F-]{36})'")
_SUBSCRIPTION = re.compile(r"/subscriptions/[0-9a-fA-F-]{36}", re.IGNORECASE)
_GROUP_OR_BELOW = re.compile(r"/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[\w./()-]+", re.IGNORECASE)
_EXTENSION = re.compile(r"(/resourceGroups/[^/]+/providers/.+?)/providers/.*", re.IGNORECASE)
"""A thing such as a diagnostic setting that hangs on a resource: the role belongs on the resource."""


@dataclass(frozen=True)
class Problem:
    """What a gap says: `permission` is the ARM action that was refused, where that is the cause."""

    reason: GapReason
    detail: str
    next_step: str
    permission: str | None = None


def problem_of(error: BaseException) -> Problem:
    """What an exception without an HTTP answer amounts to."""
    reason = reason_of(error)
    words = bounded(str(error))
    if reason is GapReason.CRASHED or not words:
        words = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return Problem(reason, words, NEXT_STEPS[reason])


def reason_of(error: BaseException) -> GapReason:
    """The reason of the nearest ancestor that stands in REASONS."""
    for ancestor in type(error).__mro__:
        package = ancestor.__module__.partition(".")[0]
        if (reason := REASONS.get(f"{package}.{ancestor.__name__}")) is not None:
            return reason
    return GapReason.CRASHED


def problem_of_answer(status: int, body: bytes, *, object_id: str | None, action: str, scope: str) -> Problem:
    """What an HTTP error amounts to; `action` is what the read needs and `object_id` who asked, if the body is mute."""
    code, message = error_words(body)
    reason = CODE_REASONS.get(code or "", STATUS_REASONS.get(status, GapReason.FAILED))
    detail = bounded(
        f"HTTP {status} {code or ''}: {message}" if code or message else f"HTTP {status} without a JSON error"
    )
    if code in {"MissingSubscriptionRegistration", "SubscriptionNotRegistered"}:
        return Problem(reason, detail, "az provider register --namespace Microsoft.CognitiveServices --wait")
    if code == "AadPremiumLicenseRequired":
        return Problem(reason, detail, "nothing to do: without Microsoft Entra ID P2 nobody can be made eligible")
    if code == "SubscriptionNotFound":
        step = "check the subscription id, its tenant, and that this identity has a role there: az account list --all"
        return Problem(reason, detail, step)
    if status == HTTPStatus.UNAUTHORIZED:
        step = (
            "check `tenant` in settings and which identity signed in: the token was not accepted for this subscription"
        )
        return Problem(reason, detail, step)
    if reason is GapReason.DENIED:
        return _denied(detail, message, object_id=object_id, action=action, scope=scope)
    return Problem(reason, detail, NEXT_STEPS[reason])


def error_words(body: bytes) -> tuple[str | None, str]:
    """Code and message of an ARM error body, `{"error": {"code": …, "message": …}}` or the same without its wrapper."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None, ""
    inner = value.get("error", value) if isinstance(value, dict) else None
    if not isinstance(inner, dict):
        return None, ""
    code, message = inner.get("code"), inner.get("message")
    return (code if isinstance(code, str) else None), (message if isinstance(message, str) else "")


def _denied(detail: str, message: str, *, object_id: str | None, action: str, scope: str) -> Problem:
    refused = _REFUSED.search(message)
    who = _OBJECT_ID.search(message)
    assignee = who[1] if who else object_id
    where = assignable_scope((refused[2] if refused else None) or scope) or assignable_scope(scope)
    step = NEXT_STEPS[GapReason.DENIED]
    if assignee and where:
        step = f"az role assignment create --assignee {assignee} --role Reader --scope {where}"
        if not action.lower().endswith("/read"):
            step = f"auditor permissions --format az: makes a role with {action}, which Reader lacks; for {assignee}"
    return Problem(GapReason.DENIED, detail, step, permission=refused[1] if refused else action)


def assignable_scope(scope: str) -> str | None:
    """The nearest scope at or above this one at which a role can be assigned; None for a text that is no ARM scope.

    What comes back is safe to stand in a command that somebody pastes.
    """
    resource = _EXTENSION.sub(r"\1", scope)
    if _GROUP_OR_BELOW.fullmatch(resource):
        return f"'{resource}'" if "(" in resource or ")" in resource else resource
    found = _SUBSCRIPTION.match(scope)
    return found[0] if found else None
