"""Microsoft Entra: discovery, and tokens for a client secret or a federated assertion."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from uuid import uuid4

from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import LIFETIME, access_token, claims_of
from auditor.sandbox.wire import Answer, Ask, answer_json
from auditor.sandbox.world import World

AUTHORITIES = {
    "login.microsoftonline.com": (
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net",
    ),
    "login.microsoftonline.us": ("login.microsoftonline.us", "login.usgovcloudapi.net"),
    "login.chinacloudapi.cn": ("login.chinacloudapi.cn", "login.partner.microsoftonline.cn"),
}
"""Authority → the names that it goes by."""

EXCHANGE_AUDIENCES = (
    "api://AzureADTokenExchange",
    "api://AzureADTokenExchangeUSGov",
    "api://AzureADTokenExchangeChina",
)
"""https://learn.microsoft.com/graph/api/resources/federatedidentitycredential"""

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_CHECK = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion."

REFUSALS = {
    50027: (401, "invalid_client", "JWT token is invalid or malformed."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type."),
    90002: (
        400,
        "invalid_request",
        (
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the"
            " correct cloud. Check with your subscription administrator, this may happen if there are no active"
            " subscriptions for the tenant."
        ),
    ),
    700016: (
        400,
        "unauthorized_client",
        (
            "Application with identifier '{app}' was not found in the directory 'Contoso'. This can happen if the"
            " application has not been installed by the administrator of the tenant or consented to by any user in the"
            " tenant. You may have sent your authentication request to the wrong tenant."
        ),
    ),
    53003: (
        400,
        "access_denied",
        ("Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."),
    ),
    700024: (401, "invalid_client", "Client assertion is not within its valid time range."),
    700211: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion issuer. {_CHECK}",
    ),
    700212: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion audience. {_CHECK}",
    ),
    700213: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion subject. {_CHECK}",
    ),
    1002012: (
        400,
        "invalid_scope",
        (
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with"
            " /.default suffixed to the resource identifier (application ID URI)."
        ),
    ),
    7000215: (
        401,
        "invalid_client",
        (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value,"
            " not the client secret ID, for a secret added to app '{app}'."
        ),
    ),
    7000222: (
        401,
        "invalid_client",
        (
            "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for"
            " your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security:"
            " https://aka.ms/certCreds."
        ),
    ),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
}
"""Number → HTTP status, OAuth error and words: https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""


def answer(world: World, ledger: Ledger, ask: Ask) -> Answer:
    """What the authority says."""
    segments = ask.path.strip("/").split("/")
    match ask.method, segments:
        case "GET", [_, "discovery", "instance"]:
            return _discovery(world, ask)
        case "GET", [tenant, "v2.0", ".well-known", "openid-configuration"]:
            return _configuration(world, ask.host, tenant)
        case "POST", [tenant, "oauth2", "v2.0", "token"]:
            return _token(world, ledger, ask, tenant)
    return answer_json(404, {"error": "not_found", "error_description": f"{ask.path} is not served here"}, unknown=True)


def _discovery(world: World, ask: Ask) -> Answer:
    found = [
        {"preferred_network": names[0], "preferred_cache": names[min(1, len(names) - 1)], "aliases": list(names)}
        for names in AUTHORITIES.values()
    ]
    endpoint = f"https://{ask.host}/{world.tenant}/v2.0/.well-known/openid-configuration"
    return answer_json(200, {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": found})


def _configuration(world: World, host: str, tenant: str) -> Answer:
    if tenant.lower() != world.tenant:
        return refusal(90002, tenant=tenant)
    base = f"https://{host}/{world.tenant}"
    return answer_json(
        200,
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid"],
            "subject_types_supported": ["pairwise"],
            "tenant_region_scope": "EU",
            "cloud_instance_name": host.removeprefix("login."),
        },
    )


def _token(world: World, ledger: Ledger, ask: Ask, tenant: str) -> Answer:
    form = dict(parse_qsl(ask.body.decode("utf-8", "replace")))
    scope = form.get("scope", "")
    number = _wrong(world, ledger, form, tenant)
    if number is not None:
        return refusal(number, tenant=tenant, scope=scope, app=form.get("client_id", ""))
    token = access_token(world, ask.host, scope.removesuffix("/.default"))
    return answer_json(
        200, {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}
    )


def _wrong(world: World, ledger: Ledger, form: Mapping[str, str], tenant: str) -> int | None:
    """Entra's number for what is wrong with a request for a token; None where nothing is."""
    if tenant.lower() != world.tenant:
        return 90002
    if form.get("grant_type") != "client_credentials":
        return 70003
    if form.get("client_id") != world.identity.app_id:
        return 700016
    wrong = _assertion_wrong(form) if "client_assertion" in form else _secret_wrong(form, ledger)
    wrong = wrong or world.sign_in_refused
    if wrong is None and not form.get("scope", "").endswith("/.default"):
        return 1002012
    return wrong


def _secret_wrong(form: Mapping[str, str], ledger: Ledger) -> int | None:
    if "client_secret" not in form:
        return 7000218
    return None if form["client_secret"] == ledger.client_secret else 7000215


def _assertion_wrong(form: Mapping[str, str]) -> int | None:
    """None for an assertion that a federated identity credential matches: a fresh one of the sandbox's own issuers."""
    claims = claims_of(form["client_assertion"])
    if claims is None or form.get("client_assertion_type") != JWT_BEARER:
        return 50027
    if claims.get("aud") not in EXCHANGE_AUDIENCES:
        return 700212
    if "sandbox" not in str(claims.get("jti")):
        return 700211
    fresh = float(claims.get("nbf", 0)) <= time.time() < float(claims.get("exp", 0))
    return None if fresh else 700024


def refusal(number: int, **words: str) -> Answer:
    """The error of that number as Entra words it.

    https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    """
    status, error, template = REFUSALS[number]
    trace, correlation = str(uuid4()), str(uuid4())
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    said = f"AADSTS{number}: {template.format_map(words)}"
    return answer_json(
        status,
        {
            "error": error,
            "error_description": f"{said} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
            "error_codes": [number],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        },
    )
