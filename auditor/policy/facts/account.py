"""An account with all that belongs to it: endpoints and zones, diagnostic settings, SKU, and who declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from auditor.policy.facts.access import access
from auditor.policy.facts.account_data import account_data, lost_identities
from auditor.policy.facts.account_sku import account_sku
from auditor.policy.facts.alerts import alerts, has_provisioned
from auditor.policy.facts.arm_id import last, location_scope, region, subscription_scope
from auditor.policy.facts.around import Around
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.cost import cost
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.defender import defender
from auditor.policy.facts.diagnostics import diagnostics
from auditor.policy.facts.encryption_key import encryption_key
from auditor.policy.facts.foundry import foundry
from auditor.policy.facts.governance import policy
from auditor.policy.facts.health import health, service_events
from auditor.policy.facts.intent import strictest
from auditor.policy.facts.keys import keys
from auditor.policy.facts.lock import locks
from auditor.policy.facts.negative import negative
from auditor.policy.facts.network import host, network
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.settings import LogIntent, Workload
from auditor.snapshot import Resource

KIND: Final = "account"


@dataclass(frozen=True)
class Home:
    """The account that deployments lie in: what is known of it, and all of them that were read."""

    id: str
    read: bool
    """Whether the account itself was; else only its deployments were."""
    part: Part
    deployments: tuple[Resource, ...]
    whole: bool
    """Whether these are all."""

    @property
    def kind(self) -> str | None:
        """AIServices, OpenAI, …"""
        return text(self.part.facts.get("kind"))

    @property
    def region(self) -> str | None:
        """As in code: `swedencentral`."""
        return text(self.part.facts.get("region"))

    @cached_property
    def location(self) -> str | None:
        """The id under which its models and usages are listed."""
        subscription = subscription_scope(self.id)
        return location_scope(subscription, self.region) if subscription and self.region else None

    @cached_property
    def spilled_to(self) -> frozenset[str]:
        """The deployments, in lower case, that others of them send what they have no room for."""
        named = (text(dig(one.body, "properties", "spilloverDeploymentName")) for one in self.deployments)
        return frozenset(name.lower() for name in named if name is not None)


def _diagnostics(of: Around) -> Part:
    logs = of.declaring.logs if of.declaring is not None else LogIntent()
    return diagnostics(of.resource.id, logs, of.basis.seen)


def _health(of: Around) -> Part:
    return health(of.resource.id, of.basis.seen)


def _service_events(of: Around) -> Part:
    return service_events(of.resource.id, region(of.body.get("location")), of.basis.incidents, of.basis.seen)


def _cost(of: Around) -> Part:
    cap = of.declaring.monthly_cap if of.declaring is not None else None
    return cost(of.resource.id, cap, of.basis.costs, of.basis.seen)


def _keys(of: Around) -> Part:
    basis = of.basis
    return keys(of.resource, of.body, basis.activity, basis.clock_trouble or basis.now, basis.seen)


ASPECTS: Final[Mapping[str, Callable[[Around], Part]]] = {
    "network": network,
    "diagnostics": _diagnostics,
    "health": _health,
    "service_events": _service_events,
    "keys": _keys,
    "alerts": alerts,
    "cost": _cost,
    "access": access,
    "encryption_key": encryption_key,
    "locks": locks,
    "policy": policy,
    "defender": defender,
    "foundry": foundry,
    "data": account_data,
    "negative": negative,
}
"""Member of `account` → what tells it from all that was seen around the account."""

DERIVED: Final = frozenset(
    {
        "declared",
        "has_provisioned_deployment",
        "host",
        "identity_types",
        "lost_identities",
        "missing_tags",
        "region",
        "sku_offered",
        "sku_restrictions",
        *ASPECTS,
    }
)
"""Members that are ours; should the service ever send one of these names, it does not pass for ours."""


def account(resource: Resource, basis: Basis) -> Part:
    """The `account` of rules: the filled body of an account that was read, and what is derived from around it."""
    seen = basis.seen
    unread = seen.own_gap(KIND, resource.id)
    body, notes = fill(KIND, resource.body, whole=unread is None)
    facts = {name: value for name, value in body.items() if name not in DERIVED}
    facts.update(id=resource.id, name=last(resource.id))
    declaring = strictest(basis.intents.of_account(resource.id))
    part = Part(
        facts=facts,
        absences={"": unread} if unread is not None else {},
        notes=notes,
        readings={"": resource.readings} if resource.readings else {},
    )
    place = region(body.get("location"))
    skus = account_sku(body, place, subscription_scope(resource.id), basis.account_skus, seen)
    settled = part.and_also(_told_by_body(resource.body, body, declaring, basis)).and_also(skus)
    settled = settled.and_also(has_provisioned(resource.id, seen))
    around = Around(resource, body, declaring, basis)
    for name, aspect in ASPECTS.items():
        settled = settled.with_member(name, aspect(around))
    return settled


def unread_account(declaring: Workload | None, gap: str | None, note: Note | None = None) -> Part:
    """The `account` of which nothing is known but whether it is declared, and how it is meant to be reached."""
    intent = {"network": {"intent": declaring.network}} if declaring is not None else {}
    return Part(
        facts={"declared": declaring is not None, **intent},
        absences={"": gap} if gap is not None else {},
        notes={"": note} if note is not None else {},
    )


def _told_by_body(raw: JsonObject, body: JsonObject, declaring: Workload | None, basis: Basis) -> Part:
    told = Telling()
    told.tell("declared", declaring is not None)
    told.tell("region", region(body.get("location")))
    told.tell("host", host(body, basis.settings))
    kinds = _identity_types(text(dig(body, "identity", "type")))
    told.tell("identity_types", kinds)
    told.tell("lost_identities", lost_identities(raw, kinds))
    tags = body.get("tags")
    if isinstance(tags, dict):
        told.tell("missing_tags", _missing_tags(tags, declaring.tags if declaring is not None else ()))
    return told.done()


def _identity_types(said: str | None) -> list[str] | None:
    """`SystemAssigned, UserAssigned` is two; None is none."""
    return None if said is None else [word.strip() for word in said.split(",") if word.strip() != "None"]


def _missing_tags(tags: JsonObject, asked: tuple[str, ...]) -> list[str]:
    """Tag names compare without case: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources."""
    have = {name.lower() for name in tags}
    return [name for name in asked if name.lower() not in have]
