"""What private endpoints are made of: the endpoint, its interface, and the zones that it writes its names into."""

from __future__ import annotations

from auditor.cloud.arm_id import parse_arm_id
from auditor.cloud.clients import Clients
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Exchange, Row, Rows
from auditor.cloud.reads import Reads, drain, not_an_id
from auditor.snapshot import Gap

ENDPOINT_TYPE = "Microsoft.Network/privateEndpoints"
INTERFACE_TYPE = "Microsoft.Network/networkInterfaces"
ZONE_TYPE = "Microsoft.Network/privateDnsZones"


class Network:
    """Microsoft.Network's side of the control plane; never raises."""

    def __init__(self, clients: Clients, reads: Reads) -> None:
        self._clients = clients
        self._reads = reads

    async def private_endpoint(self, endpoint_id: str) -> Row | Gap:
        """One private endpoint, in whatever subscription it is."""
        arm_id = parse_arm_id(endpoint_id, ENDPOINT_TYPE)
        if arm_id is None:
            return not_an_id("private_endpoint", endpoint_id)

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.network(arm_id.subscription)
            await client.private_endpoints.get(arm_id.group, arm_id.name, api_version=version, exchange=exchange)

        return await self._reads.get("private_endpoint", endpoint_id, ACTIONS["private_endpoint"], call)

    async def private_dns_zone_groups(self, endpoint_id: str) -> Rows | Gap:
        """The private DNS zones that a private endpoint writes its records into."""
        arm_id = parse_arm_id(endpoint_id, ENDPOINT_TYPE)
        if arm_id is None:
            return not_an_id("private_dns_zone_group", endpoint_id)

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.network(arm_id.subscription)
            await drain(
                client.private_dns_zone_groups.list(
                    private_endpoint_name=arm_id.name,
                    resource_group_name=arm_id.group,
                    api_version=version,
                    exchange=exchange,
                )
            )

        kind = "private_dns_zone_group"
        return await self._reads.list(kind, endpoint_id, ACTIONS[kind], call)

    async def network_interface(self, interface_id: str) -> Row | Gap:
        """One network interface, in whatever subscription it is."""
        arm_id = parse_arm_id(interface_id, INTERFACE_TYPE)
        if arm_id is None:
            return not_an_id("network_interface", interface_id)

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.network(arm_id.subscription)
            await client.network_interfaces.get(arm_id.group, arm_id.name, api_version=version, exchange=exchange)

        return await self._reads.get("network_interface", interface_id, ACTIONS["network_interface"], call)
