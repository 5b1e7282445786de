"""What the name of a deployment's SKU decides: where prompts may be processed, and how capacity is paid for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class DeploymentSku:
    """One deployment type.

    https://learn.microsoft.com/azure/foundry/foundry-models/concepts/deployment-types
    """

    name: str
    residency: Literal["region", "data-zone", "global", "none"]
    """Where prompts are processed; `none`: anywhere, without any promise."""
    capacity: Literal["standard", "provisioned", "batch", "developer"]


DEPLOYMENT_SKUS: Final = (
    DeploymentSku("Standard", "region", "standard"),
    DeploymentSku("DataZoneStandard", "data-zone", "standard"),
    DeploymentSku("GlobalStandard", "global", "standard"),
    DeploymentSku("Provisioned", "region", "provisioned"),
    DeploymentSku("ProvisionedManaged", "region", "provisioned"),
    DeploymentSku("DataZoneProvisionedManaged", "data-zone", "provisioned"),
    DeploymentSku("GlobalProvisionedManaged", "global", "provisioned"),
    DeploymentSku("DataZoneBatch", "data-zone", "batch"),
    DeploymentSku("GlobalBatch", "global", "batch"),
    DeploymentSku("DeveloperTier", "none", "developer"),
)

_BY_NAME: Final = {sku.name.lower(): sku for sku in DEPLOYMENT_SKUS}


def deployment_sku(name: str | None) -> DeploymentSku | None:
    """The deployment type of that name; None for one that no page explains."""
    return _BY_NAME.get(name.lower()) if name is not None else None
