"""One error per failure class, in the service's own words, as its documentation and public reports give them."""

from __future__ import annotations

from typing import Any, NamedTuple

from auditor.policy.failure.context import FailureContext

ACCOUNT = (
    "/subscriptions/00000000-0000-4000-8000-0000000000a1/resourceGroups/rg-release"
    "/providers/Microsoft.CognitiveServices/accounts/contoso"
)
KNOWN = FailureContext(
    deployment="chat",
    host="contoso.openai.azure.com",
    account_id=ACCOUNT,
    location="swedencentral",
    tenant="00000000-0000-4000-8000-0000000000ff",
    subdomain="contoso",
    public_access_disabled=False,
    approved_endpoints=0,
    models={"chat": "gpt-5.4", "chat-small": "gpt-4.1-mini", "embed": "text-embedding-3-large"},
    age_seconds=86_400,
    paused=False,
    provisioned=False,
    tokens_per_minute=50_000,
    principal="11111111-2222-4333-8444-555555555555",
)
NOT_FOUND = (
    "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes,"
    " please wait a moment and try again."
)


class Case(NamedTuple):
    """An error, what surrounds it, and the class and owner that it must be given."""

    failure_class: str
    whose: str
    error: dict[str, Any]
    around: dict[str, Any] = {}


def http(status: int, code: str | None, message: str, **more: Any) -> dict[str, Any]:
    """An error of phase http."""
    return {"phase": "http", "http_status": status, "code": code, "message": message, **more}


def body(code: str | None, message: str, status: int = 200, **more: Any) -> dict[str, Any]:
    """An error within an answer of HTTP 200."""
    return {"phase": "body", "http_status": status, "code": code, "message": message, **more}


def net(phase: str, message: str, during: str = "") -> dict[str, Any]:
    """An error without an answer."""
    return {"phase": phase, "message": message, "during": during}


