"""The private DNS zones that endpoints register in, wherever they are: which networks see them, and their records.

One list of A records serves every account that a zone holds.
"""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector, listed
from auditor.collect.look import Look
from auditor.collect.target import Per, Target


async def _zone(look: Look, target: Target) -> None:
    parent = f"/subscriptions/{target.subscription}"
    look.keep("private_dns_zone", target.id, parent, await look.arm.get("private_dns_zone", target.id))


PRIVATE_DNS_ZONE = Collector("private_dns_zone", Per.PRIVATE_DNS_ZONE, (ACTIONS["private_dns_zone"],), _zone)
NETWORK_LINKS = listed("virtual_network_link", Per.PRIVATE_DNS_ZONE, "/virtualNetworkLinks")
DNS_RECORDS = listed("dns_record", Per.PRIVATE_DNS_ZONE, "/A")
