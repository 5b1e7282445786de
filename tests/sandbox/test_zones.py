"""Private DNS zones of the pretended world: told by Resource Manager as DNS answers for them."""

from __future__ import annotations

import dns.rcode
import pytest

from auditor.record import JsonObject
from auditor.sandbox import generated_world, load_world
from auditor.sandbox.arm_zones import link_bodies, record_bodies, zone_body, zone_of
from auditor.sandbox.dns import resolve
from auditor.sandbox.world import World

SUBSCRIPTION = "00000000-0000-4000-8000-0000000000a1"
OPENAI = "privatelink.openai.azure.com"
HOST = "contoso-matter-swc.openai.azure.com"


def zone(world: World, group: str = "rg-network-hub", name: str = OPENAI) -> tuple[list[str], dict[str, list[str]]]:
    """The networks that see a zone, and its records."""
    found = zone_of(world, SUBSCRIPTION, group, name)
    assert found is not None
    links: list[JsonObject] = link_bodies(world, found)
    records: list[JsonObject] = record_bodies(world, found)
    networks = [one["properties"]["virtualNetwork"]["id"].rpartition("/")[2] for one in links]
    assert zone_body(world, found)["properties"]["numberOfVirtualNetworkLinks"] == len(links)
    return networks, {one["name"]: [row["ipv4Address"] for row in one["properties"]["aRecords"]] for one in records}


def test_a_zone_is_where_an_endpoint_registers() -> None:
    world = load_world("healthy")
    assert zone(world) == (["vnet-hub"], {"contoso-matter-swc": ["10.20.1.4"]})
    assert zone(world, "RG-Network-Test") == (["vnet-test", "vnet-search"], {"contoso-search-uks": ["10.20.3.4"]})
    assert zone_of(world, SUBSCRIPTION, "rg-network-hub", "privatelink.example.com") is None


def test_one_zone_serves_every_account_of_a_hub() -> None:
    world = generated_world(7, 1)
    networks, records = zone(world)
    assert networks == ["vnet-hub"]
    assert len(records) == 7


@pytest.mark.parametrize("host", [HOST, "contoso-support-weu.openai.azure.com"])
def test_a_zone_that_is_not_linked_is_so_for_every_account_in_it(host: str) -> None:
    """And both Resource Manager and DNS say so."""
    healthy = load_world("release").model_dump()
    healthy["accounts"]["contoso-matter-swc"]["unlinked"] = ["openai.azure.com"]
    world = World.model_validate(healthy)
    assert zone(world)[0] == []
    assert str(resolve(world, host)[1]).startswith("203.0.113.")


def test_a_record_that_is_lost_is_lost_in_both() -> None:
    world = load_world("healthy", ["dns-missing-record"])
    assert zone(world) == (["vnet-hub"], {})
    assert resolve(world, HOST)[2] == dns.rcode.NXDOMAIN


def test_a_stale_record_is_stale_in_both() -> None:
    world = load_world("healthy", ["private-dns-record-wrong"])
    assert zone(world, "rg-network-test")[1] == {"contoso-search-uks": ["10.20.3.9"]}
    assert resolve(world, "contoso-search-uks.openai.azure.com")[1] == "10.20.3.9"


def test_an_endpoint_that_is_not_approved_has_no_record() -> None:
    assert zone(load_world("healthy", ["private-endpoint-not-approved"]), "rg-network-test")[1] == {}
