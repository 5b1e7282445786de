"""Private DNS zones as Resource Manager tells them: made of the endpoints that register in them, never stored.

Shapes: https://learn.microsoft.com/rest/api/dns/privatedns/private-zones/get
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Endpoint
from auditor.sandbox.arm_network import network_id
from auditor.sandbox.world import World

MOST_RECORDS = 25_000
MOST_LINKS = 1_000
"""https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-dns-limits"""

TTL = 10


@dataclass(frozen=True)
class Zone:
    """One zone, and the endpoints that register accounts in it."""

    id: str
    name: str
    linked: bool
    """Whether to the network that the runner is in."""
    members: tuple[tuple[Account, Endpoint], ...]


def zone_of(world: World, subscription: str, group: str, name: str) -> Zone | None:
    """The zone of that name; None where no endpoint registers in one."""
    key = (subscription.lower(), group.lower(), name.lower())
    members = world.by_zone.get(key)
    if members is None:
        return None
    account, endpoint = members[0]
    whole = (
        f"/subscriptions/{world.subscription_of(account)}/resourceGroups/{endpoint.zone_group}"
        f"/providers/Microsoft.Network/privateDnsZones/{name.lower()}"
    )
    return Zone(whole, name.lower(), key not in world.unlinked, members)


def zone_body(world: World, zone: Zone) -> JsonObject:
    """The zone itself."""
    return {
        "id": zone.id,
        "name": zone.name,
        "type": "Microsoft.Network/privateDnsZones",
        "location": "global",
        "etag": _etag(zone.id),
        "tags": {},
        "properties": {
            "maxNumberOfRecordSets": MOST_RECORDS,
            "numberOfRecordSets": len(record_bodies(world, zone)) + 1,  # and the SOA
            "maxNumberOfVirtualNetworkLinks": MOST_LINKS,
            "numberOfVirtualNetworkLinks": len(link_bodies(world, zone)),
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "numberOfVirtualNetworkLinksWithRegistration": 0,
            "provisioningState": "Succeeded",
        },
    }


def link_bodies(world: World, zone: Zone) -> list[JsonObject]:
    """The links to the virtual networks that see the zone, without registration of their machines."""
    networks = {
        network_id(world, account, endpoint, name): name
        for account, endpoint in zone.members
        for name in (endpoint.networks if zone.linked else endpoint.networks[1:])
    }
    return [
        {
            "id": f"{zone.id}/virtualNetworkLinks/to-{name}",
            "name": f"to-{name}",
            "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
            "location": "global",
            "etag": _etag(f"{zone.id} {network}"),
            "properties": {
                "virtualNetwork": {"id": network},
                "registrationEnabled": False,
                "resolutionPolicy": "Default",
                "virtualNetworkLinkState": "Completed",
                "provisioningState": "Succeeded",
            },
        }
        for network, name in networks.items()
    ]


def record_bodies(world: World, zone: Zone) -> list[JsonObject]:  # noqa: ARG001 - told of a world as its siblings are
    """One A record for each account that an approved endpoint registers here and whose record is not lost."""
    suffix = zone.name.removeprefix("privatelink.")
    records: dict[str, list[str]] = {}
    for account, endpoint in zone.members:
        if account.subdomain and endpoint.status == "Approved" and suffix not in account.unresolved:
            records.setdefault(account.subdomain, []).append(endpoint.record or endpoint.address)
    return [
        {
            "id": f"{zone.id}/A/{name}",
            "name": name,
            "type": "Microsoft.Network/privateDnsZones/A",
            "etag": _etag(f"{zone.id} {name}"),
            "properties": {
                "fqdn": f"{name}.{zone.name}.",
                "ttl": TTL,
                "aRecords": [{"ipv4Address": address} for address in addresses],
                "isAutoRegistered": False,
            },
        }
        for name, addresses in records.items()
    ]


def _etag(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))
