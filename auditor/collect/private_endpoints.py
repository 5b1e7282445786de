"""The private endpoints behind accounts' connections, wherever they are, and the DNS zones that they register in."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target


async def _private_endpoint(look: Look, target: Target) -> None:
    look.keep("private_endpoint", target.id, target.owner, await look.arm.private_endpoint(target.id))


async def _zone_groups(look: Look, target: Target) -> None:
    rows = await look.arm.private_dns_zone_groups(target.id)
    look.keep_list("private_dns_zone_group", target.id, rows, own_id)


PRIVATE_ENDPOINT = Collector(
    "private_endpoint", Per.PRIVATE_ENDPOINT, (ACTIONS["private_endpoint"],), _private_endpoint
)
ZONE_GROUPS = Collector(
    "private_dns_zone_group", Per.PRIVATE_ENDPOINT, (ACTIONS["private_dns_zone_group"],), _zone_groups
)
