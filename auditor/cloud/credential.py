"""Who asks: the first credential of the chain that gives a token, its tokens kept until shortly before they expire."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential

from auditor.cloud.deadline import Deadline
from auditor.cloud.links import LINKS, NotConfiguredError, SignIn
from auditor.cloud.redaction import MASK, bounded
from auditor.errors import SignInError
from auditor.record import JsonObject
from auditor.snapshot import Principal

REFRESH_BEFORE = 300
"""Seconds before its expiry that a token is renewed."""

FRESH_SECONDS = 60.0
"""So long a token is used whatever its expiry says: where this machine's clock is hours ahead of Azure's, a managed
identity's tokens seem to have expired when they come, and each request would ask for another."""

LINK_SECONDS = 30.0
"""The longest that one credential of the chain is waited for."""

_SECRET_VARIABLES = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")


class CachingCredential:
    """Gives each token from memory while it lasts; many who ask at once share one request."""

    def __init__(self, source: AsyncTokenCredential) -> None:
        self._source = source
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._came: dict[tuple[str, ...], float] = {}
        """When each came, by the monotonic clock."""
        self._locks: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """A token for these scopes with at least five minutes left, or just come; a claims challenge gets a new one."""
        key = (tenant_id or "", *scopes)
        async with self._locks[key]:
            known = self._tokens.get(key)
            if known and not claims and (known.expires_on - time.time() > REFRESH_BEFORE or self._is_fresh(key)):
                return known
            options = {"claims": claims, "tenant_id": tenant_id, "enable_cae": enable_cae}
            kwargs |= {name: value for name, value in options.items() if value}
            try:
                self._tokens[key] = await self._source.get_token(*scopes, **kwargs)
            except Exception:
                if known and not claims and known.expires_on > time.time():
                    return known  # sign-in falters, and what we hold is still good
                raise
            self._came[key] = time.monotonic()
            return self._tokens[key]

    def _is_fresh(self, key: tuple[str, ...]) -> bool:
        return time.monotonic() - self._came[key] < FRESH_SECONDS

    async def close(self) -> None:
        """Closes the credential's own connections."""
        await self._source.close()

    async def __aenter__(self) -> CachingCredential:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


async def sign_in(
    names: Sequence[str], how: SignIn, scope: str, deadline: Deadline
) -> tuple[CachingCredential, Principal, tuple[str, ...]]:
    """The credential that gave a token for `scope`, who it is, and what became of each link that was tried.

    A link that is not configured is passed over; one that fails is said with its error, and the chain goes on.
    Raises SignInError when the chain is at its end.
    """
    tried: list[str] = []
    for name in names:
        try:
            credential = CachingCredential(await LINKS[name](how))
            token = await _first_token(credential, scope, deadline)
        except NotConfiguredError as error:
            tried.append(f"{name}: not configured ({error})")
        except Exception as error:  # noqa: BLE001 (whatever a credential raises, the next one is tried)
            tried.append(f"{name}: failed ({_words(error, how.environ)})")
        else:
            tried.append(f"{name}: signed in")
            return credential, principal_of(token.token, name), tuple(tried)
    if deadline.passed:
        raise SignInError(
            "the run's deadline passed before a credential gave a token:\n" + "\n".join(f"  {line}" for line in tried),
            next_step="give the run more time: deadline_seconds in settings, or --deadline",
        )
    raise SignInError(
        "no credential gave a token:\n" + "\n".join(f"  {line}" for line in tried),
        next_step="az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; "
        "in GitHub Actions give the job `permissions: id-token: write`; `credentials` in settings says what is tried",
    )


async def _first_token(credential: CachingCredential, scope: str, deadline: Deadline) -> AccessToken:
    try:
        async with asyncio.timeout(min(LINK_SECONDS, deadline.remaining)):
            return await credential.get_token(scope)
    except BaseException:
        await credential.close()
        raise


def principal_of(token: str, credential: str) -> Principal:
    """Who a token speaks for, from its claims, which are read and not verified; unknown where it is opaque."""
    claims = _claims(token)

    def text(*names: str) -> str | None:
        found = (claims.get(name) for name in names)
        return next((bounded(value, 200) for value in found if isinstance(value, str) and value), None)

    return Principal(
        credential=credential,
        tenant_id=text("tid"),
        object_id=text("oid"),
        app_id=text("appid", "azp"),
        name=text("name", "upn", "unique_name", "preferred_username", "app_displayname"),
    )


def _claims(token: str) -> JsonObject:
    parts = token.split(".")
    if len(parts) < 2:  # noqa: PLR2004 (a JSON Web Token has a header and a payload)
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


def _words(error: Exception, environ: Mapping[str, str]) -> str:
    text = str(error) or ("took too long" if isinstance(error, TimeoutError) else type(error).__name__)
    for name in _SECRET_VARIABLES:
        if secret := environ.get(name):
            text = text.replace(secret, MASK)
    return bounded(text, 300)
