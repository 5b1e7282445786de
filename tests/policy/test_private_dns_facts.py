"""The private zones of an account: linked where it is called from, and their records at its endpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, ENDPOINT, GROUP, ZONES, Estate, estate, listing, resource

ZONE_IDS = tuple(f"{GROUP}/providers/Microsoft.Network/privateDnsZones/{zone}" for zone in ZONES)
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/apps"
OTHER = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/other"
INTERFACE = f"{GROUP}/providers/Microsoft.Network/networkInterfaces/pe.nic.1"
NAME = "aif-chat"
ADDRESS = "10.0.0.4"

Bend = Callable[[JsonObject], object]


def link(zone: str, network: Any = NETWORK, name: str = "to-apps", **properties: Any) -> Resource:
    told = {"virtualNetwork": {"id": network}, "virtualNetworkLinkState": "Completed", "provisioningState": "Succeeded"}
    return resource(
        "virtual_network_link", f"{zone}/virtualNetworkLinks/{name}", zone, {"properties": told | properties}
    )


def record(zone: str, *addresses: Any, name: str = NAME) -> Resource:
    told = {"ttl": 10, "aRecords": [{"ipv4Address": one} for one in addresses]}
    return resource("dns_record", f"{zone}/A/{name}", zone, {"properties": told})


def interface(*addresses: Any) -> Resource:
    told = {"ipConfigurations": [{"properties": {"privateIPAddress": one}} for one in addresses]}
    return resource("network_interface", INTERFACE, ENDPOINT, {"properties": told})


def registered(
    *more: Resource, records: bool = True, links: bool = True, addresses: tuple[Any, ...] = (ADDRESS,)
) -> Estate:
    """The estate with its endpoint's interface, and in each zone a link and the record; called from one network."""
    with_interface = estate().changed(
        "private_endpoint", ENDPOINT, lambda body: body["properties"].update(networkInterfaces=[{"id": INTERFACE}])
    )
    own = [
        *([link(zone) for zone in ZONE_IDS] if links else []),
        *([record(zone, ADDRESS) for zone in ZONE_IDS] if records else []),
    ]
    lists = [listing(kind, zone) for zone in ZONE_IDS for kind in ("virtual_network_link", "dns_record")]
    return with_interface.plus(interface(*addresses), *own, *more, listings=lists).expecting(virtual_networks=[NETWORK])


def network(of: Estate) -> JsonObject:
    facts: JsonObject = of.account()["network"]
    return facts


def test_zones_that_are_linked_and_hold_the_endpoints_address_are_well() -> None:
    facts = network(registered())
    assert facts["registered_zones"] == sorted(ZONES)
    assert facts["virtual_networks"] == [NETWORK]
    assert (facts["unlinked_zones"], facts["missing_records"], facts["wrong_records"]) == ([], [], [])


def test_ids_and_states_compare_without_case() -> None:
    upper = [link(zone.upper(), NETWORK.upper(), virtualNetworkLinkState="COMPLETED") for zone in ZONE_IDS]
    shouted = [record(zone.upper(), ADDRESS) for zone in ZONE_IDS]
    facts = network(registered(*upper, *shouted, records=False, links=False))
    assert (facts["unlinked_zones"], facts["missing_records"], facts["wrong_records"]) == ([], [], [])


@pytest.mark.parametrize(
    ("links", "state"),
    [
        ((), "not linked"),
        ((link(ZONE_IDS[0], OTHER),), "not linked"),
        ((link(ZONE_IDS[0], virtualNetworkLinkState="InProgress"),), "InProgress"),
        ((link(ZONE_IDS[0], virtualNetworkLinkState=None),), "not told"),
        ((link(ZONE_IDS[0], provisioningState="Failed"),), "Failed"),
    ],
)
def test_a_network_that_does_not_see_a_zone_is_named(links: tuple[Resource, ...], state: str) -> None:
    rest = [link(zone) for zone in ZONE_IDS[1:]]
    facts = network(registered(*rest, *links, links=False))
    assert facts["unlinked_zones"] == [{"zone": ZONES[0], "id": ZONE_IDS[0], "network": NETWORK, "state": state}]


