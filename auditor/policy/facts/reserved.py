"""How much of a model can still be reserved in a region: quota alone does not promise it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.arm_id import PROVIDER, region
from auditor.policy.facts.deployment_sku import deployment_sku
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text, whole

KIND: Final = "model_capacity"


@dataclass(frozen=True)
class Reservation:
    """What is asked for: a version of a model by a provisioned SKU, in one region of a subscription."""

    subscription: str
    """Its scope."""
    place: str
    model: tuple[str, str, str]
    """Format, name and version."""
    sku: str


def is_reserved(sku: str | None) -> bool:
    """Whether a SKU takes capacity that must be free in the region, beside quota.

    https://learn.microsoft.com/azure/foundry/openai/concepts/provisioned-throughput
    """
    known = deployment_sku(sku)
    return known is not None and known.capacity == "provisioned"


def free_capacity(of: Reservation, seen: Seen) -> tuple[int | None, str | None]:
    """Units that can still be reserved, and where that is not known the gap because of which.

    https://learn.microsoft.com/rest/api/aiservices/accountmanagement/model-capacities/list
    """
    scope = f"{of.subscription}/{PROVIDER}/modelCapacities/{'.'.join(of.model)}"
    for one in seen.children(KIND, scope):
        sku = text(dig(one.body, "properties", "skuName")) or ""
        if region(one.body.get("location")) == of.place and sku.lower() == of.sku.lower():
            return whole(dig(one.body, "properties", "availableCapacity")), None
    return None, None if seen.listing(KIND, scope) is not None else seen.gap(KIND, scope)
