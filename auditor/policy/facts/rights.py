"""What is assigned and denied at one place and above it, added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.grants import Assignment, Denial, Grants
from auditor.policy.facts.logic import any_of


@dataclass(frozen=True)
class Rights:
    """All of it at one place; made by `rights`."""

    assignments: tuple[Assignment, ...]
    denials: tuple[Denial, ...] | None
    """None: not known."""

    @property
    def understood(self) -> bool:
        """Whether it is known of each assignment what it grants."""
        return all(one.grant is not None for one in self.assignments)

    def calling(self) -> Iterator[Assignment]:
        """Those by which models may be called."""
        return (one for one in self.assignments if one.grant is not None and one.grant.calls)

    def denied(self, assignment: Assignment, action: str) -> bool | None:
        """Whether what an assignment grants is denied after all; None where that is not known."""
        if self.denials is None:
            return None
        return any_of(
            None if one.grant is None else one.denies(assignment.principal, many=assignment.may_be_many)
            for one in self.denials
            if one.grant is None or action in one.grant
        )

    def may(self, principal: str, actions: Iterable[str]) -> bool | None:
        """Whether a principal, in lower case, may do any of the actions; None where that hangs on what is not known.

        What a group holds may be the principal's; a condition of an assignment is not looked at.
        """
        wanted = tuple(actions)
        return any_of(self.granted(one, principal, action) for one in self.assignments for action in wanted)

    def granted(self, one: Assignment, principal: str, action: str) -> bool | None:
        """Whether one assignment lets a principal do an action."""
        own = one.principal == principal
        if not own and not one.may_be_many:
            return False
        if one.grant is None:
            return None
        if action not in one.grant:
            return False
        denied = self.denied(one, action)
        if denied is True:
            return False
        return True if own and denied is False else None


def rights(place: str, grants: Grants) -> Rights | None:
    """What is assigned and denied at an id and above it; None where the assignments are not known."""
    if grants.assignments is None:
        return None
    at, denials = fold(place), grants.denials
    return Rights(
        assignments=tuple(grants.assignments.over(at)),
        denials=None
        if denials is None
        else tuple(one for one in denials.over(at) if one.scope == at or not one.own_scope_alone),
    )
