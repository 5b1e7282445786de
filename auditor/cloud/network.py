"""What private endpoints are made of: the endpoint, its interface, and the zones that it writes its names into."""

from __future__ import annotations

from auditor.cloud.arm_id import parse_arm_id, quoted
from auditor.cloud.clients import Clients
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Exchange, Row, Rows
from auditor.cloud.reads import Reads, not_an_id
from auditor.snapshot import Gap

ENDPOINT_TYPE = "Microsoft.Network/privateEndpoints"
INTERFACE_TYPE = "Microsoft.Network/networkInterfaces"
ZONE_TYPE = "Microsoft.Network/privateDnsZones"


class Network:
    """Microsoft.Network's side of the control plane; never raises.

    Three plain reads: azure-mgmt-network would take half a second and 70 MB to load for models that nobody reads.
    """

    def __init__(self, clients: Clients, reads: Reads) -> None:
        self._clients = clients
        self._reads = reads

    async def private_endpoint(self, endpoint_id: str) -> Row | Gap:
        """One private endpoint, in whatever subscription it is."""
        return await self._get("private_endpoint", endpoint_id, ENDPOINT_TYPE)

    async def network_interface(self, interface_id: str) -> Row | Gap:
        """One network interface, in whatever subscription it is."""
        return await self._get("network_interface", interface_id, INTERFACE_TYPE)

    async def private_dns_zone_groups(self, endpoint_id: str) -> Rows | Gap:
        """The private DNS zones that a private endpoint writes its records into."""
        kind = "private_dns_zone_group"
        if parse_arm_id(endpoint_id, ENDPOINT_TYPE) is None:
            return not_an_id(kind, endpoint_id)

        async def call(version: str, exchange: Exchange) -> None:
            await self._clients.get(f"{quoted(endpoint_id)}/privateDnsZoneGroups", version, exchange)

        return await self._reads.list(kind, endpoint_id, ACTIONS[kind], call)

    async def _get(self, kind: str, id_: str, type_: str) -> Row | Gap:
        if parse_arm_id(id_, type_) is None:
            return not_an_id(kind, id_)

        async def call(version: str, exchange: Exchange) -> None:
            await self._clients.get(quoted(id_), version, exchange)

        return await self._reads.get(kind, id_, ACTIONS[kind], call)