def test_of_two_zones_of_a_name_a_network_needs_one() -> None:
    """A network can be linked to one zone of a name alone, so a second endpoint has a zone of its own."""
    twin = ZONE_IDS[0].replace("/resourceGroups/", "/resourceGroups/twin-")
    config = {"properties": {"privateDnsZoneId": twin}}
    group = resource(
        "private_dns_zone_group",
        f"{ENDPOINT}/privateDnsZoneGroups/second",
        ENDPOINT,
        {"properties": {"privateDnsZoneConfigs": [config]}},
    )
    lists = [listing("virtual_network_link", twin, 0), listing("dns_record", twin)]
    facts = network(registered().plus(group, record(twin, ADDRESS), listings=lists))
    assert facts["unlinked_zones"] == []
    assert facts["registered_zones"] == sorted(ZONES)


def test_without_declared_networks_nothing_is_unlinked() -> None:
    facts = network(registered(links=False).expecting(virtual_networks=[]))
    assert (facts["virtual_networks"], facts["unlinked_zones"]) == ([], [])


def test_every_declaring_workloads_networks_count() -> None:
    of = registered()
    of.settings["workloads"].append({**of.settings["workloads"][0], "name": "second", "virtual_networks": [OTHER]})
    facts = network(of)
    assert facts["virtual_networks"] == [NETWORK, OTHER]
    assert {one["network"] for one in facts["unlinked_zones"]} == {OTHER}


@pytest.mark.parametrize("held", [(), ("10.0.0.9",), (ADDRESS, "10.0.0.9")])
def test_a_record_that_leads_elsewhere_is_told_with_both_addresses(held: tuple[str, ...]) -> None:
    rest = [record(zone, ADDRESS) for zone in ZONE_IDS[1:]]
    facts = network(registered(record(ZONE_IDS[0], *held), *rest, records=False))
    assert facts["missing_records"] == []
    assert facts["wrong_records"] == [
        {"zone": ZONES[0], "id": ZONE_IDS[0], "name": NAME, "record": sorted(held), "endpoint": [ADDRESS]}
    ]


@pytest.mark.parametrize(
    ("given", "stale"),
    [
        pytest.param(["10.0.0.9"], True, id="what-was"),
        pytest.param([ADDRESS], False, id="what-is"),
        pytest.param(["203.0.113.9"], False, id="outside"),
        pytest.param([], False, id="nothing"),
        pytest.param(None, None, id="not-asked"),
    ],
)
def test_an_address_that_neither_record_nor_endpoint_has_is_remembered_by_the_resolver(
    given: list[str] | None, stale: bool | None
) -> None:
    """Only a private one: a public address is a zone that is not seen."""
    hosts = [f"{NAME}.{zone.removeprefix('privatelink.')}" for zone in ZONES] if given is not None else []
    asked = [
        resource("host_name", f"{ACCOUNT}/hosts/{host}", ACCOUNT, {"host": host, "addresses": given}) for host in hosts
    ]
    facts = network(registered(*asked))
    if stale is None:
        assert "stale_names" not in facts
    else:
        told = [one["host"] for one in facts["stale_names"]]
        assert sorted(told) == (sorted(hosts) if stale else [])


def test_of_two_endpoints_either_address_is_right() -> None:
    """Networks see zones of their own; the one from which somebody looks may see the other."""
    second = "10.9.0.4"
    hosts = [f"{NAME}.{zone.removeprefix('privatelink.')}" for zone in ZONES]
    asked = [
        resource("host_name", f"{ACCOUNT}/hosts/{host}", ACCOUNT, {"host": host, "addresses": [second]})
        for host in hosts
    ]
    facts = network(registered(*asked, addresses=(ADDRESS, second)))
    assert facts["stale_names"] == []


