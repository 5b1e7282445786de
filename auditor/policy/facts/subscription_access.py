"""Who owns a subscription, and which of its users hold power all the time rather than when they ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.grants import ASSIGNMENT, ELIGIBILITY, NOTHING_READ, STRANGE, Assignment, Grants
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.roles import KIND
from auditor.record import JsonObject

_PIM: Final = (
    "https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-resource-roles-assign-roles"
)
_ROLES: Final = "https://learn.microsoft.com/azure/role-based-access-control/best-practices"

_ACTIVATED: Final[Note] = (
    "not known: a group may activate the same role, and whether a user did so as its member is not told here",
    _PIM,
)
_EACH_ONCE: Final[Note] = ("a group counts as one, however many are in it", _ROLES)


def subscription_access(scope: str, found: Mapping[str, Grants]) -> Part:
    """`subscription.access`: what is assigned at the subscription or above it; what is below is not counted."""
    grants = found.get(fold(scope), NOTHING_READ)
    active = None if grants.assignments is None else list(grants.assignments.over(scope))
    eligible = None if grants.eligible is None else list(grants.eligible.over(scope))
    told = Telling()

    def tell(name: str, value: list[JsonObject] | None, note: Note | None, *kinds: str) -> None:
        """A fact, and what it rests on or why it is not known; of what was never asked nothing is said."""
        gap = grants.why(*kinds) if value is None else None
        told.tell(name, value, because=gap, note=note if gap is None and grants.readings else None)
        told.read(name, grants.readings if value is not None else ())

    owners, may_own = _owners(active), _owners(eligible)
    tell("owners", owners, STRANGE if owners is None else _EACH_ONCE, ASSIGNMENT, KIND)
    tell("eligible_owners", may_own, STRANGE if may_own is None else _EACH_ONCE, ELIGIBILITY, KIND)
    standing, sure = _standing(active, eligible)
    doubt = STRANGE if standing is None else _ACTIVATED
    known = standing if standing or sure else None
    tell("standing", known, doubt if known is None else None, ASSIGNMENT, KIND, ELIGIBILITY)
    return told.done()


def _owners(assignments: Iterable[Assignment] | None) -> list[JsonObject] | None:
    """Each principal once; None where it is not known of some assignment what it grants."""
    if assignments is None:
        return None
    found: dict[str, JsonObject] = {}
    for one in assignments:
        owns = one.role.owns if one.role is not None else None
        if owns is None:
            return None
        if owns:
            found.setdefault(one.principal, one.row)
    return list(found.values())


def _standing(
    active: list[Assignment] | None, eligible: list[Assignment] | None
) -> tuple[list[JsonObject] | None, bool]:
    """Users whose power is surely not one that they activated, and whether that is all of them."""
    if active is None or any(one.type is None or one.role is None or one.role.privileged is None for one in active):
        return None, False
    powerful = [one for one in active if one.type == "User" and one.role is not None and one.role.privileged]
    if not powerful:
        return [], True
    if eligible is None:
        return None, False
    theirs = {(one.principal, one.row["role_id"]) for one in eligible}
    shared = {one.row["role_id"] for one in eligible if one.may_be_many}
    permanent = [one for one in powerful if (one.principal, one.row["role_id"]) not in theirs]
    sure = [one.row for one in permanent if one.row["role_id"] not in shared]
    return sure, len(sure) == len(permanent)
