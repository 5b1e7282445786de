"""Who was granted what: role assignments and what is denied, indexed once for each subscription."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.part import Note
from auditor.policy.facts.roles import KIND as DEFINITION
from auditor.policy.facts.roles import Grant, Role, grant, role
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

ASSIGNMENT: Final = "role_assignment"
ELIGIBILITY: Final = "role_eligibility"
DENIAL: Final = "deny_assignment"

EVERYBODY: Final = "00000000-0000-0000-0000-000000000000"
"""The principal that stands for all: https://learn.microsoft.com/azure/role-based-access-control/deny-assignments."""

PAGE: Final = "https://learn.microsoft.com/azure/role-based-access-control/overview"

STRANGE: Final[Note] = (
    "not known: an assigned role is not among the definitions that were read, or something has a shape never seen",
    PAGE,
)

_GROUPS: Final = ("Group", "ForeignGroup", None)
"""What may hold others; who is in a group is told by Microsoft Graph alone. A type that is not told may be one."""


@dataclass(frozen=True)
class Assignment:
    """A role given to somebody, or one that somebody may activate."""

    principal: str
    """Object id, in lower case."""
    type: str | None
    """User, Group, ServicePrincipal, ForeignGroup or Device."""
    role: Role | None
    """None where its definition was not seen."""
    scope: str
    """Folded."""
    conditional: bool
    row: JsonObject
    """As rules see it."""

    @property
    def may_be_many(self) -> bool:
        """Whether it may give the role to more than the one who is named."""
        return self.type in _GROUPS

    @property
    def grant(self) -> Grant | None:
        """What it grants; None where that is not known."""
        return self.role.grant if self.role is not None else None


@dataclass(frozen=True)
class Denial:
    """What is denied, whatever roles grant."""

    scope: str
    own_scope_alone: bool
    grant: Grant | None
    """What it denies; None where that is not known."""
    principals: frozenset[str]
    groups: bool
    """Whether some of the principals may hold others."""
    excluded: frozenset[str]
    excluded_groups: bool

    def denies(self, principal: str, *, many: bool) -> bool | None:
        """Whether it concerns a principal, which may be `many`; None where that hangs on who is in a group."""
        if principal in self.excluded:
            return False
        if self.principals & {principal, EVERYBODY}:
            return None if self.excluded_groups or (many and self.excluded) else True
        return None if self.groups else False


Value = TypeVar("Value", Assignment, Denial)


@dataclass(frozen=True)
class Placed(Generic[Value]):
    """Things by the scope at which they stand."""

    by_scope: Mapping[str, tuple[Value, ...]]
    above: tuple[Value, ...]
    """At management groups above the subscription, or at the root."""

    def over(self, scope: str) -> Iterator[Value]:
        """Those at a scope of the subscription or above it, the nearest first."""
        at = fold(scope)
        while at:
            yield from self.by_scope.get(at, ())
            at = at.rpartition("/")[0]
        yield from self.above


@dataclass(frozen=True)
class Grants:
    """What the lists of one subscription tell; None where they were not read whole, or hold what nobody understands."""

    assignments: Placed[Assignment] | None = None
    eligible: Placed[Assignment] | None = None
    denials: Placed[Denial] | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)
    """Kind → the gap in its list."""
    readings: tuple[str, ...] = ()

    def why(self, *kinds: str) -> str | None:
        """The first gap among the lists that a fact rests on."""
        return next((self.gaps[kind] for kind in kinds if kind in self.gaps), None)


NOTHING_READ: Final = Grants()


def grants_by_subscription(seen: Seen) -> dict[str, Grants]:
    """What was read of each subscription, by its folded scope."""
    kinds = (ASSIGNMENT, DEFINITION, ELIGIBILITY, DENIAL)
    scopes = {scope for kind, scope in (*seen.listings, *seen.gaps) if kind in kinds}
    return {scope: _grants(scope, seen, kinds) for scope in sorted(scopes)}


