"""Who may call an account's models, list its keys or change it, as role assignments and deny assignments tell.

Who is in a group is told by Microsoft Graph alone: what a group holds counts as the group's, and whether a declared
identity that holds nothing itself is in a group that does is not known. A condition is not evaluated: an assignment
with one counts, and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.arm_id import fold, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.grants import ASSIGNMENT, DENIAL, NOTHING_READ, PAGE, STRANGE, Assignment, Grants
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.rights import Rights, rights
from auditor.policy.facts.roles import CALLS, KIND, LIST_KEYS, POWERS, RESPOND
from auditor.record import JsonObject
from auditor.settings import Workload

_IN_A_GROUP: Final[Note] = (
    "not known: it hangs on the groups that a declared identity is in, which Resource Manager does not tell",
    PAGE,
)
_OWN: Final[Note] = ("of its own assignments; what groups hold is not counted", PAGE)


def access(of: Around) -> Part:
    """`account.access`: who holds what at the account or above it, each list known only where it is whole."""
    subscription = subscription_scope(of.resource.id)
    grants = of.basis.grants.get(fold(subscription), NOTHING_READ) if subscription is not None else NOTHING_READ
    workloads = of.basis.intents.of_account(of.resource.id)
    identities = tuple(dict.fromkeys(one.lower() for workload in workloads for one in workload.identities))
    told = Telling()
    told.tell("identities", list(identities))
    over = rights(of.resource.id, grants)
    if over is None:
        gap = grants.why(ASSIGNMENT, KIND)
        for name in (*_LISTS, *_DENIABLE):
            told.tell(name, None, because=gap, note=STRANGE if gap is None and grants.readings else None)
        return told.done()
    _tell_lists(told, over, identities)
    _tell_deniable(told, over, workloads, grants)
    for name in (*_LISTS, *_DENIABLE):
        told.read(name, grants.readings)
    return told.done()


@dataclass(frozen=True)
class CallingRight:
    """Whether a principal may call the Responses API of an account; None where that is not known."""

    may: bool | None = None
    """Not known also where it hangs on who is in a group."""
    own: tuple[Assignment, ...] = ()
    """The assignments of its own that let it."""
    none_of_its_own: bool = False
    """Whether it is known that none of its own does."""


def calling_right(principal: str, account_id: str, grants: Grants) -> CallingRight:
    """By what a principal may call the Responses API."""
    over, who = rights(account_id, grants), principal.lower()
    if over is None:
        return CallingRight()
    mine = [(one, over.granted(one, who, RESPOND)) for one in over.assignments if one.principal == who]
    own = tuple(one for one in over.assignments if over.granted(one, who, RESPOND) is True)
    may = True if own else over.may(who, (RESPOND,))
    return CallingRight(may, own, over.understood and all(granted is False for _, granted in mine))


_LISTS: Final = ("conditional", "custom_broad_roles", "direct_users", "identity_powers", "wide")
_DENIABLE: Final = ("identities_lacking", "key_readers")


def _tell_lists(told: Telling, over: Rights, identities: Sequence[str]) -> None:
    """What is assigned, whether or not it is denied after all."""
    note = None if over.understood else STRANGE
    calling = list(over.calling())
    known = over.understood
    told.tell("conditional", [one.row for one in calling if one.conditional] if known else None, note=note)
    told.tell("custom_broad_roles", _broad_roles(over.assignments) if known else None, note=note)
    typed = known and all(one.type is not None for one in calling)
    users = [one.row for one in calling if one.type == "User"]
    told.tell("direct_users", users if typed else None, note=None if typed else STRANGE)
    told.tell("wide", [one.row for one in calling if _is_wide(one.scope)] if known else None, note=note)
    own = [one for one in over.assignments if one.principal in identities]
    mine = all(one.grant is not None for one in own)
    told.tell("identity_powers", _powers(own) if mine else None, note=_OWN if mine else STRANGE)


def _is_wide(scope: str) -> bool:
    """Whether a folded scope is a subscription or above one."""
    return not scope.startswith("/subscriptions/") or scope.count("/") <= 2  # noqa: PLR2004 - /subscriptions/{id}


def _powers(own: Iterable[Assignment]) -> list[JsonObject]:
    return [
        {**one.row, "action": action}
        for one in own
        for action in POWERS
        if one.grant is not None and action in one.grant.powers
    ]


def _broad_roles(assignments: Iterable[Assignment]) -> list[JsonObject] | None:
    """Custom roles that reach keys or all data by a wildcard; None where one does not say whether it is custom."""
    found: dict[str, JsonObject] = {}
    for one in assignments:
        if one.role is None or not one.role.broad:
            continue
        if one.role.custom is None:
            return None
        if one.role.custom:
            told = {"role": one.role.name, "role_id": one.role.id, "patterns": list(one.role.broad)}
            found.setdefault(one.role.id, {**told, "scope": one.row["scope"]})
    return list(found.values())


def _tell_deniable(told: Telling, over: Rights, workloads: Sequence[Workload], grants: Grants) -> None:
    """What is left once deny assignments are taken off."""
    if over.denials is None:
        gap = grants.why(DENIAL)
        for name in _DENIABLE:
            told.tell(name, None, because=gap, note=None if gap is not None else STRANGE)
        return
    told.tell("key_readers", _key_readers(over) if over.understood else None, note=None if over.understood else STRANGE)
    lacking, unclear = _lacking(over, workloads)
    doubt = _IN_A_GROUP if over.understood else STRANGE
    told.tell(
        "identities_lacking",
        lacking if lacking or not unclear else None,
        note=None if lacking or not unclear else doubt,
    )


def _key_readers(over: Rights) -> list[JsonObject]:
    """Each principal once; one that a deny assignment may stop counts."""
    found: dict[str, JsonObject] = {}
    for one in over.assignments:
        if one.grant is None or LIST_KEYS not in one.grant.powers or over.denied(one, LIST_KEYS) is True:
            continue
        row = found.setdefault(one.principal, {"principal": one.principal, "type": one.type or "not said", "roles": []})
        if one.row["role"] not in row["roles"]:
            row["roles"].append(one.row["role"])
    return list(found.values())


def _lacking(over: Rights, workloads: Sequence[Workload]) -> tuple[list[JsonObject], bool]:
    """Declared identities that surely may not call, with what each lacks; and whether others may not be."""
    lacking: list[JsonObject] = []
    unclear = False
    for workload in workloads:
        wanted = wanted_actions(workload)
        for identity in dict.fromkeys(one.lower() for one in workload.identities):
            may = over.may(identity, wanted)
            unclear = unclear or may is None
            if may is False:
                denied = any(one.principal == identity and _calls(one, wanted) for one in over.assignments)
                row = {"principal": identity, "action": wanted[0], "denied": denied, "workload": workload.name}
                lacking.append(row)
    return lacking, unclear


def _calls(one: Assignment, actions: Sequence[str]) -> bool:
    return one.grant is not None and not one.grant.calls.isdisjoint(actions)


def wanted_actions(workload: Workload) -> tuple[str, ...]:
    """Data actions of which an application needs one: that of the Responses API where it declares to use it."""
    return (RESPOND,) if any(one.features for one in workload.deployments) else CALLS
