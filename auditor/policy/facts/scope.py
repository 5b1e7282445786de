"""Which of the accounts that were read the audit is about."""

from __future__ import annotations

from auditor.policy.facts.arm_id import last, segment
from auditor.policy.facts.intent import Intents
from auditor.settings import Scope
from auditor.snapshot import Resource


def in_scope(account: Resource, scope: Scope, intents: Intents) -> bool:
    """Whether the settings' scope holds the account; one that a workload names is always in it."""
    return bool(intents.of_account(account.id)) or within(account, scope)


def within(account: Resource, scope: Scope) -> bool:
    """Whether every limit of the settings' scope holds it; needs no more of it than its id and its tags."""
    return outside_by(account, scope) is None


def outside_by(account: Resource, scope: Scope) -> str | None:
    """The first member of the settings' scope that leaves it out; None where none does."""
    limits = {
        "scope.subscriptions": _among(segment(account.id, "subscriptions"), scope.subscriptions),
        "scope.resource_groups": not scope.resource_groups
        or _among(segment(account.id, "resourceGroups"), scope.resource_groups),
        "scope.accounts": not scope.accounts or _among(last(account.id), scope.accounts),
        "scope.tags": _tagged(account, scope.tags),
    }
    return next((limit for limit, holds in limits.items() if not holds), None)


def _among(name: str | None, names: tuple[str, ...]) -> bool:
    return name is not None and name.lower() in {one.lower() for one in names}


def _tagged(account: Resource, tags: dict[str, str]) -> bool:
    """Tag names compare without case, values with it: the documentation of Azure's tags."""
    found = account.body.get("tags")
    have = {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else {}
    return all(have.get(name.lower()) == value for name, value in tags.items())
