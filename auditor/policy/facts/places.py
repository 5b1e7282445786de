"""Where the settings look for accounts, and what was read there."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.policy.facts.arm_id import fold, is_arm_id, last, segment
from auditor.policy.facts.counted import KIND as ACCOUNT_RESOURCE
from auditor.policy.facts.seen import Seen
from auditor.settings import Scope, Settings, Workload


@dataclass(frozen=True)
class Places:
    """The settings' workloads and subscriptions, and which lists of accounts were read whole."""

    workloads: tuple[Workload, ...]
    subscriptions: tuple[str, ...]
    """As scopes."""
    limits: Scope
    seen: Seen
    unread_accounts: dict[str, str]
    """Name in lower case of each account that was listed and could not be read → the gap."""

    def listed(self, kind: str, scope: str) -> bool:
        """Whether that list was read whole."""
        return self.seen.listing(kind, scope) is not None

    def readings(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Of the lists of accounts of those subscriptions."""
        found = (self.seen.listing("account", scope) for scope in scopes)
        return tuple(dict.fromkeys(reading for listing in found if listing for reading in listing.readings))

    def known_by_resource_manager(self, account: str, scopes: tuple[str, ...]) -> str | None:
        """The id of an account of that name or id in those subscriptions, where the list of all resources has one."""
        wanted = fold(account) if is_arm_id(account) else account.lower()
        listed = (one.id for scope in scopes for one in self.seen.children(ACCOUNT_RESOURCE, scope))
        return next((one for one in listed if wanted in (fold(one), last(one).lower())), None)

    def may_leave_out(self, account: str) -> bool:
        """Whether the scope's limits, rather than its absence, may be why an account of that name was not found.

        Where only groups limit the scope, a bare name is looked for in these groups.
        """
        names = {name.lower() for name in self.limits.accounts}
        groups = {name.lower() for name in self.limits.resource_groups}
        group = segment(account, "resourceGroups") if is_arm_id(account) else None
        unnamed = bool(names) and last(account).lower() not in names
        elsewhere = bool(groups) and group is not None and group.lower() not in groups
        return bool(self.limits.tags) or unnamed or elsewhere


def places(settings: Settings, seen: Seen) -> Places:
    """Where the settings look, and what was read of it."""
    return Places(
        workloads=settings.workloads,
        subscriptions=tuple(dict.fromkeys(f"/subscriptions/{one.lower()}" for one in settings.scope.subscriptions)),
        limits=settings.scope,
        seen=seen,
        unread_accounts={
            last(scope): gap for (kind, scope), gap in seen.gaps.items() if kind == "account" and "/accounts/" in scope
        },
    )
