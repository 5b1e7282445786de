"""Which of the accounts that were read the audit is about."""

from __future__ import annotations

from auditor.policy.facts.arm_id import last, segment
from auditor.policy.facts.intent import Intents
from auditor.settings import Scope
from auditor.snapshot import Resource


def in_scope(account: Resource, scope: Scope, intents: Intents) -> bool:
    """Whether the settings' scope holds the account; one that a workload names is always in it."""
    return bool(intents.of_account(account.id)) or (
        _among(segment(account.id, "subscriptions"), scope.subscriptions)
        and (not scope.resource_groups or _among(segment(account.id, "resourceGroups"), scope.resource_groups))
        and (not scope.accounts or _among(last(account.id), scope.accounts))
        and _tagged(account, scope.tags)
    )


def _among(name: str | None, names: tuple[str, ...]) -> bool:
    return name is not None and name.lower() in {one.lower() for one in names}


def _tagged(account: Resource, tags: dict[str, str]) -> bool:
    """Tag names compare without case, values with it: the documentation of Azure's tags."""
    found = account.body.get("tags")
    have = {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else {}
    return all(have.get(name.lower()) == value for name, value in tags.items())
