"""What the auditor reads of Azure: for each kind of resource the action that a caller needs, and the api-version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COGNITIVE_SERVICES: Final = "2026-07-01"
"""The first stable version whose deployments tell `routing`, `deploymentState` and `serviceTier`."""

NETWORK: Final = "2026-03-01"
"""What azure-mgmt-network 33 sends by itself."""

_CS: Final = "Microsoft.CognitiveServices"


@dataclass(frozen=True)
class ArmKind:
    """How one kind of resource is read."""

    action: str
    """The built-in role Reader grants all that end with `/read`.

    https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
    """
    version: str
    pinned: bool = False
    """Whether it is read with this version or not at all."""


KINDS: Final[dict[str, ArmKind]] = {
    "subscription": ArmKind("Microsoft.Resources/subscriptions/read", "2022-12-01"),
    "provider": ArmKind("Microsoft.Resources/subscriptions/providers/read", "2022-09-01"),
    "permission": ArmKind("Microsoft.Authorization/permissions/read", "2022-04-01"),
    "account": ArmKind(f"{_CS}/accounts/read", COGNITIVE_SERVICES),
    "deleted_account": ArmKind(f"{_CS}/deletedAccounts/read", COGNITIVE_SERVICES),
    "deployment": ArmKind(f"{_CS}/accounts/deployments/read", COGNITIVE_SERVICES),
    "content_policy": ArmKind(f"{_CS}/accounts/raiPolicies/read", COGNITIVE_SERVICES),
    # a POST that only reads; the service makes it an action, which Reader lacks and Contributor has
    "domain_availability": ArmKind(f"{_CS}/checkDomainAvailability/action", COGNITIVE_SERVICES),
    "model": ArmKind(f"{_CS}/locations/models/read", COGNITIVE_SERVICES),
    "model_capacity": ArmKind(f"{_CS}/modelCapacities/read", COGNITIVE_SERVICES),
    "usage": ArmKind(f"{_CS}/locations/usages/read", COGNITIVE_SERVICES),
    "resource_sku": ArmKind(f"{_CS}/skus/read", COGNITIVE_SERVICES),
    "private_endpoint": ArmKind("Microsoft.Network/privateEndpoints/read", NETWORK),
    "private_dns_zone_group": ArmKind("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read", NETWORK),
    "policy_assignment": ArmKind("Microsoft.Authorization/policyAssignments/read", "2023-04-01"),
    # the list of 2017-05-01-preview is reported to come back empty where there are settings
    # (https://github.com/Azure/azure-sdk-for-js/issues/26347), so no older version is ever taken for it
    "diagnostic_setting": ArmKind("Microsoft.Insights/diagnosticSettings/read", "2021-05-01-preview", pinned=True),
}
"""Every kind that Resource Manager tells, as the snapshot names it."""

ACTIONS: Final[dict[str, str]] = {kind: read.action for kind, read in KINDS.items()}
