"""What the pretend regions offer: models, their SKUs, quota, and what accounts are sold as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from auditor.record import JsonObject, Record
from auditor.sandbox.named import Named


class ModelSku(Record):
    """What a model is sold as."""

    name: str
    usage: str
    """Name of the quota pool that it draws on."""
    minimum: int | None = None
    maximum: int = 1_000_000
    step: int | None = None
    default: int = 10
    requests: int | None = None
    """Requests a minute for one unit of capacity; absent for provisioned SKUs."""
    tokens: int | None = None
    """Tokens a minute for one unit of capacity."""
    retires: str | None = None
    quota: int = 1_000
    """What the subscription may have in each region, unless `quotas` says otherwise."""
    regions: tuple[str, ...] | None = None
    """Where it is sold; default: wherever the model is."""


class Model(Record):
    """One version of a model, as the catalogue of each of its regions lists it."""

    name: str
    """Key of the catalogue; says model and version."""
    model: str
    version: str
    format: str = "OpenAI"
    kinds: tuple[str, ...] = ("OpenAI", "AIServices")
    regions: tuple[str, ...]
    default: bool = True
    lifecycle: str = "GenerallyAvailable"
    retires: str | None
    retirement_status: str | None = "Planned"
    tuned_retires: str | None = None
    """When what was trained on it stops."""
    replacement: str | None = None
    capabilities: dict[str, str]
    responds: bool = True
    """Whether it answers a Responses call."""
    reasoning: Literal["none", "minimal", "low", "medium", "high"] | None = None
    """Effort when none is asked for; absent: it does not reason."""
    skus: Named[ModelSku]

    def sold_in(self, region: str) -> Iterator[ModelSku]:
        """The SKUs that a region offers."""
        return (sku for sku in self.skus.values() if region in (self.regions if sku.regions is None else sku.regions))


class Quota(Record):
    """What differs from the catalogue in one pool of one region."""

    limit: int | None = None
    elsewhere: int = 0
    """Units that nothing in this world holds, and that are taken all the same."""
    status: str | None = None
    hardware: int | None = None
    """Units that the region can still give anybody, where these are fewer than what the quota leaves."""


class ResourceSku(Record):
    """What accounts are sold as."""

    kind: str
    name: str
    tier: str = "Standard"
    locations: tuple[str, ...]
    restrictions: tuple[JsonObject, ...] = ()
