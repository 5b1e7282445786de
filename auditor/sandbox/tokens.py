"""Tokens without a signature: enough for clients that pass them on, worth nothing anywhere else."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any
from uuid import uuid4

from auditor.sandbox.world import World

LIFETIME = 3599
"""Seconds, as Entra's."""


def access_token(world: World, authority: str, audience: str) -> str:
    """A token for the world's identity, made now."""
    now = int(time.time())
    identity = world.identity
    return encode(
        {
            "aud": audience,
            "iss": f"https://sts.windows.net/{world.tenant}/"
            if authority.endswith(".com")
            else f"https://{authority}/{world.tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "appid": identity.app_id,
            "app_displayname": identity.name,
            "idtyp": "app",
            "oid": identity.object_id,
            "sub": identity.object_id,
            "tid": world.tenant,
            "uti": uuid4().hex,
            "ver": "1.0",
        }
    )


def encode(claims: dict[str, Any]) -> str:
    """The claims as an unsigned JSON Web Token (RFC 7519, section 6)."""
    parts = ({"typ": "JWT", "alg": "none"}, claims)
    return ".".join([*(_text(json.dumps(part).encode()) for part in parts), ""])


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of a token, unverified; None for what is no token."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return None
    return claims if isinstance(claims, dict) else None


def bearer(authorization: str) -> str:
    """What stands after `Bearer` in the header; empty where nothing does."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
