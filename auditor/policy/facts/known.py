"""What members of Azure's objects may say, in the API's own words, and what their absence means where a page tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_LEARN = "https://learn.microsoft.com/"
_ACCOUNT = f"{_LEARN}rest/api/aiservices/accountmanagement/accounts/get"
_DEPLOYMENT = f"{_LEARN}rest/api/aiservices/accountmanagement/deployments/get"
_MODEL = f"{_LEARN}rest/api/aiservices/accountmanagement/models/list"
_USAGE = f"{_LEARN}rest/api/aiservices/accountmanagement/usages/list"
_LOCAL_AUTH = f"{_LEARN}azure/ai-services/disable-local-auth"
_SUBDOMAIN = f"{_LEARN}azure/ai-services/cognitive-services-custom-subdomains"
_NETWORK = f"{_LEARN}azure/ai-services/cognitive-services-virtual-networks"
_OUTBOUND = f"{_LEARN}azure/ai-services/cognitive-services-data-loss-prevention"
_IDENTITY = f"{_LEARN}azure/templates/microsoft.cognitiveservices/accounts"
_KEYS = f"{_LEARN}azure/foundry/concepts/encryption-keys-portal"
_ABUSE = f"{_LEARN}azure/foundry/openai/concepts/abuse-monitoring"
_TAGS = f"{_LEARN}azure/azure-resource-manager/management/tag-resources"
_UPGRADE = f"{_LEARN}azure/foundry/openai/how-to/working-with-models"
_POLICY = f"{_LEARN}rest/api/aiservices/accountmanagement/rai-policies/get"
_PROJECT = f"{_LEARN}azure/templates/microsoft.cognitiveservices/accounts/projects"
_CONNECTION = f"{_LEARN}azure/templates/microsoft.cognitiveservices/accounts/connections"
_HOST = f"{_LEARN}azure/templates/microsoft.cognitiveservices/accounts/capabilityhosts"
_SUBSCRIPTION = f"{_LEARN}rest/api/resources/subscriptions/get"
_PROVIDER = f"{_LEARN}rest/api/resources/providers/get"
_ASSIGNMENT = f"{_LEARN}rest/api/authorization/role-assignments/list-for-subscription"
_DEFINITION = f"{_LEARN}rest/api/authorization/role-definitions/list"
_ELIGIBILITY = f"{_LEARN}rest/api/authorization/role-eligibility-schedule-instances/list-for-scope"
_DENIAL = f"{_LEARN}rest/api/authorization/deny-assignments/list"
_ENDPOINT = f"{_LEARN}rest/api/virtualnetwork/private-endpoints/get"

NONE: Final = object()
"""No default is documented; unlike None, which JSON has."""


@dataclass(frozen=True)
class Known:
    """What is known of one member: its values as the API documents them, its documented default, and the page."""

    kind: str
    path: str
    """Dotted; `[]` after a name means each element of the list."""
    values: tuple[str, ...] | type
    """The words it may say, in the API's own casing, or its JSON type."""
    page: str
    default: Any = NONE
    beside: bool = False
    """Whether the default holds only where the object that the member belongs to was told."""
    several: bool = False
    """Whether it may say more words at once, with commas between them."""


_PRINCIPALS = ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")