def _grants(scope: str, seen: Seen, kinds: tuple[str, ...]) -> Grants:
    listings = {kind: found for kind in kinds if (found := seen.listing(kind, scope)) is not None}
    gaps = {kind: gap for kind in kinds if kind not in listings and (gap := seen.gap(kind, scope)) is not None}
    roles = {one.id: one for one in map(role, seen.children(DEFINITION, scope))} if DEFINITION in listings else None

    def placed(kind: str) -> Placed[Assignment] | None:
        return _assignments(kind, seen.children(kind, scope), roles) if kind in listings and roles is not None else None

    return Grants(
        assignments=placed(ASSIGNMENT),
        eligible=placed(ELIGIBILITY),
        denials=_placed(map(_denial, seen.children(DENIAL, scope))) if DENIAL in listings else None,
        gaps=gaps,
        readings=tuple(dict.fromkeys(reading for one in listings.values() for reading in one.readings)),
    )


def _assignments(kind: str, found: Iterable[Resource], roles: Mapping[str, Role]) -> Placed[Assignment] | None:
    """Those that may grant something that matters here."""
    read = (_assignment(kind, one, roles) for one in found)
    return _placed(one for one in read if one is None or one.grant is None or one.grant)


def _placed(values: Iterable[Value | None]) -> Placed[Value] | None:
    """The values by scope; None where one of them is not understood, since nobody knows what it would have changed."""
    by_scope: dict[str, list[Value]] = {}
    above: list[Value] = []
    for value in values:
        if value is None:
            return None
        (by_scope.setdefault(value.scope, []) if value.scope.startswith("/subscriptions/") else above).append(value)
    return Placed({scope: tuple(those) for scope, those in by_scope.items()}, tuple(above))


def _assignment(kind: str, resource: Resource, roles: Mapping[str, Role]) -> Assignment | None:
    body, _ = fill(kind, resource.body)
    properties = body.get("properties")
    principal, role_id = text(dig(properties, "principalId")), text(dig(properties, "roleDefinitionId"))
    scope = _scope(resource, properties)
    if principal is None or role_id is None or scope is None:
        return None
    given, type_ = roles.get(last(role_id).lower()), text(dig(properties, "principalType"))
    row: JsonObject = {
        "id": text(body.get("id")) or resource.id,
        "principal": principal.lower(),
        "role": given.name if given is not None else last(role_id),
        "role_id": last(role_id).lower(),
        "scope": scope,
    }
    return Assignment(
        principal=principal.lower(),
        type=type_,
        role=given,
        scope=fold(scope),
        conditional=dig(properties, "condition") not in (None, ""),
        row=row if type_ is None else {**row, "type": type_},
    )


def _denial(resource: Resource) -> Denial | None:
    body, _ = fill(DENIAL, resource.body)
    properties = body.get("properties")
    scope, alone = _scope(resource, properties), dig(properties, "doNotApplyToChildScopes")
    principals, excluded = (objects(dig(properties, name)) for name in ("principals", "excludePrincipals"))
    if scope is None or not isinstance(alone, bool) or principals is None or excluded is None:
        return None
    named, spared = _ids(principals), _ids(excluded)
    if named is None or spared is None:
        return None
    return Denial(
        scope=fold(scope),
        own_scope_alone=alone,
        grant=grant(dig(properties, "permissions")),
        principals=named,
        groups=any(one.get("type") in _GROUPS and one["id"].lower() != EVERYBODY for one in principals),
        excluded=spared,
        excluded_groups=any(one.get("type") in _GROUPS for one in excluded),
    )


def _ids(principals: list[JsonObject]) -> frozenset[str] | None:
    found = [text(one.get("id")) for one in principals]
    return None if None in found else frozenset(one.lower() for one in found if one is not None)


def _scope(resource: Resource, properties: Any) -> str | None:
    """Where it stands: as it says, or as its id does."""
    told = text(dig(properties, "scope"))
    head, found, _ = (text(resource.body.get("id")) or "").lower().rpartition("/providers/microsoft.authorization/")
    return told or (head or "/" if found else None)
