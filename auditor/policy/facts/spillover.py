"""Where a provisioned deployment sends the requests that it has no room for, and which deployment takes them."""

from __future__ import annotations

from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import last
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.deployment_detail import DEPLOYMENT, DETAIL, tells_spillover
from auditor.policy.facts.deployment_sku import deployment_sku
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.snapshot import Resource


def spillover(resource: Resource, body: JsonObject, home: Home, basis: Basis) -> Part:
    """Where requests go that the deployment has no room for: a standard deployment of the same model, beside it.

    https://learn.microsoft.com/azure/foundry/openai/how-to/spillover-traffic-management
    """
    told = Telling()
    name = text(dig(body, "properties", "spilloverDeploymentName"))
    if name is None:
        detail = basis.seen.gap(DETAIL, home.id)
        tells = tells_spillover(detail, basis)
        said = dig(resource.body, "properties", "spilloverDeploymentName")
        unset = isinstance(body.get("properties"), dict) and said in (None, "")
        told.tell("declared", False if unset and tells else None, because=detail)
        return told.done()
    told.tell("declared", True)
    target = next((one for one in home.deployments if last(one.id).lower() == name.lower()), None)
    gap = None if home.whole else basis.seen.gap(DEPLOYMENT, home.id)
    told.tell("target_exists", True if target is not None else False if home.whole else None, because=gap)
    if target is not None:
        _tell_target(told, body, fill(DEPLOYMENT, target.body)[0])
    return told.done()


def takes_overflow(resource: Resource, home: Home, basis: Basis) -> Part:
    """Whether a deployment beside it sends it what it has no room for."""
    detail = basis.seen.gap(DETAIL, home.id)
    takes = last(resource.id).lower() in home.spilled_to
    told = Telling()
    all_known = home.whole and tells_spillover(detail, basis)
    told.tell(
        "takes_overflow", takes or (False if all_known else None), because=detail or basis.seen.gap(DEPLOYMENT, home.id)
    )
    return told.done()


def _tell_target(told: Telling, body: JsonObject, target: JsonObject) -> None:
    pairs = [
        (text(dig(body, "properties", "model", name)), text(dig(target, "properties", "model", name)))
        for name in ("format", "name", "version")
    ]
    known = all(ours is not None and theirs is not None for ours, theirs in pairs)
    same = all((ours or "").lower() == (theirs or "").lower() for ours, theirs in pairs)
    told.tell("target_same_model", same if known else None)
    sku = deployment_sku(text(dig(target, "sku", "name")))
    told.tell("target_standard", sku.capacity == "standard" if sku is not None else None)
