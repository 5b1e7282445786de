"""Policies that would refuse what a workload plans: built-in definitions whose rule and parameters can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from auditor.policy.facts.arm_id import fold, is_arm_id, last, region, segment
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.catalogue import Entry
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig, text, texts
from auditor.policy.facts.target import Target
from auditor.record import JsonObject
from auditor.snapshot import Resource

ASSIGNMENT: Final = "policy_assignment"

_STRUCTURE: Final = "https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure"

_BUILT_IN: Final = "/providers/microsoft.authorization/policydefinitions/"


@dataclass(frozen=True)
class _Ask:
    """What one assignment is held against."""

    target: Target
    place: str | None
    """The region in which the account is or will be."""
    entries: tuple[tuple[str, Entry | None], ...]
    """Deployment name → what the region's catalogue lists for it."""
    parameters: JsonObject


_Objections = Iterator[str | None]
"""Each a sentence's end; None for one of which it is not known whether there is one."""


@dataclass(frozen=True)
class _Definition:
    """A built-in definition and what it would deny.

    https://github.com/Azure/azure-policy/tree/master/built-in-policies/policyDefinitions
    """

    title: str
    effect: str
    """What happens where the assignment says nothing."""
    objections: Callable[[_Ask], _Objections]


def plan_policies(of: Target, basis: Basis) -> Part:
    """`policy_denials` and `policies_not_judged` of a workload.

    What an initiative holds, and what custom definitions say, is not judged: they are counted. Exemptions are not seen.
    """
    told = Telling()
    unread = [scope for scope in of.subscriptions if basis.seen.listing(ASSIGNMENT, scope) is None]
    if unread or of.subscription is None:
        gap = basis.seen.why(*((ASSIGNMENT, scope) for scope in unread))
        told.tell("policy_denials", None, because=gap)
        told.tell("policies_not_judged", None, because=gap)
        return told.done()
    listing = basis.seen.listing(ASSIGNMENT, of.subscription)
    told.read("policy_denials", listing.readings if listing is not None else ())
    denials: list[str] = []
    undecided: list[str] = []
    others = 0
    for one in basis.seen.children(ASSIGNMENT, of.subscription):
        found = _definition(one.body)
        if found is None:
            others += 1
            continue
        for objection in _objections(found, one, of, basis):
            title = f"{found.title} (assignment {text(one.body.get('name')) or last(one.id)})"
            (undecided if objection is None else denials).append(
                title if objection is None else f"{title}: {objection}"
            )
    note: Note = (
        f"not known: {', '.join(list(dict.fromkeys(undecided))[:3])} may apply and can't be read to its end",
        _STRUCTURE,
    )
    told.tell(
        "policy_denials",
        None if undecided and not denials else sorted(denials),
        note=note if undecided and not denials else None,
    )
    told.tell("policies_not_judged", others)
    return told.done()


def _objections(found: _Definition, assigned: Resource, of: Target, basis: Basis) -> _Objections:
    """What an assignment has against the plan; None for each where it can't be told whether it is in force."""
    properties = assigned.body.get("properties")
    if not isinstance(properties, dict):
        yield None
        return
    parameters = properties.get("parameters") or {}
    effect = text(dig(parameters, "effect", "value")) or found.effect
    if (text(properties.get("enforcementMode")) or "").lower() == "donotenforce" or effect.lower() != "deny":
        return
    applies = _applies(properties, of)
    if applies is False:
        return
    place = last(of.location) if of.location is not None else None
    asked = _Ask(of, place, tuple(_entries(of, basis)), parameters if isinstance(parameters, dict) else {})
    for objection in found.objections(asked):
        yield objection if applies else None


