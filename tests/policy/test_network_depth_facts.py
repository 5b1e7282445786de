"""Refused endpoints, sleeping rules, trusted services, perimeters, injected networks and ports, as facts."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.record import JsonObject
from tests.policy.estate import ACCOUNT, Estate, estate, listing, resource

PERIMETER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityPerimeters/nsp-ai"
HOST = "aif-chat.openai.azure.com"
GOOD = {"host": HOST, "reachable": True, "version": "TLSv1.3", "verified": True, "legacy_refused": True}


def network(of: Estate) -> JsonObject:
    facts: JsonObject = of.account()["network"]
    return facts


def connection(status: Any, name: str = "pe-chat") -> JsonObject:
    endpoint = f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/{name}"
    state = {"status": status, "description": "<script>"}
    return {"properties": {"privateEndpoint": {"id": endpoint}, "privateLinkServiceConnectionState": state}}


@pytest.mark.parametrize(
    ("statuses", "rejected"),
    [
        (("Approved",), []),
        (("Approved", "Pending"), []),
        (("Approved", "Rejected"), ["pe-1"]),
        (("disconnected", "REJECTED"), ["pe-0", "pe-1"]),
        ((), []),
    ],
)
def test_rejected_and_disconnected_connections_are_named(statuses: tuple[str, ...], rejected: list[str]) -> None:
    told = [connection(status, f"pe-{number}") for number, status in enumerate(statuses)]
    assert network(estate().with_account(privateEndpointConnections=told))["rejected_endpoints"] == rejected


@pytest.mark.parametrize("status", ["Frozen", 5])
def test_a_status_that_nobody_understands_leaves_them_unknown(status: Any) -> None:
    told = [connection("Rejected"), connection(status)]
    assert "rejected_endpoints" not in network(estate().with_account(privateEndpointConnections=told))


@pytest.mark.parametrize(
    ("rules", "subnets"),
    [
        ({"virtualNetworkRules": [{"id": "/subnets/a"}]}, ["/subnets/a"]),
        ({"virtualNetworkRules": []}, []),
        ({}, []),
        ({"virtualNetworkRules": [{"id": 5}]}, None),
        ({"virtualNetworkRules": "all"}, None),
    ],
)
def test_subnets_that_are_let_in(rules: JsonObject, subnets: list[str] | None) -> None:
    facts = network(estate().with_account(networkAcls={"defaultAction": "Deny", **rules}))
    assert facts.get("virtual_network_rules") == subnets


@pytest.mark.parametrize(
    ("bypass", "trusted"),
    [("AzureServices", True), ("azureservices", True), ("None", False), ("Logging", None), (None, None), (5, None)],
)
def test_trusted_services_are_let_past_only_where_it_says_so(bypass: Any, trusted: bool | None) -> None:
    facts = network(estate().with_account(networkAcls={"defaultAction": "Deny", "bypass": bypass}))
    assert facts.get("trusted_services") is trusted


@pytest.mark.parametrize(
    ("told", "injections"),
    [
        ([{"scenario": "agent", "subnetArmId": "/subnets/a"}], [{"scenario": "agent", "subnet": "/subnets/a"}]),
        ([{"scenario": "Agent", "subnetArmId": "/subnets/a"}], [{"scenario": "agent", "subnet": "/subnets/a"}]),
        (
            [{"scenario": "agent", "useMicrosoftManagedNetwork": True}],
            [{"scenario": "agent", "subnet": "Microsoft's managed network"}],
        ),
        ([{"scenario": "none", "subnetArmId": "/subnets/a"}], []),
        ([{"scenario": "agent"}], []),
        ([], []),
        (None, []),
        ("agent", None),
    ],
)
def test_what_of_the_account_runs_in_which_network(told: Any, injections: list[JsonObject] | None) -> None:
    assert network(estate().with_account(networkInjections=told)).get("injections") == injections


def perimeter(number: int = 0, mode: Any = "Enforced", **properties: Any) -> Any:
    body = {
        "properties": {
            "provisioningState": "Succeeded",
            "networkSecurityPerimeter": {"id": PERIMETER},
            "resourceAssociation": {"name": "a", "accessMode": mode},
            **properties,
        }
    }
    id_ = f"{ACCOUNT}/networkSecurityPerimeterConfigurations/{number}"
    return resource("perimeter_configuration", id_, ACCOUNT, body)


def in_perimeters(*perimeters: Any, count: int | None = None) -> Estate:
    whole = listing("perimeter_configuration", ACCOUNT, len(perimeters) if count is None else count)
    return estate().plus(*perimeters, listings=[whole])


@pytest.mark.parametrize(
    ("one", "modes", "issues"),
    [
        (perimeter(), ["Enforced"], []),
        (perimeter(mode="Learning"), ["Learning"], []),
        (perimeter(provisioningState="Failed"), ["Enforced"], ["its configuration is Failed"]),
        (
            perimeter(provisioningIssues=[{"properties": {"description": "no rule"}}, {"properties": {}}]),
            ["Enforced"],
            ["no rule", "an issue without words"],
        ),
    ],
)
def test_a_perimeter_with_its_mode_and_its_issues(one: Any, modes: list[str], issues: list[str]) -> None:
    told = {"associated": True, "names": ["nsp-ai"], "modes": modes, "issues": issues}
    assert network(in_perimeters(one))["perimeter"] == told


def test_no_perimeter_is_none_only_where_the_list_was_read() -> None:
    assert network(in_perimeters())["perimeter"] == {"associated": False, "names": [], "modes": [], "issues": []}
    hidden = in_perimeters().hidden("perimeter_configuration", ACCOUNT)
    assert "perimeter" not in network(hidden)
    gap = hidden.of("account", ACCOUNT).absences["account.network.perimeter"]
    assert gap == f"gap perimeter_configuration {ACCOUNT}"


@pytest.mark.parametrize("one", [perimeter(mode=None), perimeter(mode=5), perimeter(networkSecurityPerimeter=None)])
def test_a_perimeter_that_does_not_tell_leaves_it_unknown(one: Any) -> None:
    assert "perimeter" not in network(in_perimeters(one))
    assert "perimeter" not in network(in_perimeters(perimeter(1), count=2))


def ports(*bodies: Any, count: int | None = None) -> Estate:
    rows = [resource("tls_port", f"{ACCOUNT}/ports/{number}", ACCOUNT, body) for number, body in enumerate(bodies)]
    return estate().plus(*rows, listings=[listing("tls_port", ACCOUNT, len(bodies) if count is None else count)])


def test_a_port_is_told_without_what_is_not_known() -> None:
    seen = {**GOOD, "port": 443, "proxied": False, "phase": None, "error": None, "legacy_refused": None}
    told = {name: value for name, value in GOOD.items() if name != "legacy_refused"}
    assert network(ports(seen))["tls"] == [told]


def test_a_port_that_takes_no_connection_is_told_with_the_reason() -> None:
    closed = {"host": HOST, "reachable": False, "phase": "connect", "error": "refused", "verified": None}
    assert network(ports(closed))["tls"] == [{"host": HOST, "reachable": False, "error": "refused"}]


def test_a_name_that_leads_nowhere_has_no_port() -> None:
    """Whether DNS said so on the way to the port, or the resolver that settings name."""
    lost = {"host": HOST, "reachable": False, "phase": "dns", "error": "no such name"}
    assert network(ports(lost))["tls"] == []
    name = resource("host_name", f"{ACCOUNT}/hosts/0", ACCOUNT, {"host": HOST, "addresses": []})
    assert network(ports(GOOD).plus(name))["tls"] == []
    other = resource("host_name", f"{ACCOUNT}/hosts/0", ACCOUNT, {"host": f"x{HOST}", "addresses": []})
    assert network(ports(GOOD).plus(other))["tls"] == [GOOD]


@pytest.mark.parametrize(
    "odd", [{}, {"host": HOST}, {"host": HOST, "reachable": "yes"}, {"host": 5, "reachable": True}]
)
def test_a_port_of_a_shape_never_seen_leaves_all_unknown(odd: JsonObject) -> None:
    assert "tls" not in network(ports(GOOD, odd))


def test_ports_that_nobody_looked_at_are_unknown() -> None:
    assert "tls" not in network(estate())
    assert "tls" not in network(ports(GOOD, count=2))
    hidden = ports(GOOD).hidden("tls_port", ACCOUNT)
    assert hidden.of("account", ACCOUNT).absences["account.network.tls"] == f"gap tls_port {ACCOUNT}"
