"""Whether a declared deployment can be had: offered in its region, of a valid size, within the quota that is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auditor.policy.facts.basis import Basis
from auditor.policy.facts.capacity import capacity
from auditor.policy.facts.catalogue import Lookup
from auditor.policy.facts.deployment import Deployment
from auditor.policy.facts.deployment_sku import deployment_sku
from auditor.policy.facts.fine_tuning import served
from auditor.policy.facts.lifecycle import model
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.quota import Demand, Pool, pool, usage_name
from auditor.policy.facts.shape import dig, text, whole
from auditor.policy.facts.target import Target
from auditor.record import JsonObject
from auditor.settings import ExpectedDeployment

NOWHERE: Final[Note] = (
    "not known: nothing says in which region and subscription the account shall be",
    "https://learn.microsoft.com/azure/foundry/foundry-models/concepts/models-sold-directly-by-azure",
)


@dataclass(frozen=True)
class Case:
    """One declared deployment and what stands under its name."""

    expected: ExpectedDeployment
    target: Target
    there: Deployment | None
    """The deployment that bears the name, where there is one."""
    exists: bool | None
    gap: str | None
    """Why it is not known whether it exists."""

    @property
    def sku_name(self) -> str | None:
        """The declared SKU, else that of the deployment."""
        return self.expected.sku or (self.there.sku if self.there is not None else None)


def plan(case: Case, basis: Basis) -> tuple[Part, Demand]:
    """The part of `expected` that tells whether it can be had, and what it asks of a quota pool."""
    found = _find(case, basis)
    told = Telling()
    offered = _offered(case.expected, found)
    told.tell("offered", offered, because=found.gap, note=found.note)
    for name in ("offered", "sku_range", "capacity_in_range", "usage_name"):
        told.read(name, found.readings)
    sku = found.entry.sku(case.sku_name) if found.entry is not None else None
    _tell_range(told, case.expected, dig(sku, "capacity"), found)
    ends = model(found, case.sku_name, None, basis.now).facts
    for name in ("lifecycle", "replacement", "retired", "retirement"):
        told.tell(name, ends.get(name), because=found.gap)
        told.read(name, found.readings)
    extra = extra_capacity(case, found)
    told.tell("extra_capacity", extra, because=case.gap or found.gap)
    drawn_from = usage_name(sku) if not found.of_base else None
    told.tell("usage_name", drawn_from, because=found.gap)
    place = case.target.location
    drawn = pool(place, drawn_from, basis.seen) if place is not None and drawn_from is not None else None
    _tell_headroom(told, drawn, extra, case.gap or found.gap)
    held = case.there.resource.readings if case.there is not None else ()
    told.read("extra_capacity", held)
    told.read("fits", (*(drawn.readings if drawn is not None else ()), *held, *found.readings))
    asked = 0 if case.expected.capacity is None or offered is False else extra
    reserved = _reserved(case, found, extra, basis)
    return told.done().and_also(reserved), Demand(
        case.target.subscriptions, place, drawn_from, asked, case.gap or found.gap
    )


def _reserved(case: Case, found: Lookup, extra: int | None, basis: Basis) -> Part:
    """`provisioned`, and what is left of the region's hardware where it is."""
    told = Telling()
    sku = deployment_sku(case.sku_name)
    provisioned = sku.capacity == "provisioned" if sku is not None else None
    told.tell("provisioned", provisioned, because=case.gap)
    if not provisioned or sku is None:
        return told.done()
    if found.entry is None or case.target.location is None:
        told.tell("capacity_available", True if extra == 0 else None, because=case.gap or found.gap)
        return told.done()
    model = (case.expected.format, case.expected.model, found.entry.version)
    return told.done().and_also(capacity(case.target.location, model, sku.name, extra, basis.seen))


def extra_capacity(case: Case, found: Lookup) -> int | None:
    """Capacity beyond what the same deployment holds of the same pool: to deploy again what runs asks for nothing."""
    asked, there = case.expected.capacity, case.there
    if asked is None or case.exists is None:
        return None
    if there is None:
        return asked
    held = whole(dig(there.facts, "sku", "capacity"))
    same = _same_pool(case, there, found)
    if same is None or (same and held is None):
        return None
    return max(0, asked - (held or 0)) if same else asked


