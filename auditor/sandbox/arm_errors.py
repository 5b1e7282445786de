"""Resource Manager's refusals, in its own words."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from auditor.sandbox.wire import Answer, answer_error
from auditor.sandbox.world import World


def unauthorized(code: str, message: str, tenant: str) -> Answer:
    """A token that is missing or not for here.

    https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
    """
    challenge = (
        f'Bearer authorization_uri="https://login.microsoftonline.com/{tenant}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return answer_error(401, code, message, {"WWW-Authenticate": challenge})


def authorization_failed(world: World, action: str, scope: str) -> Answer:
    """What a missing role assignment ends in; text as recorded from the service."""
    app, oid = world.identity.app_id, world.identity.object_id
    message = (
        f"The client '{app}' with object id '{oid}' does not have authorization to perform action '{action}' over "
        f"scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return answer_error(403, "AuthorizationFailed", message)


def version_missing() -> Answer:
    """A request without api-version."""
    message = "The api-version query parameter (?api-version=) is required for all requests."
    return answer_error(400, "MissingApiVersionParameter", message)


def version_refused(version: str, supported: tuple[str, ...], kind: str, location: str) -> Answer:
    """An api-version that a resource provider does not have."""
    message = (
        f"No registered resource provider found for location '{location}' and API version '{version}' for type "
        f"'{kind}'. The supported api-versions are '{', '.join(supported)}'. The supported locations are ''."
    )
    return answer_error(400, "NoRegisteredProviderFound", message)


def version_invalid(version: str) -> Answer:
    """A text that is no api-version."""
    message = f"The api-version '{version}' is invalid. The supported versions are '2022-12-01,2022-09-01,2021-01-01'."
    return answer_error(400, "InvalidApiVersionParameter", message)


def subscription_not_found(subscription: str) -> Answer:
    """A subscription that is not there, or not for this tenant."""
    return answer_error(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def resource_not_found(path: str) -> Answer:
    """A resource that is not there."""
    segments = path.strip("/").split("/")
    group = segments[3] if len(segments) > 3 and segments[2].lower() == "resourcegroups" else ""  # noqa: PLR2004 - ids
    provider, _, rest = path.partition("/providers/")[2].partition("/")
    message = (
        f"The Resource '{provider}/{rest}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix"
    )
    return answer_error(404, "ResourceNotFound", message)


def not_served(path: str) -> Answer:
    """A path that the sandbox does not know."""
    message = f"The resource type could not be found in the namespace for the path '{path}'."
    return answer_error(404, "InvalidResourceType", message, unknown=True)


def throttled(seconds: int) -> Answer:
    """More reads than the subscription's bucket holds.

    https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    """
    message = (
        "The request is being throttled as the limit has been reached for operation type - "
        "Read_SubscriptionReadsPerMinute. "
        f"For more information, see - https://aka.ms/srpthrottlinglimits. Please try again after '{seconds}' seconds."
    )
    return answer_error(429, "TooManyRequests", message, {"Retry-After": str(seconds)})


def server_error() -> Answer:
    """A fault of the service."""
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    message = f"Encountered internal server error. Diagnostic information: timestamp '{at}', tracking id '{uuid4()}'."
    return answer_error(500, "InternalServerError", message)


def keys_disabled() -> Answer:
    """listKeys where local authentication is off; status and text as recorded from the service."""
    return answer_error(400, "BadRequest", "Failed to list key. disableLocalAuth is set to be true")


def bad_request(message: str) -> Answer:
    """A body that is not what the operation takes."""
    return answer_error(400, "BadRequest", message)
