"""What governs accounts from above, found once for a join: locks, policies, exemptions, Defender's assessments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from auditor.policy.facts.arm_id import fold, subscription_scope
from auditor.policy.facts.assigned import Assigned, Exempted, assigned, exempted
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.snapshot import Resource

Thing = TypeVar("Thing")

_ACCOUNTS: Final = "/providers/microsoft.cognitiveservices/accounts/"


@dataclass(frozen=True)
class Governed:
    """Each kind by where it stands: the folded id of an account, of its group or of its subscription."""

    locks: dict[str, tuple[Resource, ...]]
    assignments: dict[str, tuple[Assigned, ...]]
    exemptions: dict[str, tuple[Exempted, ...]]
    states: dict[str, tuple[Resource, ...]]
    """By account alone."""
    assessments: dict[str, tuple[Resource, ...]]
    """By account alone."""
    titles: dict[str, str]
    """Folded id of a policy assignment, as Azure Policy tells it → its display name."""


def governed(seen: Seen, now: datetime) -> Governed:
    """All that was seen, looked through once."""
    assignments = seen.all_of("policy_assignment")
    titles = ((text(one.body.get("id")), text(dig(one.body, "properties", "displayName"))) for one in assignments)
    return Governed(
        locks=_by_scope(seen.all_of("lock"), lambda one: one),
        assignments=_by_scope(assignments, assigned),
        exemptions=_by_scope(seen.all_of("policy_exemption"), lambda one: exempted(one, now)),
        states=_by_account(seen.all_of("policy_state")),
        assessments=_by_account(seen.all_of("security_assessment")),
        titles={fold(arm_id): title for arm_id, title in titles if arm_id and title},
    )


def above(found: Mapping[str, tuple[Thing, ...]], account_id: str) -> tuple[Thing, ...]:
    """What stands at an account, at its group and at its subscription, or above that."""
    group = fold(account_id).partition("/providers/")[0]
    scopes = (fold(account_id), group, fold(subscription_scope(account_id) or ""))
    return tuple(one for scope in scopes for one in found.get(scope, ()))


def _by_scope(resources: Iterable[Resource], read: Callable[[Resource], Thing]) -> dict[str, tuple[Thing, ...]]:
    found: dict[str, list[Thing]] = {}
    for one in resources:
        found.setdefault(_scope(one), []).append(read(one))
    return {scope: tuple(those) for scope, those in found.items()}


def _scope(one: Resource) -> str:
    """Where it stands; for what a management group holds that is the subscription in which it was listed."""
    scope = fold(one.id).rpartition("/providers/")[0]
    own = fold(one.parent or "")
    return own if scope.startswith(f"{own}/providers/microsoft.management/") else scope


def _by_account(resources: Iterable[Resource]) -> dict[str, tuple[Resource, ...]]:
    found: dict[str, list[Resource]] = {}
    for one in resources:
        group, mark, rest = fold(one.id).partition(_ACCOUNTS)
        if mark:
            found.setdefault(f"{group}{mark}{rest.partition('/')[0]}", []).append(one)
    return {account: tuple(those) for account, those in found.items()}
