"""What Azure Policy asks of an account: what it breaks, which policies are in force above it, and what is exempted."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.arm_id import fold, last, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.assigned import ENFORCED, NOT_ENFORCED
from auditor.policy.facts.governed import above
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import text
from auditor.snapshot import Listing, Resource

ASSIGNMENT: Final = "policy_assignment"
EXEMPTION: Final = "policy_exemption"
STATE: Final = "policy_state"

_ASSIGNMENTS: Final = "https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure"
_EXEMPTIONS: Final = "https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure"
_STATES: Final = "https://learn.microsoft.com/azure/governance/policy/concepts/compliance-states"
_STRANGE_STATE: Final[Note] = ("not understood: a compliance state of no known shape", _STATES)
_STRANGE_ASSIGNMENT: Final[Note] = ("not understood: a policy assignment of no known shape", _ASSIGNMENTS)
_STRANGE_EXEMPTION: Final[Note] = ("not understood: a policy exemption of no known shape", _EXEMPTIONS)


def policy(of: Around) -> Part:
    """`account.policy`; each of its members rests on a list of its own, and is not known without it."""
    told = Telling()
    _tell_states(told, of)
    _tell_assignments(told, of)
    _tell_exemptions(told, of)
    return told.done()


def _tell_states(told: Telling, of: Around) -> None:
    """`violations`: each broken policy, as `assignment: policy`, with the part of the account that breaks it.

    `violated` are the display names of those assignments, which the list of assignments alone tells.
    """
    listing, gap = _listing(of, STATE)
    if listing is None:
        told.tell("violations", None, because=gap)
        told.tell("violated", None, because=gap)
        return
    found = of.basis.governed.states.get(fold(of.resource.id), ())
    states = [(text(one.body.get("complianceState")) or "").lower() for one in found]
    broken = [one for one, state in zip(found, states, strict=True) if state == "noncompliant"]
    violations = [_violation(one, of) for one in broken]
    known = all(states) and all(violations)
    told.read("violations", listing.readings)
    told.tell("violations", sorted(filter(None, violations)) if known else None, note=None if known else _STRANGE_STATE)
    assigned, gap = _listing(of, ASSIGNMENT)
    if assigned is None or not known:
        told.tell("violated", None, because=gap)
        return
    titles = of.basis.governed.titles
    names = {titles.get(fold(assignment)) for one in broken if (assignment := text(one.body.get("policyAssignmentId")))}
    told.read("violated", [*listing.readings, *assigned.readings])
    told.tell("violated", sorted(filter(None, names)))


def _violation(state: Resource, of: Around) -> str | None:
    body = state.body
    assignment = text(body.get("policyAssignmentId"))
    broken = text(body.get("policyDefinitionReferenceId")) or text(body.get("policyDefinitionName"))
    if assignment is None or broken is None:
        return None
    resource = text(body.get("resourceId")) or ""
    part = "" if fold(resource) == fold(of.resource.id) else f" (on {last(resource)})"
    return f"{text(body.get('policyAssignmentName')) or last(assignment)}: {broken}{part}"


def _tell_assignments(told: Telling, of: Around) -> None:
    """`enforced` and `not_enforced`: names of policies and initiatives assigned above it, in lower case.

    A name is the last part of a definition's id. What one assignment enforces is not told as `not_enforced` because
    another one of it is a trial. The members of an initiative are not told apart.
    """
    listing, gap = _listing(of, ASSIGNMENT)
    if listing is None:
        told.tell("enforced", None, because=gap)
        told.tell("not_enforced", None, because=gap)
        return
    account = fold(of.resource.id)
    found = [one for one in above(of.basis.governed.assignments, of.resource.id) if one.holds_for(account)]
    known = all(one.known for one in found)
    enforced = {one.definition for one in found if one.definition and one.mode == ENFORCED}
    trials = {one.definition for one in found if one.definition and one.mode == NOT_ENFORCED} - enforced
    for member, names in (("enforced", enforced), ("not_enforced", trials)):
        told.read(member, listing.readings)
        told.tell(member, sorted(names) if known else None, note=None if known else _STRANGE_ASSIGNMENT)


def _tell_exemptions(told: Telling, of: Around) -> None:
    """`exemptions` above it, counted, and `unjustified_exemptions`: those that lack an end or a reason, or are over."""
    listing, gap = _listing(of, EXEMPTION)
    if listing is None:
        told.tell("exemptions", None, because=gap)
        told.tell("unjustified_exemptions", None, because=gap)
        return
    found = above(of.basis.governed.exemptions, of.resource.id)
    told.read("exemptions", listing.readings)
    told.read("unjustified_exemptions", listing.readings)
    told.tell("exemptions", len(found))
    known = all(one.faults is not None for one in found)
    named = [f"{one.title}: {', '.join(one.faults)}" for one in found if one.faults]
    told.tell("unjustified_exemptions", sorted(named) if known else None, note=None if known else _STRANGE_EXEMPTION)


def _listing(of: Around, kind: str) -> tuple[Listing | None, str | None]:
    """The proof that a subscription's list was read whole, or the gap in its place."""
    scope = subscription_scope(of.resource.id) or ""
    listing = of.basis.seen.listing(kind, scope)
    return listing, of.basis.seen.gap(kind, scope) if listing is None else None
