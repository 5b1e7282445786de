"""The same words in different surroundings, and errors of Resource Manager and of clients as people paste them.

Texts are those of public reports: https://github.com/Azure-Samples/azuresandbox/issues/164 (the subdomain),
https://github.com/Azure-Samples/microsoft-foundry-baseline/issues/76 (the account's state),
https://github.com/TabularEditor/TabularEditor3/issues/1557 (public access refused because of DNS),
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors (the others).
"""

from __future__ import annotations

from auditor.policy.failure.surroundings import Surroundings
from tests.policy.failure_cases import Case, http, net

PRIVATE = http(403, "AccessDenied", "Public access is disabled. Please configure private endpoint.")
NO_NAME = net("dns", "[Errno -2] Name or service not known")
NO_PACKET = net("timeout", "no connection within 10 s", "connect")
NO_ROLE = http(
    401,
    "PermissionDenied",
    "The principal `99999999-2222-4333-8444-555555555555` lacks the required data action"
    " `Microsoft.CognitiveServices/accounts/OpenAI/responses/write` to perform `POST /openai/v1/responses` operation.",
)
WRONG_KEY = http(
    401,
    "401",
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an"
    " active subscription and use a correct regional API endpoint for your resource.",
)
NOT_FOUND = http(
    404,
    "DeploymentNotFound",
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes,"
    " please wait a moment and try again.",
)
TOO_MUCH = http(
    429,
    "RateLimitReached",
    "Your requests to gpt-4.1 for gpt-4.1 in East US 2 have exceeded the call rate limit for your current AIServices"
    " S0 pricing tier.",
)
BROKEN = http(500, "InternalServerError", "The server had an error.")
ZONE = ("privatelink.openai.azure.com",)
OUTSIDE = {"addresses": ("20.42.7.1",), "public": True}
INSIDE = {"addresses": ("10.1.0.5",), "public": False}
ROLE = {"may_call": True, "role": "Cognitive Services OpenAI User"}


def seen(**members: object) -> dict[str, object]:
    """Surroundings of which so much is known."""
    return {"seen": Surroundings(**members)}  # type: ignore[arg-type]  # what is not told stays at its default


SEEN_CASES = (
    Case("dns", "network", NO_NAME, {"approved_endpoints": 1, **seen(missing_records=ZONE)}),
    Case("dns", "network", NO_NAME, {"approved_endpoints": 1, **seen(unlinked_zones=ZONE)}),
    Case(
        "picture-not-fetched",
        "ours",
        http(400, None, "Image URL domain 'upload.wikimedia.org' is not allowed."),
        seen(outbound_hosts=("documents.contoso.com",)),
    ),
    Case("connect-timeout", "ours", NO_PACKET, seen(pending_endpoints=("pe-1",))),
    Case("connect-timeout", "network", NO_PACKET, seen(**INSIDE)),
    Case("service-incident", "azure", net("timeout", "no complete answer within 60 s"), seen(incident="Q1-ABC: slow")),
    Case("service-incident", "azure", BROKEN, seen(incident="Q1-ABC: models answer with errors")),
    Case("service-incident", "azure", BROKEN, seen(health="Degraded")),
    Case("data-role-too-new", "azure", NO_ROLE, seen(**ROLE, role_age_seconds=40)),
    Case("data-role-not-counted", "ours", NO_ROLE, seen(**ROLE, role_age_seconds=90_000)),
    Case("missing-data-role", "ours", NO_ROLE, seen(may_call=False)),
    Case("missing-data-role", "ours", NO_ROLE, seen(no_role_of_its_own=True)),
    Case("keys-disabled", "ours", WRONG_KEY, seen(keys_disabled=True)),
    Case(
        "public-access-disabled", "network", PRIVATE, {"approved_endpoints": 1, **seen(**OUTSIDE, unlinked_zones=ZONE)}
    ),
    Case(
        "public-access-disabled", "network", PRIVATE, {"approved_endpoints": 1, **seen(**OUTSIDE, missing_records=ZONE)}
    ),
    Case("public-access-disabled", "network", PRIVATE, {"approved_endpoints": 1, **seen(**OUTSIDE)}),
    Case("public-access-disabled", "network", PRIVATE, {"approved_endpoints": 1, **seen(**INSIDE)}),
    Case("public-access-disabled", "ours", PRIVATE, seen(pending_endpoints=("pe-1",))),
    Case(
        "firewall",
        "network",
        http(403, "403", "Access denied due to Virtual Network/Firewall rules."),
        seen(address_rules=("203.0.113.0/28",)),
    ),
    Case("deployment-not-made", "azure", NOT_FOUND, seen(state="Creating")),
    Case("rate-limit", "ours", TOO_MUCH, seen(pool="OpenAI.GlobalStandard.gpt4.1", pool_current=500, pool_limit=500)),
    Case("rate-limit", "ours", TOO_MUCH, seen(pool="OpenAI.GlobalStandard.gpt4.1", pool_current=50, pool_limit=500)),
    Case(
        "ptu-full", "ours", http(429, "429", "Rate limit is exceeded."), {"provisioned": True, **seen(utilisation=97)}
    ),
)
"""Words that mean different things where different things are known."""