KNOWN: tuple[Known, ...] = (
    Known("account", "properties.disableLocalAuth", bool, _LOCAL_AUTH, False),
    Known("account", "properties.publicNetworkAccess", ("Enabled", "Disabled"), _NETWORK, "Enabled"),
    Known("account", "properties.networkAcls.defaultAction", ("Allow", "Deny"), _NETWORK, "Allow"),
    Known("account", "properties.networkAcls.bypass", ("AzureServices", "None"), _NETWORK),
    Known("account", "properties.networkAcls.ipRules", list, _NETWORK, []),
    Known("account", "properties.networkAcls.ipRules[].value", str, _NETWORK),
    Known("account", "properties.networkAcls.virtualNetworkRules", list, _NETWORK, []),
    Known("account", "properties.networkAcls.virtualNetworkRules[].id", str, _NETWORK),
    Known("account", "properties.networkInjections", list, _ACCOUNT, []),
    Known("account", "properties.networkInjections[].scenario", ("agent", "none"), _ACCOUNT),
    Known("account", "properties.networkInjections[].subnetArmId", str, _ACCOUNT),
    Known("account", "properties.restrictOutboundNetworkAccess", bool, _OUTBOUND, False),
    Known("account", "properties.allowedFqdnList", list, _OUTBOUND, []),
    Known("account", "properties.allowedFqdnList[]", str, _OUTBOUND),
    Known("account", "properties.privateEndpointConnections", list, _ACCOUNT, []),
    Known(
        "account",
        "properties.privateEndpointConnections[].properties.privateLinkServiceConnectionState.status",
        ("Approved", "Pending", "Rejected", "Disconnected"),
        _ACCOUNT,
    ),
    Known(
        "account",
        "properties.privateEndpointConnections[].properties.provisioningState",
        ("Succeeded", "Creating", "Updating", "Deleting", "Failed"),
        _ACCOUNT,
    ),
    Known("account", "properties.privateEndpointConnections[].properties.groupIds", list, _ACCOUNT),
    Known("account", "properties.privateEndpointConnections[].properties.groupIds[]", str, _ACCOUNT),
    Known("account", "properties.privateEndpointConnections[].properties.privateEndpoint.id", str, _ACCOUNT),
    Known(
        "account",
        "properties.encryption.keySource",
        ("Microsoft.CognitiveServices", "Microsoft.KeyVault"),
        _KEYS,
        "Microsoft.CognitiveServices",
    ),
    Known("account", "properties.encryption.keyVaultProperties.keyVersion", str, _KEYS, "", beside=True),
    Known("account", "properties.customSubDomainName", str, _SUBDOMAIN, ""),
    Known("account", "properties.abusePenalty", dict, _ABUSE, {"action": "None"}),
    Known("account", "properties.abusePenalty.action", ("None", "Throttle", "Block"), _ABUSE),
    Known(
        "account",
        "properties.provisioningState",
        ("Succeeded", "Accepted", "Creating", "Deleting", "Moving", "Failed", "Canceled", "ResolvingDNS"),
        _ACCOUNT,
    ),
    Known("account", "identity.type", ("None", "SystemAssigned", "UserAssigned"), _IDENTITY, "None", several=True),
    Known("account", "tags", dict, _TAGS, {}),
    Known("account", "kind", str, _ACCOUNT),
    Known("account", "location", str, _ACCOUNT),
    Known("account", "sku.name", str, _ACCOUNT),
    Known("deployment", "sku.name", str, _DEPLOYMENT),
    Known("deployment", "sku.capacity", int, _DEPLOYMENT),
    Known("deployment", "properties.model.format", str, _DEPLOYMENT),
    Known("deployment", "properties.model.name", str, _DEPLOYMENT),
    Known("deployment", "properties.model.version", str, _DEPLOYMENT),
    Known(
        "deployment",
        "properties.provisioningState",
        ("Succeeded", "Accepted", "Creating", "Deleting", "Moving", "Failed", "Canceled", "Disabled"),
        _DEPLOYMENT,
    ),
    Known("deployment", "properties.deploymentState", ("Running", "Paused"), _DEPLOYMENT),
    Known("deployment", "properties.serviceTier", ("Default", "Priority"), _DEPLOYMENT),
    Known(
        "deployment",
        "properties.versionUpgradeOption",
        ("OnceNewDefaultVersionAvailable", "OnceCurrentVersionExpired", "NoAutoUpgrade"),
        _UPGRADE,
        "OnceCurrentVersionExpired",
    ),
    Known("deployment", "properties.model.publisher", str, _DEPLOYMENT),
    Known("deployment", "properties.currentCapacity", int, _DEPLOYMENT),
    Known("deployment", "properties.dynamicThrottlingEnabled", bool, _DEPLOYMENT),
    Known("deployment", "properties.spilloverDeploymentName", str, _DEPLOYMENT),
    Known("deployment", "properties.raiPolicyName", str, _DEPLOYMENT),
    Known("deployment", "properties.capabilities", dict, _DEPLOYMENT),
    Known("deployment", "properties.rateLimits", list, _DEPLOYMENT),
    Known("deployment", "properties.rateLimits[].key", str, _DEPLOYMENT),
    Known("deployment", "properties.rateLimits[].count", float, _DEPLOYMENT),
    Known("deployment", "properties.rateLimits[].renewalPeriod", float, _DEPLOYMENT),
    Known("content_policy", "properties.basePolicyName", str, _POLICY),
    Known("content_policy", "properties.mode", ("Default", "Deferred", "Blocking", "Asynchronous_filter"), _POLICY),
    Known("content_policy", "properties.contentFilters", list, _POLICY),
    Known("content_policy", "properties.contentFilters[].name", str, _POLICY),
    Known("content_policy", "properties.contentFilters[].source", str, _POLICY),
    Known("content_policy", "properties.contentFilters[].enabled", bool, _POLICY),
    Known("content_policy", "properties.contentFilters[].blocking", bool, _POLICY),
    Known("content_policy", "properties.contentFilters[].severityThreshold", ("Low", "Medium", "High"), _POLICY),
    Known("content_policy", "properties.type", ("SystemManaged", "UserManaged"), _POLICY),
    Known("content_policy", "properties.customBlocklists", list, _POLICY),
    Known("content_policy", "properties.customBlocklists[].blocklistName", str, _POLICY),
    Known("content_policy", "properties.customBlocklists[].blocking", bool, _POLICY),
    Known("content_policy", "properties.customBlocklists[].source", str, _POLICY),
    Known("project", "identity.type", ("None", "SystemAssigned", "UserAssigned"), _PROJECT, "None", several=True),
    Known(
        "project",
        "properties.provisioningState",
        ("Succeeded", "Accepted", "Creating", "Deleting", "Moving", "Failed", "Canceled", "ResolvingDNS"),
        _PROJECT,
    ),
    Known(
        "connection",
        "properties.authType",
        (
            *("AAD", "AccessKey", "AccountKey", "ApiKey", "CustomKeys", "ManagedIdentity", "None", "OAuth2", "PAT"),
            *("SAS", "ServicePrincipal", "UsernamePassword"),
            # of tools and agents, told by newer api-versions: https://learn.microsoft.com/azure/foundry/agents/how-to/mcp-authentication
            *("ProjectManagedIdentity", "UserEntraToken", "AgenticIdentityToken", "AgenticUser"),
            *("AgentUserImpersonation", "UserTokenAndProjectManagedIdentity", "DeveloperConnection"),
        ),
        _CONNECTION,
    ),
    Known("connection", "properties.category", str, _CONNECTION),
    Known("connection", "properties.isSharedToAll", bool, _CONNECTION),
    Known("connection", "properties.error", str, _CONNECTION, ""),
    Known(
        "capability_host",
        "properties.provisioningState",
        ("Succeeded", "Creating", "Updating", "Deleting", "Failed", "Canceled"),
        _HOST,
    ),
    Known(
        "model",
        "model.lifecycleStatus",
        ("Preview", "GenerallyAvailable", "Stable", "Legacy", "Deprecating", "Deprecated"),
        _MODEL,
    ),
    Known("model", "model.isDefaultVersion", bool, _MODEL),
    Known("model", "model.capabilities", dict, _MODEL),
    Known("model", "model.deprecation.deprecationStatus", ("Planned", "Tentative"), _MODEL),
    Known("usage", "status", ("Included", "Blocked", "InOverage", "Unknown"), _USAGE),
    Known("usage", "currentValue", float, _USAGE),
    Known("usage", "limit", float, _USAGE),
    Known("usage", "unit", str, _USAGE),
    Known("subscription", "state", ("Enabled", "Warned", "PastDue", "Disabled", "Deleted"), _SUBSCRIPTION),
    Known(
        "provider",
        "registrationState",
        ("Registered", "NotRegistered", "Registering", "Unregistering", "Unregistered"),
        _PROVIDER,
    ),
    Known("role_assignment", "properties.principalId", str, _ASSIGNMENT),
    Known("role_assignment", "properties.principalType", _PRINCIPALS, _ASSIGNMENT),
    Known("role_assignment", "properties.roleDefinitionId", str, _ASSIGNMENT),
    Known("role_assignment", "properties.scope", str, _ASSIGNMENT),
    Known("role_definition", "properties.roleName", str, _DEFINITION),
    Known("role_definition", "properties.type", ("BuiltInRole", "CustomRole"), _DEFINITION),
    Known("role_definition", "properties.permissions", list, _DEFINITION),
    Known("role_definition", "properties.permissions[].actions", list, _DEFINITION, []),
    Known("role_definition", "properties.permissions[].actions[]", str, _DEFINITION),
    Known("role_definition", "properties.permissions[].notActions", list, _DEFINITION, []),
    Known("role_definition", "properties.permissions[].notActions[]", str, _DEFINITION),
    Known("role_definition", "properties.permissions[].dataActions", list, _DEFINITION, []),
    Known("role_definition", "properties.permissions[].dataActions[]", str, _DEFINITION),
    Known("role_definition", "properties.permissions[].notDataActions", list, _DEFINITION, []),
    Known("role_definition", "properties.permissions[].notDataActions[]", str, _DEFINITION),
    Known("role_eligibility", "properties.principalId", str, _ELIGIBILITY),
    Known("role_eligibility", "properties.principalType", _PRINCIPALS, _ELIGIBILITY),
    Known("role_eligibility", "properties.roleDefinitionId", str, _ELIGIBILITY),
    Known("role_eligibility", "properties.scope", str, _ELIGIBILITY),
    Known("deny_assignment", "properties.denyAssignmentName", str, _DENIAL),
    Known("deny_assignment", "properties.scope", str, _DENIAL),
    Known("deny_assignment", "properties.doNotApplyToChildScopes", bool, _DENIAL, False),
    Known("deny_assignment", "properties.permissions", list, _DENIAL),
    Known("deny_assignment", "properties.permissions[].actions", list, _DENIAL, []),
    Known("deny_assignment", "properties.permissions[].actions[]", str, _DENIAL),
    Known("deny_assignment", "properties.permissions[].notActions", list, _DENIAL, []),
    Known("deny_assignment", "properties.permissions[].notActions[]", str, _DENIAL),
    Known("deny_assignment", "properties.permissions[].dataActions", list, _DENIAL, []),
    Known("deny_assignment", "properties.permissions[].dataActions[]", str, _DENIAL),
    Known("deny_assignment", "properties.permissions[].notDataActions", list, _DENIAL, []),
    Known("deny_assignment", "properties.permissions[].notDataActions[]", str, _DENIAL),
    Known("deny_assignment", "properties.principals", list, _DENIAL),
    Known("deny_assignment", "properties.principals[].id", str, _DENIAL),
    Known("deny_assignment", "properties.principals[].type", ("SystemDefined", *_PRINCIPALS), _DENIAL),
    Known("deny_assignment", "properties.excludePrincipals", list, _DENIAL, []),
    Known("deny_assignment", "properties.excludePrincipals[].id", str, _DENIAL),
    Known("deny_assignment", "properties.excludePrincipals[].type", _PRINCIPALS, _DENIAL),
    Known(
        "private_endpoint", "properties.provisioningState", ("Succeeded", "Updating", "Deleting", "Failed"), _ENDPOINT
    ),
)
"""The whole of what this room knows of Azure's objects; everything else is passed through as it came."""