def _applies(properties: JsonObject, of: Target) -> bool | None:
    """Whether the assignment covers the account; of one named without its group nobody knows what leaves it out."""
    scope, left_out = text(properties.get("scope")), texts(properties.get("notScopes") or [])
    if scope is None or left_out is None or properties.get("overrides") or properties.get("resourceSelectors"):
        return None
    if of.home is not None:
        account: str | None = of.home.id
    else:
        account = of.workload.account if is_arm_id(of.workload.account) else None
    whole = fold(of.subscription or "")
    if any(whole == fold(one) for one in left_out):
        return False
    left_out = [one for one in left_out if fold(one).startswith(f"{whole}/")]
    if account is not None:
        below = segment(scope, "subscriptions") is None or f"{fold(account)}/".startswith(f"{fold(scope)}/")
        return below and not any(f"{fold(account)}/".startswith(f"{fold(one)}/") for one in left_out)
    if segment(scope, "resourceGroups") is not None:
        return None
    return None if left_out else True


def _entries(of: Target, basis: Basis) -> Iterator[tuple[str, Entry | None]]:
    for expected in of.workload.deployments:
        if of.location is None or not of.kinds:
            yield expected.name, None
            continue
        found = basis.catalogue(of.location).find(of.kinds, expected.format, expected.model, expected.version)
        yield expected.name, found.entry


def _locations(ask: _Ask) -> _Objections:
    """`location` not among `listOfAllowedLocations`; regions may be written with blanks."""
    allowed = _list(ask.parameters, "listOfAllowedLocations")
    if ask.target.exists:
        return
    if ask.target.exists is None or allowed is None or ask.place is None:
        yield None
    elif ask.place not in {region(name) for name in allowed}:
        yield f"not in {ask.place}"


def _local_auth(ask: _Ask) -> _Objections:
    """`disableLocalAuth` not true, as it will be where keys are to be allowed."""
    if ask.target.workload.authentication == "keys-allowed" and not ask.target.exists:
        yield "no account that accepts keys" if ask.target.exists is False else None


def _network(ask: _Ask) -> _Objections:
    """`publicNetworkAccess` not Disabled and `networkAcls.defaultAction` not Deny, as it will be where it is public."""
    if ask.target.workload.network == "public" and not ask.target.exists:
        yield "no account that is open to every network" if ask.target.exists is False else None


def _models(ask: _Ask) -> _Objections:
    """Neither the publisher among `allowedPublishers`, nor any of `allowedAssetIds` within the model's asset id."""
    publishers = _list(ask.parameters, "allowedPublishers", [])
    assets = _list(ask.parameters, "allowedAssetIds", [])
    for name, entry in ask.entries:
        if publishers is None or assets is None:
            yield None
            continue
        told = entry.model if entry is not None else {}
        asset, publisher = text(told.get("modelCatalogAssetId")), text(told.get("publisher"))
        by_asset = _any(assets, asset, lambda allowed, told: allowed in told)
        by_publisher = _any(publishers, publisher, lambda allowed, told: allowed == told)
        if not (by_asset or by_publisher):
            yield None if by_asset is None or by_publisher is None else f"not the model of {name}"


def _any(allowed: list[str], told: str | None, matches: Callable[[str, str], bool]) -> bool | None:
    """Whether any matches what the catalogue tells, without regard to case; an empty list never does."""
    if not allowed:
        return False
    return None if told is None else any(matches(one.lower(), told.lower()) for one in allowed)


def _list(parameters: JsonObject, name: str, default: list[str] | None = None) -> list[str] | None:
    value: Any = dig(parameters, name, "value")
    return default if value is None else texts(value)


DEFINITIONS: Final = {
    "e56962a6-4747-49cd-b67b-bf8b01975c4c": _Definition("Allowed locations", "Deny", _locations),
    "71ef260a-8f18-47b7-abcb-62d0673d94dc": _Definition("Key access disabled", "Audit", _local_auth),
    "037eea7a-bd0a-46c5-9a66-03aea78705d3": _Definition("Network access restricted", "Audit", _network),
    "aafe3651-cb78-4f68-9f81-e7e41509110f": _Definition("Approved registry models", "Audit", _models),
}
"""Name of the definition → what is known of it; the effect is that of the definition where no assignment says one."""


def _definition(body: JsonObject) -> _Definition | None:
    found = text(dig(body, "properties", "policyDefinitionId")) or ""
    known = found.lower().startswith(_BUILT_IN)
    return DEFINITIONS.get(last(found).lower()) if known else None