def test_a_missing_record_is_told_with_the_address_that_it_should_have() -> None:
    """So that the command that writes it can be pasted."""
    facts = network(registered(records=False))
    assert [one["endpoint"] for one in facts["missing_records"]] == [[ADDRESS]] * len(ZONES)


def test_each_zone_may_lead_to_another_address_of_the_same_interface() -> None:
    """An endpoint of a Foundry resource has one address for each of its three host names."""
    addresses = (ADDRESS, "10.0.0.5", "10.0.0.6")
    own = [record(zone, address) for zone, address in zip(ZONE_IDS, addresses, strict=True)]
    assert network(registered(*own, records=False, addresses=addresses))["wrong_records"] == []


def test_a_record_that_is_not_there_is_missing_and_not_wrong() -> None:
    others = [record(zone, ADDRESS, name="another-account") for zone in ZONE_IDS]
    facts = network(registered(*others, records=False))
    assert [one["zone"] for one in facts["missing_records"]] == sorted(ZONES)
    assert facts["wrong_records"] == []


@pytest.mark.parametrize(
    ("kind", "scope", "unknown"),
    [
        ("virtual_network_link", ZONE_IDS[0], {"unlinked_zones"}),
        ("dns_record", ZONE_IDS[0], {"missing_records", "wrong_records"}),
        ("network_interface", INTERFACE, {"wrong_records"}),
        ("private_endpoint", ENDPOINT, {"wrong_records"}),
        (
            "private_dns_zone_group",
            ENDPOINT,
            {"registered_zones", "unlinked_zones", "missing_records", "wrong_records"},
        ),
    ],
)
def test_what_could_not_be_read_makes_its_own_facts_unknown_and_says_so(
    kind: str, scope: str, unknown: set[str]
) -> None:
    of = registered().hidden(kind, scope)
    facts, absences = network(of), of.of("account", ACCOUNT).absences
    for name in ("registered_zones", "unlinked_zones", "missing_records", "wrong_records"):
        assert (name in facts) is (name not in unknown), name
        if name in unknown:
            assert absences[f"account.network.{name}"] == f"gap {kind} {scope}"


def test_what_is_proven_wrong_is_told_though_more_is_not_known() -> None:
    rest = [record(zone, ADDRESS) for zone in ZONE_IDS[1:]]
    bad = registered(record(ZONE_IDS[0], "10.0.0.9"), *rest, records=False).hidden("dns_record", ZONE_IDS[1])
    assert [one["record"] for one in network(bad)["wrong_records"]] == [["10.0.0.9"]]


def test_a_zone_of_another_subscription_is_judged_as_any() -> None:
    away = "/subscriptions/00000000-0000-4000-8000-0000000000ee"
    ids = [zone.replace(zone.partition("/resourceGroups/")[0], away) for zone in ZONE_IDS]

    def moved(body: JsonObject) -> None:
        body["properties"]["privateDnsZoneConfigs"] = [{"properties": {"privateDnsZoneId": one}} for one in ids]

    of = registered().changed("private_dns_zone_group", f"{ENDPOINT}/privateDnsZoneGroups/default", moved)
    assert "unlinked_zones" not in network(of), "what is known of other zones says nothing of these"
    lists = [listing(kind, zone) for zone in ids for kind in ("virtual_network_link", "dns_record")]
    seen = of.plus(*[link(zone) for zone in ids], *[record(zone, ADDRESS) for zone in ids], listings=lists)
    facts = network(seen)
    assert (facts["unlinked_zones"], facts["missing_records"], facts["wrong_records"]) == ([], [], [])


@pytest.mark.parametrize(
    "odd",
    [
        link(ZONE_IDS[0], None),
        link(ZONE_IDS[0], 5, "odd"),
        resource("virtual_network_link", f"{ZONE_IDS[0]}/virtualNetworkLinks/x", ZONE_IDS[0], {"properties": None}),
    ],
)
def test_a_link_of_a_shape_never_seen_leaves_its_zone_unknown(odd: Resource) -> None:
    rest = [link(zone) for zone in ZONE_IDS[1:]]
    assert "unlinked_zones" not in network(registered(*rest, odd, links=False))


