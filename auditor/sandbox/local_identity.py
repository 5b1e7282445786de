"""Identity endpoints that live beside the caller: App Service's managed identity and GitHub's token issuer.

The address of a virtual machine's metadata service, 169.254.169.254, is not loopback and so not ours to serve.
"""

from __future__ import annotations

import time
from uuid import uuid4

from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import LIFETIME, access_token, bearer, encode
from auditor.sandbox.wire import Answer, Ask, answer_error, answer_json
from auditor.sandbox.world import World

IDENTITY_PATH = "/msi/token"
GITHUB_PATH = "/github/token"
GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
ASSERTION_SECONDS = 300


def answer(world: World, ledger: Ledger, ask: Ask) -> Answer:
    """What the endpoint at this path says."""
    if ask.method == "GET" and ask.path == IDENTITY_PATH:
        return _managed_identity(world, ledger, ask)
    if ask.method == "GET" and ask.path == GITHUB_PATH:
        return _github(ledger, ask)
    return answer_error(404, "NotFound", f"{ask.path} is not served here", unknown=True)


def _managed_identity(world: World, ledger: Ledger, ask: Ask) -> Answer:
    """https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference"""
    if ask.headers.get("x-identity-header") != ledger.identity_secret:
        return answer_json(401, {"statusCode": 401, "message": "The X-IDENTITY-HEADER does not match."})
    resource = ask.query.get("resource", "")
    if not resource:
        return answer_json(400, {"statusCode": 400, "message": "Parameter resource is missing."})
    wanted = ask.query.get("client_id", world.identity.app_id)
    if wanted != world.identity.app_id:
        return answer_json(
            400,
            {
                "statusCode": 400,
                "message": "No User Assigned or Delegated Managed Identity found for specified "
                f"ClientId/ResourceId/PrincipalId {wanted}.",
            },
        )
    return answer_json(
        200,
        {
            "access_token": access_token(world, "login.microsoftonline.com", resource.rstrip("/")),
            "expires_on": str(int(time.time()) + LIFETIME),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": world.identity.app_id,
        },
    )


def _github(ledger: Ledger, ask: Ask) -> Answer:
    """https://docs.github.com/actions/reference/security/oidc"""
    if bearer(ask.headers.get("authorization", "")) != ledger.identity_secret:
        return answer_json(401, {"message": "Unauthorized"})
    token = assertion(GITHUB_ISSUER, "repo:contoso/release-gate:ref:refs/heads/main", ask.query.get("audience", ""))
    return answer_json(200, {"count": len(token), "value": token})


def assertion(issuer: str, subject: str, audience: str) -> str:
    """A fresh assertion of who runs, to be exchanged for a token."""
    now = int(time.time())
    claims = {
        "jti": f"sandbox-{uuid4()}",
        "iss": issuer,
        "sub": subject,
        "aud": audience or "https://github.com/contoso",
        "nbf": now - 5,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    return encode(claims)