CASES = (
    Case("dns", "network", net("dns", "[Errno -2] Name or service not known"), {"approved_endpoints": 1}),
    Case("dns", "network", net("dns", "[Errno -2] Name or service not known")),
    Case("tls", "network", net("tls", "certificate verify failed: unable to get local issuer certificate")),
    Case(
        "tls", "network", net("tls", "certificate verify failed: Hostname mismatch, certificate is not valid for 'x'")
    ),
    Case(
        "proxy-cannot-reach",
        "network",
        net("connect", "by the proxy p:1: the proxy refused the tunnel: 502 Bad Gateway"),
    ),
    Case("proxy-refused", "network", net("connect", "by the proxy p:1: the proxy refused the tunnel: 403 Forbidden")),
    Case("connection-reset", "network", net("connect", "Server disconnected without sending a response.", "answer")),
    Case("connect", "network", net("connect", "All connection attempts failed", "connect")),
    Case("connect-timeout", "network", net("timeout", "no connection within 10 s", "connect")),
    Case("timeout", "azure", net("timeout", "no complete answer within 60 s", "answer")),
    Case("stream-stalled", "azure", net("timeout", "no complete answer within 2 s", "stream")),
    Case(
        "stream-cut", "network", {**net("body", "[Errno 104] Connection reset by peer", "stream"), "http_status": 200}
    ),
    Case("answer-too-long", "azure", body("answer_too_long", "the body is longer than 4194304 bytes", during="stream")),
    Case("answer-too-long", "azure", body("answer_too_long", "the body is longer than 4194304 bytes", during="answer")),
    Case("stream-ended", "network", body("stream_ended", "the stream ended after 23 events", during="stream")),
    Case(
        "stream-error",
        "azure",
        body(
            "server_error",
            "The server had an error processing your request. Sorry about that!",
            during="stream",
            event="error",
        ),
    ),
    Case(
        "stream-failed",
        "azure",
        body(
            "server_error",
            "The model failed to produce a response.",
            during="stream",
            event="response.failed",
        ),
    ),
    Case(
        "stream-throttled",
        "ours",
        body("rate_limit_exceeded", "Rate limit is exceeded. Try again in 20 seconds.", during="stream", event="error"),
    ),
    Case(
        "answer-failed",
        "ours",
        body("data_residency_mismatch", "The request does not match.", during="stream", event="response.failed"),
    ),
    Case("project-missing", "ours", http(404, "NotFound", "Project not found")),
    Case("sign-in", "ours", net("token", "AADSTS7000215: Invalid client secret provided.")),
    Case("sign-in", "ours", net("token", "AADSTS7000222: The provided client secret keys for app are expired.")),
    Case("sign-in", "ours", net("token", "AADSTS700213: No matching federated identity record found.")),
    Case("sign-in", "ours", net("token", "AADSTS700024: Client assertion is not within its valid time range.")),
    Case("sign-in", "ours", net("token", "AADSTS53003: Access has been blocked by Conditional Access policies.")),
    Case("sign-in", "ours", net("token", "AADSTS700016: Application was not found in the directory 'Contoso'.")),
    Case("sign-in", "ours", net("token", "The requested identity has not been assigned to this resource.")),
    Case("sign-in", "ours", net("token", "DefaultAzureCredential failed to retrieve a token.")),
    Case(
        "not-azure",
        "ours",
        http(
            401,
            "invalid_api_key",
            "Incorrect API key provided: 3f1c****. You can find your API key at"
            " https://platform.openai.com/account/api-keys.",
        ),
    ),
    Case(
        "gateway-key",
        "ours",
        http(
            401,
            None,
            "Access denied due to invalid subscription key. Make sure to provide a valid key for an active"
            " subscription.",
        ),
    ),
    Case("gateway-limit", "ours", http(429, None, "Token limit is exceeded. Try again in 12 seconds.")),
    Case("gateway-error", "ours", http(502, None, "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>")),
    Case("not-the-service", "network", http(403, None, "Blocked by policy", content_type="text/html; charset=utf-8")),
    Case("not-the-service", "network", body(None, "Sign in to the network", content_type="text/html")),
    Case("redirected", "network", http(302, None, "")),
    Case("answer-incomplete", "ours", body("incomplete", "max_output_tokens")),
    Case("answer-incomplete", "ours", body("incomplete", "content_filter")),
    Case("answer-incomplete", "azure", body("incomplete", "")),
    Case("empty-answer", "azure", body("empty", "")),
    Case("answer-failed", "ours", body("data_residency_mismatch", "The request does not match data residency.")),
    Case("answer-failed", "azure", body("server_error", "An error occurred while processing your request.")),
    Case("answer-unreadable", "network", body(None, "the body ended after 120 bytes")),
    Case(
        "abuse-block",
        "ours",
        http(
            403,
            "Forbidden",
            "Your resource has been temporarily blocked because we detected behavior that may violate our content"
            " policy.",
        ),
    ),
    Case("wrong-tenant", "ours", http(400, "BadRequest", "Tenant provided in token does not match resource token")),
    Case("wrong-tenant", "ours", http(401, None, "Token tenant 72f9 does not match resource tenant.")),
    Case(
        "wrong-tenant",
        "ours",
        http(400, None, "Token tenant does not match resource tenant."),
        {"tenant": "72f9", "signed_in": "f01a"},
    ),
    # https://github.com/openai/openai-python/issues/2776, https://github.com/vercel/ai/issues/8857
    *(
        Case("picture-not-fetched", "ours", http(400, "invalid_value", f"{what} while downloading https://x.io/a.png."))
        for what in ("Error", "Timeout")
    ),
    # https://github.com/Azure-Samples/azure-openai-responses-api-samples/issues/19
    Case("picture-not-fetched", "ours", http(400, None, "Image URL domain 'upload.wikimedia.org' is not allowed.")),
    Case(
        "missing-data-role",
        "ours",
        http(
            401,
            "PermissionDenied",
            "The principal `99999999-2222-4333-8444-555555555555` lacks the required data action"
            " `Microsoft.CognitiveServices/accounts/OpenAI/responses/write` to perform `POST /openai/v1/responses`"
            " operation.",
        ),
    ),
    Case("missing-data-role", "ours", http(401, None, "Principal does not have access to API/Operation")),
    Case(
        "missing-arm-role",
        "ours",
        http(
            403,
            "AuthorizationFailed",
            "The client 'x' with object id 'x' does not have authorization to perform action"
            " 'Microsoft.CognitiveServices/accounts/read' over scope '/subscriptions/7b3b' or the scope is invalid.",
        ),
    ),
    Case(
        "keys-disabled",
        "ours",
        http(403, "AuthenticationTypeDisabled", "Key based authentication is disabled for this resource."),
    ),
    Case("keys-disabled", "ours", http(400, "BadRequest", "Failed to list key. disableLocalAuth is set to be true")),
    Case(
        "wrong-key",
        "ours",
        http(
            401,
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for"
            " an active subscription and use a correct regional API endpoint for your resource.",
        ),
    ),
    Case(
        "wrong-audience",
        "ours",
        http(401, "401", "Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired."),
    ),
    Case(
        "public-access-disabled",
        "network",
        http(403, "AccessDenied", "Public access is disabled. Please configure private endpoint."),
        {"approved_endpoints": 2},
    ),
    Case(
        "public-access-disabled",
        "ours",
        http(403, "403", "Public access is disabled. Please configure private endpoint."),
    ),
    Case(
        "public-access-disabled",
        "network",
        http(403, "AccessDenied", "Public access is disabled. Please configure private endpoint."),
        {"approved_endpoints": None},
    ),
    Case("firewall", "network", http(403, "403", "Access denied due to Virtual Network/Firewall rules.")),
    Case("firewall", "network", http(401, None, "Access denied due to Virtual Network/Firewall rules.")),
    Case("model-name-used", "ours", http(404, "DeploymentNotFound", NOT_FOUND), {"deployment": "gpt-5.4"}),
    Case("model-name-used", "ours", http(404, "DeploymentNotFound", NOT_FOUND), {"deployment": "GPT-5.4-2026-03-05"}),
    Case(
        "image-deployment-missing",
        "ours",
        http(404, "DeploymentNotFound", NOT_FOUND),
        {"image_deployment": "pictures"},
    ),
    Case(
        "image-deployment-missing",
        "ours",
        http(
            400,
            "invalid_request_error",
            "imagegen deployment must be provided through header: x-ms-oai-image-generation-deployment",
            type="image_generation_user_error",
            param="tools",
        ),
    ),
    Case(
        "image-model-wrong",
        "ours",
        http(
            400,
            None,
            "Model not supported with Responses API. Supported models are:"
            " ['gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5']",
        ),
    ),
    Case(
        "image-moderated",
        "azure",
        body(
            "moderation_blocked",
            "Your request was rejected by the safety system. safety_violations=[sexual].",
            type="image_generation_user_error",
        ),
    ),
    Case("file-purpose-refused", "ours", http(400, "invalidPayload", "Invalid value for purpose.")),
    Case("vector-store-failed", "azure", body("server_error", "vector store file failed: An internal error occurred.")),
    Case("stored-thing-missing", "ours", http(404, None, "No such File object: assistant-4f3a")),
    Case("stored-thing-missing", "ours", http(404, None, "Vector store with id [vs_4f3a] not found.")),
    Case(
        "picture-unreadable",
        "ours",
        http(400, None, "The image data you provided does not represent a valid image. Please check your input."),
    ),
    Case(
        "missing-data-role",
        "ours",
        http(
            401,
            "PermissionDenied",
            "The principal `99999999-2222-4333-8444-555555555555` lacks the required data action"
            " `Microsoft.CognitiveServices/accounts/OpenAI/files/write` to perform `POST /openai/v1/files` operation.",
        ),
    ),
    Case("deployment-too-new", "azure", http(404, "DeploymentNotFound", NOT_FOUND), {"age_seconds": 42}),
    Case("deployment-paused", "ours", http(404, "DeploymentNotFound", NOT_FOUND), {"paused": True}),
    Case("deployment-not-reached", "azure", http(404, "DeploymentNotFound", NOT_FOUND)),
    Case("deployment-name-wrong", "ours", http(404, "DeploymentNotFound", NOT_FOUND), {"deployment": "chat-smal"}),
    Case("deployment-name-wrong", "ours", http(404, "DeploymentNotFound", NOT_FOUND), {"deployment": "zebra"}),
    Case("deployment-name-wrong", "ours", http(404, "DeploymentNotFound", NOT_FOUND), {"models": None}),
    Case(
        "region-not-supported",
        "azure",
        http(404, "NotFound", "Azure OpenAI Responses API is not enabled in this region"),
    ),
    Case("wrong-path", "ours", http(404, "404", "Resource not found")),
    Case(
        "subdomain-missing",
        "ours",
        http(
            400,
            "BadRequest",
            "Please provide a custom subdomain for token authentication, otherwise API key is required.",
        ),
    ),
    Case(
        "api-version",
        "ours",
        http(
            400,
            "BadRequest",
            "Azure OpenAI Responses API is enabled only for api-version 2025-03-01-preview and later",
        ),
    ),
    Case(
        "content-filter",
        "ours",
        http(
            400,
            "content_filter",
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        ),
    ),
    Case(
        "model-retired",
        "ours",
        http(410, None, "The model associated with the deployment is deprecated and no longer available for use."),
    ),
    Case("model-retired", "ours", http(410, None, "Gone")),
    Case(
        "model-not-supported",
        "ours",
        http(
            400,
            "OperationNotSupported",
            "The responses operation does not work with the specified model, text-embedding-3-large. Please choose"
            " different model and try again.",
        ),
    ),
    Case("model-not-supported", "ours", http(400, None, "The requested operation is unsupported.")),
    Case(
        "parameter-refused",
        "ours",
        http(400, "unsupported_parameter", "Unsupported parameter: 'temperature' is not supported with this model."),
    ),
    Case(
        "parameter-refused",
        "ours",
        http(
            400,
            "integer_below_min_value",
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead.",
        ),
    ),
    Case(
        "service-capacity",
        "azure",
        http(429, "429", "The model is temporarily unable to process your request. Please try again later."),
    ),
    Case("service-capacity", "azure", http(429, None, "The system is currently experiencing high demand.")),
    Case("abuse-throttle", "ours", http(429, "429", "Rate limit is exceeded."), {"abuse_action": "Throttle"}),
    Case("ptu-full", "ours", http(429, "429", "Rate limit is exceeded."), {"provisioned": True}),
    Case("ptu-full", "ours", http(429, "429", "Provisioned-managed utilization is above 100%.")),
    Case(
        "rate-reduced",
        "azure",
        http(429, "429", "Rate limit is exceeded.", headers={"x-ratelimit-limit-tokens": "5000"}),
    ),
    Case(
        "rate-limit",
        "ours",
        http(
            429,
            "RateLimitReached",
            "Your requests to gpt-4.1 for gpt-4.1 in East US 2 have exceeded the call rate limit for your current"
            " AIServices S0 pricing tier.",
            retry_after="22",
        ),
    ),
    Case("rate-limit", "ours", http(429, "429", "Requests to this operation have been limited.")),
    Case("throttled", "azure", http(429, None, "Slow down.")),
    Case("request-timeout", "azure", http(408, "Timeout", "The operation was timeout.")),
    Case("conflict", "ours", http(409, "RequestConflict", "Another operation is being performed.")),
    Case("too-many-headers", "ours", http(431, None, "Request Header Fields Too Large")),
    Case("gateway-error", "azure", http(502, None, "Bad Gateway", content_type="text/html")),
    Case("service-error", "azure", http(500, "InternalServerError", "The server had an error.")),
    Case("service-error", "azure", http(503, None, "Service Unavailable")),
    Case(
        "quota-exhausted",
        "ours",
        http(
            400,
            "InsufficientQuota",
            "This operation require 50 new capacity in quota One Thousand Tokens Per Minute - gpt-4o - Standard, which"
            " is bigger than the current available capacity 10.",
        ),
    ),
    Case(
        "model-not-offered",
        "ours",
        http(400, "DeploymentModelNotSupported", "Creating account deployment is not supported by the model 'x'."),
    ),
    Case("model-deprecating", "ours", http(400, "ServiceModelDeprecating", "The model is in deprecation.")),
    Case(
        "model-retired",
        "ours",
        http(
            400,
            "ServiceModelDeprecated",
            "The model 'Format:OpenAI,Name:gpt-4o-mini,Version:2024-07-18' has been deprecated since 03/31/2026.",
        ),
    ),
    Case(
        "mcp-unreachable",
        "ours",
        http(
            424,
            "http_error",
            "Error retrieving tool list from MCP server: 'My_Server'. Http status code: 424 (Failed Dependency)",
        ),
    ),
    Case(
        "mcp-sign-in",
        "ours",
        http(
            424,
            "http_error",
            "Error retrieving tool list from MCP server: 'get-weather'. Http status code: 403 (Forbidden)",
        ),
    ),
    Case(
        "mcp-sign-in",
        "ours",
        http(
            401,
            "http_error",
            "Error retrieving tool list from MCP server: 'get-weather'. Http status code: 401 (Unauthorized)",
        ),
    ),
    Case(
        "tool-not-supported",
        "ours",
        http(400, None, "Hosted tool 'web_search_preview' is not supported with gpt-5-2025-08-07.", param="tools"),
    ),
    Case("tool-not-supported", "ours", http(400, None, "Unsupported tool type: mcp", type="invalid_request_error")),
    Case("mcp-approval", "ours", http(400, None, "MCP approval request with id 'mcpr_1' not found.")),
    Case("model-gated", "ours", http(400, "SpecialFeatureOrQuotaIdRequired", "The subscription lacks a feature.")),
    Case("name-soft-deleted", "ours", http(409, "FlagMustBeSetForRestore", "An existing resource was soft-deleted.")),
    Case("policy-denied", "ours", http(403, "RequestDisallowedByPolicy", "Resource was disallowed by policy.")),
    Case(
        "provider-not-registered",
        "ours",
        http(
            409,
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.CognitiveServices'.",
        ),
    ),
)