@pytest.mark.parametrize("rows", [None, "10.0.0.4", [None], [{"ipv4Address": 5}], [5]])
def test_a_record_of_a_shape_never_seen_is_not_known(rows: Any) -> None:
    body = {"properties": {"aRecords": rows}}
    odd = resource("dns_record", f"{ZONE_IDS[0]}/A/{NAME}", ZONE_IDS[0], body)
    rest = [record(zone, ADDRESS) for zone in ZONE_IDS[1:]]
    assert "wrong_records" not in network(registered(odd, *rest, records=False))


@pytest.mark.parametrize("addresses", [(), (None,), (5,)])
def test_an_interface_without_an_address_is_not_known(addresses: tuple[Any, ...]) -> None:
    assert "wrong_records" not in network(registered(addresses=addresses))


@pytest.mark.parametrize("rows", [None, "nic", [None], [{}], [{"id": 5}], [{"id": INTERFACE}, {}]])
def test_an_endpoint_whose_interfaces_are_of_no_known_shape_is_not_known(rows: Any) -> None:
    odd = registered().changed(
        "private_endpoint", ENDPOINT, lambda body: body["properties"].update(networkInterfaces=rows)
    )
    assert "wrong_records" not in network(odd)


@pytest.mark.parametrize("rows", [None, "10.0.0.4", [None], [{}], [{"properties": {}}]])
def test_an_interface_of_a_shape_never_seen_is_not_known(rows: Any) -> None:
    odd = registered().changed(
        "network_interface", INTERFACE, lambda body: body["properties"].update(ipConfigurations=rows)
    )
    assert "wrong_records" not in network(odd)


def test_an_address_may_be_that_of_an_interface_that_was_not_read() -> None:
    """So a record that leads to no interface that was is not called wrong."""
    unread = f"{INTERFACE}.unread"
    both = registered(*[record(zone, "10.0.0.9") for zone in ZONE_IDS], records=False).changed(
        "private_endpoint",
        ENDPOINT,
        lambda body: body["properties"].update(networkInterfaces=[{"id": INTERFACE}, {"id": unread}]),
    )
    facts = both.hidden("network_interface", unread).of("account", ACCOUNT)
    assert "wrong_records" not in facts.variables["account"]["network"]
    assert facts.absences["account.network.wrong_records"] == f"gap network_interface {unread}"


@pytest.mark.parametrize("configs", ["all", [None], [7]])
def test_zone_groups_of_a_shape_never_seen_leave_the_zones_unknown(configs: Any) -> None:
    odd = resource(
        "private_dns_zone_group",
        f"{ENDPOINT}/privateDnsZoneGroups/odd",
        ENDPOINT,
        {"properties": {"privateDnsZoneConfigs": configs}},
    )
    names = {"registered_zones", "unlinked_zones", "missing_records", "wrong_records"}
    assert not names & network(registered(odd)).keys()


def test_that_a_zone_has_no_link_is_known_without_its_records() -> None:
    """Each list stands for itself."""
    of = registered(links=False)
    for zone in ZONE_IDS:
        of = of.hidden("dns_record", zone)
    assert [row["zone"] for row in network(of)["unlinked_zones"]] == sorted(ZONES)


def test_zones_that_the_account_does_not_need_are_left_alone() -> None:
    """Someone else's zone in the same group, and all of them where the account has no name to register."""
    facts = network(registered().with_account(customSubDomainName=None))
    assert (facts["registered_zones"], facts["wrong_records"]) == ([], [])
    kind = registered().changed("account", ACCOUNT, lambda body: body.update(kind="OpenAI"))
    assert network(kind)["registered_zones"] == ["privatelink.openai.azure.com"]
