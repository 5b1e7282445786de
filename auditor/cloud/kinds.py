"""What the auditor reads of Azure: for each kind of resource the action that a caller needs, and the api-version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COGNITIVE_SERVICES: Final = "2026-07-01"
"""The first stable version whose deployments tell `routing`, `deploymentState` and `serviceTier`."""

NETWORK: Final = "2026-03-01"
"""What azure-mgmt-network 33 sends by itself."""

PRIVATE_DNS: Final = "2024-06-01"
"""The version with `resolutionPolicy`; no client that the auditor stands on offers private DNS zones."""

_CS: Final = "Microsoft.CognitiveServices"
_ZONES: Final = "Microsoft.Network/privateDnsZones"


@dataclass(frozen=True)
class ArmKind:
    """How one kind of resource is read."""

    action: str
    """The built-in role Reader grants them all but those that end in `/action`.

    https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
    """
    version: str
    pinned: bool = False
    """Whether it is read with this version or not at all."""


KINDS: Final[dict[str, ArmKind]] = {
    "subscription": ArmKind("Microsoft.Resources/subscriptions/read", "2022-12-01"),
    "provider": ArmKind("Microsoft.Resources/subscriptions/providers/read", "2022-09-01"),
    # what the reference of the list names; the id and the tags of a resource are all that is taken from it
    # (https://learn.microsoft.com/rest/api/resources/resources/list)
    "arm_resource": ArmKind("Microsoft.Resources/subscriptions/resources/read", "2021-04-01"),
    "permission": ArmKind("Microsoft.Authorization/permissions/read", "2022-04-01"),
    "account": ArmKind(f"{_CS}/accounts/read", COGNITIVE_SERVICES),
    # asked by POST, and only where a probe needs a key
    "account_key": ArmKind(f"{_CS}/accounts/listKeys/action", COGNITIVE_SERVICES),
    "deleted_account": ArmKind(f"{_CS}/deletedAccounts/read", COGNITIVE_SERVICES),
    "deployment": ArmKind(f"{_CS}/accounts/deployments/read", COGNITIVE_SERVICES),
    "content_policy": ArmKind(f"{_CS}/accounts/raiPolicies/read", COGNITIVE_SERVICES),
    "blocklist": ArmKind(f"{_CS}/accounts/raiBlocklists/read", COGNITIVE_SERVICES),
    "project": ArmKind(f"{_CS}/accounts/projects/read", COGNITIVE_SERVICES),
    "connection": ArmKind(f"{_CS}/accounts/connections/read", COGNITIVE_SERVICES),
    "project_connection": ArmKind(f"{_CS}/accounts/projects/connections/read", COGNITIVE_SERVICES),
    "capability_host": ArmKind(f"{_CS}/accounts/capabilityHosts/read", COGNITIVE_SERVICES),
    "project_capability_host": ArmKind(f"{_CS}/accounts/projects/capabilityHosts/read", COGNITIVE_SERVICES),
    # a POST that only reads; the service makes it an action, which Reader lacks and Contributor has
    "domain_availability": ArmKind(f"{_CS}/checkDomainAvailability/action", COGNITIVE_SERVICES),
    "model": ArmKind(f"{_CS}/locations/models/read", COGNITIVE_SERVICES),
    "usage": ArmKind(f"{_CS}/locations/usages/read", COGNITIVE_SERVICES),
    "resource_sku": ArmKind(f"{_CS}/skus/read", COGNITIVE_SERVICES),
    "private_endpoint": ArmKind("Microsoft.Network/privateEndpoints/read", NETWORK),
    "private_dns_zone_group": ArmKind("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read", NETWORK),
    "network_interface": ArmKind("Microsoft.Network/networkInterfaces/read", NETWORK),
    "virtual_network_link": ArmKind(f"{_ZONES}/virtualNetworkLinks/read", PRIVATE_DNS),
    "dns_record": ArmKind(f"{_ZONES}/A/read", PRIVATE_DNS),
    "perimeter_configuration": ArmKind(
        f"{_CS}/accounts/networkSecurityPerimeterConfigurations/read", COGNITIVE_SERVICES
    ),
    # the list of 2017-05-01-preview is reported to come back empty where there are settings
    # (https://github.com/Azure/azure-sdk-for-js/issues/26347), so no older version is ever taken for it
    "diagnostic_setting": ArmKind("Microsoft.Insights/diagnosticSettings/read", "2021-05-01-preview", pinned=True),
    # what azure-mgmt-monitor 7 sends by itself
    "metric": ArmKind("Microsoft.Insights/metrics/read", "2024-02-01"),
    "activity_event": ArmKind("Microsoft.Insights/eventtypes/values/read", "2015-04-01"),
    "resource_health": ArmKind("Microsoft.ResourceHealth/availabilityStatuses/read", "2024-02-01"),
    "service_event": ArmKind("Microsoft.ResourceHealth/events/read", "2024-02-01"),
    "metric_alert": ArmKind("Microsoft.Insights/metricAlerts/read", "2018-03-01"),
    "activity_log_alert": ArmKind("Microsoft.Insights/activityLogAlerts/read", "2020-10-01"),
    "action_group": ArmKind("Microsoft.Insights/actionGroups/read", "2023-01-01"),
    "budget": ArmKind("Microsoft.Consumption/budgets/read", "2024-08-01"),
    # asked by POST, and a read all the same: the operation is "Query usage data by a scope", which Reader may
    # (https://learn.microsoft.com/azure/role-based-access-control/permissions/management-and-governance)
    "cost": ArmKind("Microsoft.CostManagement/query/read", "2025-03-01"),
    "role_assignment": ArmKind("Microsoft.Authorization/roleAssignments/read", "2022-04-01"),
    "role_definition": ArmKind("Microsoft.Authorization/roleDefinitions/read", "2022-04-01"),
    "role_eligibility": ArmKind("Microsoft.Authorization/roleEligibilityScheduleInstances/read", "2020-10-01"),
    "deny_assignment": ArmKind("Microsoft.Authorization/denyAssignments/read", "2022-04-01"),
    "subscription_diagnostic_setting": ArmKind(
        "Microsoft.Insights/diagnosticSettings/read", "2021-05-01-preview", pinned=True
    ),
    "workspace": ArmKind("Microsoft.OperationalInsights/workspaces/read", "2023-09-01"),
    "storage_account": ArmKind("Microsoft.Storage/storageAccounts/read", "2023-05-01"),
    "event_hub_namespace": ArmKind("Microsoft.EventHub/namespaces/read", "2024-01-01"),
    "vault": ArmKind("Microsoft.KeyVault/vaults/read", "2023-07-01"),
    "vault_key": ArmKind("Microsoft.KeyVault/vaults/keys/read", "2023-07-01"),
    # the versions with which these lists came; nothing newer tells more of them
    "quota_tier": ArmKind(f"{_CS}/quotaTiers/read", "2025-09-01"),
    "commitment_plan": ArmKind(f"{_CS}/commitmentPlans/read", "2024-10-01"),
    "model_capacity": ArmKind(f"{_CS}/modelCapacities/read", "2024-10-01"),
    "lock": ArmKind("Microsoft.Authorization/locks/read", "2020-05-01"),
    "policy_assignment": ArmKind("Microsoft.Authorization/policyAssignments/read", "2023-04-01"),
    "policy_exemption": ArmKind("Microsoft.Authorization/policyExemptions/read", "2022-07-01-preview"),
    # asked by POST, which Resource Manager takes for an action
    "policy_state": ArmKind("Microsoft.PolicyInsights/policyStates/queryResults/action", "2019-10-01"),
    "defender_plan": ArmKind("Microsoft.Security/pricings/read", "2024-01-01"),
    "defender_setting": ArmKind(f"{_CS}/accounts/defenderForAISettings/read", COGNITIVE_SERVICES),
    "security_assessment": ArmKind("Microsoft.Security/assessments/read", "2021-06-01"),
}
"""Every kind that Resource Manager tells, as the snapshot names it."""

ACTIONS: Final[dict[str, str]] = {kind: read.action for kind, read in KINDS.items()}
