"""Who may call a model endpoint, from where, and with what."""

from __future__ import annotations

import re
import time

from auditor.sandbox.account import Account
from auditor.sandbox.answers import said
from auditor.sandbox.dns import leads_outside
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import bearer, claims_of
from auditor.sandbox.wildcards import matches_any
from auditor.sandbox.wire import Answer, Ask
from auditor.sandbox.world import World

SIBLINGS = {".us": (".com", ".us"), ".cn": (".com", ".cn")}
"""Ending of a host → how the public cloud's audience is spelled in that cloud."""


def refusal(world: World, ledger: Ledger, ask: Ask, account: Account | None) -> Answer | None:
    """Why the call is turned away before anybody looks at it; None where it is let in."""
    if account is not None:
        reach = world.lets_in(account, publicly=leads_outside(world, ask.host))
        if reach != "yes":
            return said("firewall" if reach == "firewall" else "public-access-disabled")
    token = bearer(ask.headers.get("authorization", ""))
    claims = claims_of(token) if token else None
    if claims is not None:
        return _token_refused(world, ask, account, claims)
    return _key_refused(ledger, account, ask.headers.get("api-key", "") or token)


def account_of_key(world: World, ledger: Ledger, ask: Ask) -> Account | None:
    """The account whose key a call to a regional endpoint carries."""
    key = ask.headers.get("api-key", "") or bearer(ask.headers.get("authorization", ""))
    region = ask.host.partition(".")[0]
    here = (account for account in world.accounts.values() if account.region == region)
    return next((account for account in here if key in ledger.keys_of(account)), None)


_THINGS = (
    (re.compile(r"/openai(?:/v1)?/vector_stores(/|$)"), "OpenAI/assistants/vector_stores", "AIServices/assets"),
    (re.compile(r"/openai(?:/v1)?/files(/|$)"), "OpenAI/files", "AIServices/assets"),
)
"""What a path is about → its part of the data action, of an account and of a project.

https://learn.microsoft.com/azure/ai-foundry/concepts/disable-preview-features,
https://github.com/microsoft/microsoft-foundry-for-vscode/issues/247
"""


def action_of(ask: Ask) -> str:
    """The data action that the call needs.

    https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning#microsoftcognitiveservices
    """
    project = ask.path.startswith("/api/projects/")
    verb = {"GET": "read", "DELETE": "delete"}.get(ask.method, "write")
    found = next((thing for pattern, *things in _THINGS if pattern.search(ask.path) for thing in things[project:]), "")
    thing = found or f"{'AIServices' if project else 'OpenAI'}/responses"
    return f"Microsoft.CognitiveServices/accounts/{thing}/{verb}"


def _key_refused(ledger: Ledger, account: Account | None, key: str) -> Answer | None:
    if not key:
        return said("no-token")
    off = account is not None and account.properties.get("disableLocalAuth") is True
    if account is not None and off and "keys" not in account.lax:
        return said("keys-disabled")
    if account is None or account.stale_keys or key not in ledger.keys_of(account):
        return said("wrong-key")
    return None


def _token_refused(world: World, ask: Ask, account: Account | None, claims: dict[str, object]) -> Answer | None:
    if account is None:
        return said("no-subdomain")
    audience = str(claims.get("aud", "")).rstrip("/")
    expired = float(str(claims.get("exp", 0))) < time.time()
    if expired or audience not in _audiences(world, ask.host):
        return said("wrong-audience")
    if claims.get("tid") != (account.tenant or world.tenant):
        return said("wrong-tenant")
    action = action_of(ask)
    granted = any(matches_any(permission.data_actions, action) for permission in world.identity.permissions)
    if not granted or matches_any((*world.denied_data_actions, *account.denied_data_actions), action):
        operation = f"{ask.method} {ask.path}"
        return said("no-role", principal=world.identity.object_id, action=action, operation=operation)
    return None


def _audiences(world: World, host: str) -> tuple[str, ...]:
    public, here = SIBLINGS.get(host[-3:], ("", ""))
    return tuple(audience.removesuffix(public) + here for audience in world.audiences)
