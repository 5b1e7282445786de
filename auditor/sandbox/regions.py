"""Regions as people read them."""

from __future__ import annotations

DISPLAY_NAMES = {
    "australiaeast": "Australia East",
    "eastus": "East US",
    "eastus2": "East US 2",
    "francecentral": "France Central",
    "japaneast": "Japan East",
    "northcentralus": "North Central US",
    "southcentralus": "South Central US",
    "swedencentral": "Sweden Central",
    "switzerlandnorth": "Switzerland North",
    "uksouth": "UK South",
    "usgovvirginia": "USGov Virginia",
    "westeurope": "West Europe",
    "westus3": "West US 3",
}
"""Name → display name: https://learn.microsoft.com/azure/reliability/regions-list"""


def display_name(region: str) -> str:
    """What the data plane's `x-ms-region` says; the name itself for a region not listed here."""
    return DISPLAY_NAMES.get(region, region)
