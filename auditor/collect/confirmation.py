"""Says what was found before anything is asked of it, so that a wrong tenant or account is noticed at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from auditor.settings import Scope
from auditor.snapshot import Principal, Resource

MOST = 12
"""Accounts named one by one; more are counted."""


def confirmation(principal: Principal, cloud: str, scope: Scope, resources: Iterable[Resource]) -> tuple[str, ...]:
    """Lines for people: who looks where and what it may do there, then each account, its region and deployments."""
    found = tuple(resources)
    who = principal.name or principal.object_id or principal.app_id or "an unnamed principal"
    lines = [f"looking as {who} of tenant {principal.tenant_id or 'not told'} ({principal.credential}), cloud {cloud}"]
    lines += [f"subscription {one}: may {_granted(found, one)}" for one in scope.subscriptions]
    deployments: defaultdict[str, list[str]] = defaultdict(list)
    for one in found:
        if one.kind == "deployment" and one.parent:
            deployments[one.parent.lower()].append(_name(one.id))
    accounts = sorted((one for one in found if one.kind == "account"), key=lambda one: one.id.lower())
    for account in accounts[:MOST]:
        place = f"{_group(account.id)}/{_name(account.id)} in {account.body.get('location', 'an unknown region')}"
        lines.append(f"account {place}: {_some(sorted(deployments[account.id.lower()])) or 'no deployment seen'}")
    if len(accounts) > MOST:
        lines.append(f"and {len(accounts) - MOST} more accounts")
    if not accounts:
        lines.append("no account was seen")
    return tuple(lines)


def _granted(found: Iterable[Resource], subscription: str) -> str:
    """The actions and data actions that the service says are granted, as it says them."""
    scope = f"/subscriptions/{subscription}".lower()
    grants = [one.body for one in found if one.kind == "permission" and (one.parent or "").lower() == scope]
    if not grants:
        return "do what is not known: its permissions could not be read"
    words = {name for grant in grants for key in ("actions", "dataActions") for name in _names(grant.get(key))}
    return _some(sorted(words)) or "do nothing"


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")


def _group(arm_id: str) -> str:
    _, found, rest = arm_id.partition("/resourceGroups/")
    return rest.partition("/")[0] if found else "an unknown group"


def _name(arm_id: str) -> str:
    return arm_id.rpartition("/")[2]
