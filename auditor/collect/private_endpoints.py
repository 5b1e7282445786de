"""The private endpoints behind accounts' connections, wherever they are, their addresses, and their DNS zones."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.arm_id import parse_arm_id
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.network import ZONE_TYPE
from auditor.cloud.pages import Rows
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject


async def _private_endpoint(look: Look, target: Target) -> None:
    body = look.keep("private_endpoint", target.id, target.owner, await look.arm.network.private_endpoint(target.id))
    for interface in _under(body or {}, "networkInterfaces"):
        if (id_ := own_id(interface)) is not None:
            look.found(Target(per=Per.NETWORK_INTERFACE, id=id_, subscription=target.subscription, owner=target.id))


async def _network_interface(look: Look, target: Target) -> None:
    look.keep("network_interface", target.id, target.owner, await look.arm.network.network_interface(target.id))


async def _zone_groups(look: Look, target: Target) -> None:
    rows = await look.arm.network.private_dns_zone_groups(target.id)
    look.keep_list("private_dns_zone_group", target.id, rows, own_id)
    for row in rows.rows if isinstance(rows, Rows) else ():
        for config in _under(row.body, "privateDnsZoneConfigs"):
            _zone_found(look, config)


def _zone_found(look: Look, config: JsonObject) -> None:
    told = config.get("properties")
    zone = told.get("privateDnsZoneId") if isinstance(told, dict) else None
    arm_id = parse_arm_id(zone, ZONE_TYPE)
    if arm_id is not None and isinstance(zone, str):
        look.found(Target(per=Per.PRIVATE_DNS_ZONE, id=zone, subscription=arm_id.subscription))


def _under(body: JsonObject, name: str) -> Iterator[JsonObject]:
    """The objects in a list among a body's properties."""
    properties = body.get("properties")
    found = properties.get(name) if isinstance(properties, dict) else None
    yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


PRIVATE_ENDPOINT = Collector(
    "private_endpoint", Per.PRIVATE_ENDPOINT, (ACTIONS["private_endpoint"],), _private_endpoint
)
ZONE_GROUPS = Collector(
    "private_dns_zone_group", Per.PRIVATE_ENDPOINT, (ACTIONS["private_dns_zone_group"],), _zone_groups
)
NETWORK_INTERFACE = Collector(
    "network_interface", Per.NETWORK_INTERFACE, (ACTIONS["network_interface"],), _network_interface
)
