"""The pretended DNS stages public, private and broken answers."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from auditor.sandbox import Sandbox, load_world
from auditor.sandbox.arm_zones import record_bodies, zone_of
from auditor.sandbox.dns import answer, resolve

HOST = "contoso-matter-swc.openai.azure.com"
PRIVATE = "contoso-matter-swc.privatelink.openai.azure.com"


def test_inside_a_private_endpoints_network_the_name_is_an_alias_with_its_address() -> None:
    assert resolve(load_world("healthy"), HOST) == ([PRIVATE], "10.20.1.4", dns.rcode.NOERROR)
    assert resolve(load_world("healthy"), PRIVATE) == ([], "10.20.1.4", dns.rcode.NOERROR)


@pytest.mark.parametrize("fault", ["call-public-access-disabled", "dns-public-answer"])
def test_outside_of_it_or_without_the_zone_the_address_is_public(fault: str) -> None:
    chain, address, _ = resolve(load_world("healthy", [fault]), HOST)
    assert chain == [PRIVATE]
    assert address is not None
    assert address.startswith("203.0.113.")


def test_a_resolver_may_remember_what_the_zone_no_longer_holds() -> None:
    world = load_world("healthy")
    account = world.accounts["contoso-matter-swc"]
    endpoint = account.endpoints["pe-matter-swc"].model_copy(update={"address": "10.20.1.9", "remembered": "10.20.1.4"})
    account = account.model_copy(update={"endpoints": {"pe-matter-swc": endpoint}})
    moved = world.model_copy(update={"accounts": {**world.accounts, "contoso-matter-swc": account}})
    assert resolve(moved, HOST)[1] == "10.20.1.4"
    zone = zone_of(moved, next(iter(moved.subscriptions)), "rg-network-hub", "privatelink.openai.azure.com")
    assert zone is not None
    (record,) = record_bodies(moved, zone)
    assert record["properties"]["aRecords"] == [{"ipv4Address": "10.20.1.9"}]


def test_a_zone_without_the_record_has_no_such_name() -> None:
    assert resolve(load_world("healthy", ["dns-missing-record"]), HOST) == ([PRIVATE], None, dns.rcode.NXDOMAIN)


def test_a_zone_that_no_endpoint_registers_in_leaves_the_public_address() -> None:
    chain, address, _ = resolve(load_world("healthy"), "contoso-search-uks.services.ai.azure.com")
    assert chain == ["contoso-search-uks.privatelink.services.ai.azure.com"]
    assert str(address).startswith("203.0.113.")


def test_an_account_without_an_endpoint_is_public_and_no_account_has_no_name() -> None:
    world = load_world("healthy")
    assert resolve(world, "contoso-support-weu.openai.azure.com")[0] == []
    assert resolve(world, "contoso-support-weu.privatelink.openai.azure.com")[2] == dns.rcode.NXDOMAIN
    assert resolve(world, "no-such-account.openai.azure.com")[2] == dns.rcode.NXDOMAIN
    assert resolve(world, "management.azure.com")[2] == dns.rcode.NOERROR
    assert resolve(world, "uksouth.api.cognitive.microsoft.com")[2] == dns.rcode.NOERROR
    assert resolve(world, "example.com")[2] == dns.rcode.REFUSED


def test_a_resolver_that_reaches_nobody_behind_it_fails_for_accounts_alone() -> None:
    """Azure's own names are known to others."""
    world = load_world("healthy").model_copy(update={"names_answered": False})
    assert resolve(world, HOST) == ([], None, dns.rcode.SERVFAIL)
    assert resolve(world, "management.azure.com")[2] == dns.rcode.NOERROR


def test_it_answers_over_udp_and_tcp(healthy: Sandbox) -> None:
    host, _, port = healthy.resolver.rpartition(":")
    query = dns.message.make_query(HOST, "A")
    for ask in (dns.query.udp, dns.query.tcp):
        reply = ask(query, host, port=int(port), timeout=5)
        assert [rrset.to_text() for rrset in reply.answer] == [
            f"{HOST}. 10 IN CNAME {PRIVATE}.",
            f"{PRIVATE}. 10 IN A 10.20.1.4",
        ]
    ipv6 = dns.query.udp(dns.message.make_query(HOST, "AAAA"), host, port=int(port), timeout=5)
    assert ipv6.rcode() == dns.rcode.NOERROR
    assert [rrset.rdtype for rrset in ipv6.answer] == [dns.rdatatype.CNAME]


def test_bytes_that_are_no_question_get_no_answer() -> None:
    assert answer(load_world("healthy"), b"\x00\x01") == b""