PASTED_CASES = (
    Case("stored-response-missing", "ours", http(404, None, "Response with id 'resp_68cb' not found.")),
    Case(
        "stored-response-missing",
        "ours",
        http(400, "previous_response_not_found", "Previous response with id 'resp_68cb' not found."),
    ),
    Case(
        "resource-missing",
        "ours",
        http(
            404,
            "ResourceNotFound",
            "The Resource 'Microsoft.CognitiveServices/accounts/contoso' under resource group 'rg-release' was not"
            " found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        ),
    ),
    Case(
        "resource-missing",
        "ours",
        http(
            404,
            "ParentResourceNotFound",
            "Can not perform requested operation on nested resource. Parent resource 'contoso' not found.",
        ),
    ),
    Case(
        "context-too-long",
        "ours",
        http(400, "context_length_exceeded", "Your input exceeds the context window of this model."),
    ),
    Case(
        "management-throttled",
        "ours",
        http(
            429,
            "SubscriptionRequestsThrottled",
            "Number of read requests for subscription '7b3b' actor 'x' exceeded. Please try again after '7' seconds.",
        ),
    ),
    Case(
        "client-library-too-old",
        "ours",
        net("http", "AttributeError: 'AzureOpenAI' object has no attribute 'responses'"),
    ),
    Case("token-provider-mixed-up", "ours", net("http", "TypeError: object str can't be used in 'await' expression")),
    Case(
        "endpoint-not-said",
        "ours",
        net("http", "Must provide either the `api_version` argument or the `OPENAI_API_VERSION` environment variable"),
    ),
    Case(
        "account-not-ready",
        "azure",
        http(
            400,
            "AccountProvisioningStateInvalid",
            "Call to Microsoft.CognitiveServices/accounts failed. Error message: Account /subscriptions/7b3b"
            "/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/contoso in state Accepted",
        ),
    ),
    Case(
        "name-taken",
        "ours",
        http(
            409,
            "CustomDomainInUse",
            "Please pick a different name. The subdomain name 'ais-sand-dev' is not available as it's already used by a"
            " resource. If the resource using the name was deleted in the last 48 hours, you may need to purge the"
            " deleted resource.",
        ),
    ),
    Case(
        "region-closed",
        "azure",
        http(
            403,
            "RequestDisallowedByAzure",
            "Resource 'contoso' was disallowed by Azure: This policy maintains a set of best available regions where"
            " your subscription can deploy resources.",
        ),
    ),
    Case(
        "locked",
        "ours",
        http(
            409,
            "ScopeLocked",
            "The scope '/subscriptions/7b3b/resourceGroups/rg' cannot perform delete operation because following"
            " scope(s) are locked: '/subscriptions/7b3b/resourceGroups/rg'. Please remove the lock and try again.",
        ),
    ),
    Case(
        "subscription-disabled",
        "ours",
        http(
            409,
            "ReadOnlyDisabledSubscription",
            "The subscription '7b3b' is disabled and therefore marked as read only.",
        ),
    ),
    Case(
        "management-sign-in",
        "ours",
        http(
            401,
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time '11/21/2026 9:00:00 AM' is earlier than current UTC time.",
        ),
    ),
)
"""Errors of the Resource Manager, of clients and of stored things."""