def _find(case: Case, basis: Basis) -> Lookup:
    """The catalogue's entry for what is declared; without a version, that of the deployment, or the default one."""
    expected, target, there = case.expected, case.target, case.there
    if target.location is None or not target.kinds:
        return Lookup(gap=target.gap, note=NOWHERE if target.exists is False else None)
    version = expected.version
    if version is None and case.exists is None:
        return Lookup(gap=case.gap)
    if version is None and there is not None:
        if there.model is None:
            return Lookup()
        same = there.model[:2] == (expected.format.lower(), expected.model.lower())
        version = there.model[2] if same else None
    return served(basis.catalogue(target.location), target.kinds, expected.format, expected.model, version)


def _offered(expected: ExpectedDeployment, found: Lookup) -> bool | None:
    if found.entry is None:
        return False if found.certain else None
    if expected.sku is None:
        return True
    if found.entry.sku(expected.sku) is not None:
        return True
    return None if found.entry.skus is None or found.of_base else False


def _tell_range(told: Telling, expected: ExpectedDeployment, capacity: Any, found: Lookup) -> None:
    offered = _range(capacity)
    told.tell("sku_range", offered or None, because=found.gap)
    fits = _in_range(expected.capacity, offered) if expected.capacity is not None and offered is not None else None
    told.tell("capacity_in_range", fits, because=found.gap)


def _range(capacity: Any) -> JsonObject | None:
    """What a SKU says of capacity; a member that is no number leaves all of it unknown."""
    if not isinstance(capacity, dict):
        return None
    found: JsonObject = {}
    for name in ("minimum", "maximum", "step"):
        value = whole(capacity.get(name))
        if value is None and capacity.get(name) is not None:
            return None
        found.update({} if value is None else {name: value})
    allowed = capacity.get("allowedValues")
    values = [whole(value) for value in allowed] if isinstance(allowed, list) else []
    if None in values or (allowed is not None and not isinstance(allowed, list)):
        return None
    return {**found, "allowed": values} if values else found


def _in_range(capacity: int, offered: JsonObject) -> bool:
    """Whether so much can be ordered; what the SKU leaves out, as it often does minimum and step, sets no limit."""
    least, most, step = offered.get("minimum", 0), offered.get("maximum"), offered.get("step")
    return bool(
        capacity >= least
        and (most is None or capacity <= most)
        and (not step or (capacity - least) % step == 0)
        and capacity in offered.get("allowed", (capacity,))
    )


def _same_pool(case: Case, there: Deployment, found: Lookup) -> bool | None:
    """Whether what is declared draws from the pool that the deployment draws from now."""
    if there.model is None or there.sku is None:
        return None
    expected, sku_name = case.expected, case.sku_name or ""
    declared = (expected.format.lower(), expected.model.lower(), (expected.version or there.model[2]).lower())
    if sku_name.lower() == there.sku.lower() and declared == there.model:
        return True
    theirs = text(dig(there.facts, "model", "usage_name"))
    if (found.entry is None and not found.certain) or (theirs is None and dig(there.facts, "model", "listed") is None):
        return None
    ours = usage_name(found.entry.sku(sku_name)) if found.entry is not None else None
    return ours is not None and ours == theirs


def _tell_headroom(told: Telling, drawn: Pool | None, extra: int | None, gap: str | None) -> None:
    """`headroom`, `pool_limit` and `fits`; `gap` is why the pool, or what is asked of it, is not known."""
    if drawn is None:
        told.tell("headroom", None, because=gap)
        told.tell("pool_limit", None, because=gap)
        told.tell("fits", True if extra == 0 else None, because=gap)
        return
    told.tell("headroom", drawn.headroom, because=drawn.gap, note=drawn.note)
    told.tell("pool_limit", drawn.limit, because=drawn.gap, note=drawn.note)
    told.tell("fits", drawn.fits(extra), because=drawn.gap or gap)
    told.read("headroom", drawn.readings)
    told.read("pool_limit", drawn.readings)
