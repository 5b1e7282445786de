"""Private endpoints, their DNS zone groups and network interfaces, as Resource Manager tells them."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Endpoint
from auditor.sandbox.world import World

FAMILIES = ("openai.azure.com", "services.ai.azure.com", "cognitiveservices.azure.com")
"""Suffixes under which an account answers; each has a private sibling `privatelink.…`."""


def endpoint_id(world: World, account: Account, endpoint: Endpoint) -> str:
    """The private endpoint's ARM id."""
    return (
        f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{endpoint.group}"
        f"/providers/Microsoft.Network/privateEndpoints/{endpoint.name}"
    )


def connection_body(world: World, account: Account, endpoint: Endpoint, owner: str) -> JsonObject:
    """The connection as the account whose id is `owner` tells it; its name carries a GUID, as the service's does."""
    name = f"{endpoint.name}.{uuid5(NAMESPACE_URL, endpoint.name)}"
    return {
        "id": f"{owner}/privateEndpointConnections/{name}",
        "name": name,
        "type": "Microsoft.CognitiveServices/accounts/privateEndpointConnections",
        "location": account.location,
        "properties": {
            "privateEndpoint": {"id": endpoint_id(world, account, endpoint)},
            "groupIds": list(endpoint.leads_to),
            "privateLinkServiceConnectionState": _state(endpoint),
            "provisioningState": "Succeeded",
        },
    }


def endpoint_body(world: World, account: Account, endpoint: Endpoint, owner: str) -> JsonObject:
    """The private endpoint; one that waits for approval stands among the manual connections."""
    arm_id = endpoint_id(world, account, endpoint)
    link = {
        "id": f"{arm_id}/privateLinkServiceConnections/{endpoint.name}",
        "properties": {
            "privateLinkServiceId": owner,
            "groupIds": list(endpoint.leads_to),
            "privateLinkServiceConnectionState": _state(endpoint),
        },
    }
    manual = endpoint.status == "Pending"
    approved = endpoint.status == "Approved"
    return {
        "name": endpoint.name,
        "id": arm_id,
        "type": "Microsoft.Network/privateEndpoints",
        "location": account.region,
        "properties": {
            "provisioningState": endpoint.state,
            "privateLinkServiceConnections": [] if manual else [link],
            "manualPrivateLinkServiceConnections": [link] if manual else [],
            "customNetworkInterfaceName": "",
            "subnet": {"id": _subnet(world, account, endpoint)},
            "ipConfigurations": [],
            "networkInterfaces": [{"id": interface_id(world, account, endpoint)}],
            "customDnsConfigs": [
                {"fqdn": f"{account.subdomain}.{suffix}", "ipAddresses": [endpoint.address]} for suffix in FAMILIES
            ]
            if approved and account.subdomain and not endpoint.zones
            else [],
        },
    }


def zone_group_bodies(world: World, account: Account, endpoint: Endpoint) -> list[JsonObject]:
    """The endpoint's DNS zone groups: one with all its zones, or none."""
    if not endpoint.zones:
        return []
    arm_id = f"{endpoint_id(world, account, endpoint)}/privateDnsZoneGroups/default"
    return [
        {
            "name": "default",
            "id": arm_id,
            "properties": {
                "provisioningState": "Succeeded",
                "privateDnsZoneConfigs": [_zone_config(world, account, endpoint, zone) for zone in endpoint.zones],
            },
        }
    ]


def interface_id(world: World, account: Account, endpoint: Endpoint) -> str:
    """ARM id of the endpoint's network interface."""
    return (
        f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{endpoint.group}"
        f"/providers/Microsoft.Network/networkInterfaces/{interface_name(endpoint)}"
    )


INTERFACE_MARK = ".nic."
"""Between an endpoint's name and the GUID, in the name of its interface."""


def interface_name(endpoint: Endpoint) -> str:
    """As the service names it when nobody chooses a name."""
    return f"{endpoint.name}{INTERFACE_MARK}{uuid5(NAMESPACE_URL, f'nic {endpoint.name}')}"


def interface_body(world: World, account: Account, endpoint: Endpoint) -> JsonObject:
    """The endpoint's network interface with its private address."""
    arm_id = interface_id(world, account, endpoint)
    return {
        "name": interface_name(endpoint),
        "id": arm_id,
        "location": account.region,
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": [
                {
                    "name": "privateEndpointIpConfig",
                    "id": f"{arm_id}/ipConfigurations/privateEndpointIpConfig",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateIPAddress": endpoint.address,
                        "privateIPAllocationMethod": "Dynamic",
                        "subnet": {"id": _subnet(world, account, endpoint)},
                        "primary": True,
                        "privateIPAddressVersion": "IPv4",
                    },
                }
            ],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        },
        "type": "Microsoft.Network/networkInterfaces",
    }


def _zone_config(world: World, account: Account, endpoint: Endpoint, zone: str) -> JsonObject:
    return {
        "properties": {
            "privateDnsZoneId": (
                f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{endpoint.zone_group}"
                f"/providers/Microsoft.Network/privateDnsZones/{zone}"
            ),
            "recordSets": [
                {
                    "recordType": "A",
                    "recordSetName": account.subdomain or account.name,
                    "fqdn": f"{account.subdomain or account.name}.{zone}",
                    "ipAddresses": [endpoint.address],
                }
            ],
        },
    }


def _state(endpoint: Endpoint) -> JsonObject:
    words = {"Approved": "Auto-Approved", "Pending": "Please approve my connection."}
    return {
        "status": endpoint.status,
        "description": words.get(endpoint.status, endpoint.status),
        "actionsRequired": "None",
    }


def _subnet(world: World, account: Account, endpoint: Endpoint) -> str:
    return f"{network_id(world, account, endpoint, endpoint.networks[0])}/subnets/private-endpoints"


def network_id(world: World, account: Account, endpoint: Endpoint, name: str) -> str:
    """ARM id of a virtual network in an endpoint's resource group."""
    return (
        f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{endpoint.group}"
        f"/providers/Microsoft.Network/virtualNetworks/{name}"
    )


def perimeter_bodies(world: World, account: Account, owner: str) -> list[JsonObject]:
    """What the perimeters say of the account whose id is `owner`."""
    return [
        {
            "id": f"{owner}/networkSecurityPerimeterConfigurations/{uuid5(NAMESPACE_URL, one.name)}.{one.name}",
            "name": f"{uuid5(NAMESPACE_URL, one.name)}.{one.name}",
            "type": "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations",
            "properties": {
                "provisioningState": one.state,
                "provisioningIssues": [
                    {
                        "name": f"issue-{number}",
                        "properties": {
                            "issueType": "ConfigurationPropagationFailure",
                            "severity": "Error",
                            "description": words,
                            "suggestedResourceIds": [],
                            "suggestedAccessRules": [],
                        },
                    }
                    for number, words in enumerate(one.issues)
                ],
                "networkSecurityPerimeter": {
                    "id": (
                        f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{one.group}"
                        f"/providers/Microsoft.Network/networkSecurityPerimeters/{one.name}"
                    ),
                    "perimeterGuid": str(uuid5(NAMESPACE_URL, one.name)),
                    "location": account.region,
                },
                "resourceAssociation": {"name": f"{account.name}-association", "accessMode": one.mode},
                "profile": {"name": "default", "accessRulesVersion": 1, "accessRules": []},
            },
        }
        for one in account.perimeters.values()
    ]
