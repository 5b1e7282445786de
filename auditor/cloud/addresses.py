"""Which addresses lie inside: what virtual networks are made of."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Final

PRIVATE: Final = tuple(
    ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq#what-address-ranges-can-i-use-in-my-virtual-networks"""


def is_private(address: str) -> bool:
    """Whether it is an address in one of those blocks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in block for block in PRIVATE if block.version == found.version)
