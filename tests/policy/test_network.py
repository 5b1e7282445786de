"""The address of an account, its private endpoints and zones, and its IP rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from auditor.policy.facts.network import MOST_ADDRESSES, broad_ip_rules, expected_zones
from auditor.settings import Endpoints, Settings
from tests.policy.estate import ACCOUNT, ENDPOINT, GROUP, GUID, SUB, ZONES, Estate, estate, gap, resource

ELSEWHERE = Endpoints(
    name="island",
    resource_manager="https://management.island.example",
    authority="https://login.island.example",
    openai_suffix="openai.island.example",
    foundry_suffix="services.island.example",
    resource_manager_scope="https://management.island.example/.default",
    model_scopes=("https://ai.island.example/.default",),
    private_dns_zones=("privatelink.openai.island.example",),
)


def _in(cloud: Any) -> Settings:
    return Settings.model_validate({"cloud": cloud, "scope": {"subscriptions": [GUID]}})


@pytest.mark.parametrize(
    ("cloud", "kind", "zones"),
    [
        ("public", "AIServices", ZONES),
        ("public", "aiservices", ZONES),
        ("public", "OpenAI", ("privatelink.openai.azure.com",)),
        ("public", "SpeechServices", ("privatelink.cognitiveservices.azure.com",)),
        ("us-government", "AIServices", ("privatelink.cognitiveservices.azure.us", "privatelink.openai.azure.us")),
        ("us-government", "OpenAI", ("privatelink.openai.azure.us",)),
        ("china", "AIServices", None),
        ("public", None, None),
        (ELSEWHERE, "AIServices", ("privatelink.openai.island.example",)),
        (ELSEWHERE.model_copy(update={"private_dns_zones": ()}), "AIServices", None),
    ],
)
def test_zones_follow_from_cloud_and_kind(cloud: Any, kind: str | None, zones: tuple[str, ...] | None) -> None:
    """A Foundry resource answers at three hosts and needs three zones; where no page tells, they are not known."""
    assert expected_zones(kind, _in(cloud)) == zones


@pytest.mark.parametrize(
    ("cloud", "subdomain", "host"),
    [
        ("public", "AIF-Chat", "aif-chat.openai.azure.com"),
        ("us-government", "aif-chat", "aif-chat.openai.azure.us"),
        (ELSEWHERE.model_dump(mode="json"), "aif-chat", "aif-chat.openai.island.example"),
        ("public", "", None),
        ("public", "evil.example/", None),
    ],
)
def test_the_host_is_the_subdomain_under_the_clouds_suffix(cloud: Any, subdomain: str, host: str | None) -> None:
    """Without a custom subdomain, or with one that is no name, there is no host."""
    changed = estate().with_account(customSubDomainName=subdomain) if subdomain != "aif-chat" else estate()
    assert Estate(**{**vars(changed), "settings": {**changed.settings, "cloud": cloud}}).account().get("host") == host


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("0.0.0.0/0", 2**32),
        ("10.1.2.3/8", 2**24),
        ("198.51.100.0/23", 512),
        ("198.51.100.0/24", None),
        ("203.0.113.7", None),
        (" 203.0.113.7 ", None),
        ("::/0", MOST_ADDRESSES),
        ("2001:db8::/48", MOST_ADDRESSES),
        ("2001:db8::/64", None),
    ],
)
def test_a_rule_wider_than_one_sites_network_is_broad(value: str, addresses: int | None) -> None:
    """Each broad rule comes with how many addresses it lets in."""
    found, note = broad_ip_rules([{"value": value}])
    assert found == ([{"value": value, "addresses": addresses}] if addresses else [])
    assert note is None


@pytest.mark.parametrize("value", ["any", "", None, 5, "10.0.0.0/33", "10.0.0.1-10.0.0.9"])
def test_a_rule_that_is_no_address_leaves_the_list_unknown(value: Any) -> None:
    """Neither broad nor narrow: nobody knows what it lets in."""
    found, note = broad_ip_rules([{"value": "0.0.0.0/0"}, {"value": value}])
    assert found is None
    assert note is not None
    assert note[0].startswith("not understood: ")


@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected"])
def test_only_an_approved_connection_counts(status: str) -> None:
    """A pending or rejected private endpoint lets nobody through: azqr's and the checklists' defect."""
    account = _connected(status).account()
    assert account["network"]["approved_endpoints"] == 0
    assert account["network"]["pending_endpoints"] == (["pe-chat"] if status == "Pending" else [])
    assert account["network"]["missing_zones"] == []


def test_no_public_access_and_no_approved_endpoint_is_unreachable() -> None:
    """Nobody can call such an account."""
    assert _connected("Pending").account()["network"]["unreachable"] is True
    assert (
        _connected("Pending").with_account(publicNetworkAccess="Enabled").account()["network"]["unreachable"] is False
    )
    assert estate().account()["network"]["unreachable"] is False


@pytest.mark.parametrize("value", ["SecuredByPerimeter", 7])
def test_public_access_in_words_that_nobody_knows_is_not_called_off(value: Any) -> None:
    """Without an approved endpoint nobody knows whether the account can be reached; with one it can."""
    assert "unreachable" not in _connected("Pending").with_account(publicNetworkAccess=value).account()["network"]
    assert estate().with_account(publicNetworkAccess=value).account()["network"]["unreachable"] is False


def test_a_connection_in_a_state_that_nobody_knows_leaves_the_count_unknown() -> None:
    """It may let traffic through or not."""
    network = _connected("Perhaps").account()["network"]
    assert "approved_endpoints" not in network
    assert "unreachable" not in network
    assert "missing_zones" not in network


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["properties"].update(provisioningState="Failed"),
        lambda body: body["properties"]["privateLinkServiceConnections"][0]["properties"].update(groupIds=["vault"]),
    ],
)
def test_an_endpoint_that_failed_or_leads_elsewhere_is_unhealthy(change: Any) -> None:
    """Approved is not enough."""
    bent = estate().changed("private_endpoint", ENDPOINT, change)
    assert bent.account()["network"]["unhealthy_endpoints"] == ["pe-chat"]


def _links(*groups: Any, manual: Any = None, told: Any = None, state: Any = "Succeeded", own: Any = "Succeeded") -> Any:
    """`unhealthy_endpoints` where the endpoint's links name these groups, and the account's connection `told`."""

    def endpoint(body: dict[str, Any]) -> None:
        links = [{"properties": {"groupIds": each}} for each in groups]
        body["properties"].update(
            provisioningState=state,
            privateLinkServiceConnections=links or None,
            manualPrivateLinkServiceConnections=None if manual is None else [{"properties": {"groupIds": manual}}],
        )

    def connection(body: dict[str, Any]) -> None:
        body["properties"]["privateEndpointConnections"][0]["properties"].update(groupIds=told, provisioningState=own)

    bent = estate().changed("private_endpoint", ENDPOINT, endpoint).changed("account", ACCOUNT, connection)
    return bent.account()["network"].get("unhealthy_endpoints")


@pytest.mark.parametrize(
    ("unhealthy", "expected"),
    [
        (partial(_links, ["account"]), []),
        (partial(_links, ["Account"], state="SUCCEEDED"), []),
        (partial(_links, ["vault", "account"]), []),
        (partial(_links, None, ["account"]), []),
        (partial(_links, manual=["account"]), []),
        (partial(_links, manual=["vault"]), ["pe-chat"]),
        (partial(_links, ["account"], manual=["vault"]), []),
        (partial(_links, told=["account"]), []),
        (partial(_links, ["account"], told=["ACCOUNT"], own=None), []),
        (partial(_links, ["account"], told=["vault"]), ["pe-chat"]),
        (partial(_links, ["account"], own="Failed"), ["pe-chat"]),
        (partial(_links, ["account"], state="Updating"), ["pe-chat"]),
        (partial(_links), None),
        (partial(_links, ["account"], state=None), None),
        (partial(_links, "account"), None),
    ],
)
def test_where_an_endpoint_leads_is_told_by_its_links_or_by_the_account(
    unhealthy: Callable[[], Any], expected: Any
) -> None:
    """In any case of the words; of no link and no word of the account nobody knows where it leads."""
    assert unhealthy() == expected


def test_zones_compare_without_case_and_what_names_none_covers_none() -> None:
    def shouted(body: dict[str, Any]) -> None:
        configs = body["properties"]["privateDnsZoneConfigs"]
        for config in configs:
            config["properties"]["privateDnsZoneId"] = config["properties"]["privateDnsZoneId"].upper()
        configs.append({"properties": {}})

    group = f"{ENDPOINT}/privateDnsZoneGroups/default"
    assert estate().changed("private_dns_zone_group", group, shouted).account()["network"]["missing_zones"] == []


def test_an_endpoint_that_was_not_read_is_neither_healthy_nor_unhealthy() -> None:
    """The gap is named for just what depended on it."""
    facts = estate().hidden("private_endpoint", ENDPOINT).of("account", ACCOUNT)
    network = facts.variables["account"]["network"]
    assert "unhealthy_endpoints" not in network
    assert network["approved_endpoints"] == 1
    assert facts.absences["account.network.unhealthy_endpoints"] == f"gap private_endpoint {ENDPOINT}"


def test_the_gap_of_an_endpoint_may_stand_under_its_account() -> None:
    """A collector that could read none of an account's endpoints leaves one gap for them all."""
    bent = estate().without("private_endpoint")
    bent = Estate(**{**vars(bent), "gaps": (gap("private_endpoint", ACCOUNT),)})
    absences = bent.of("account", ACCOUNT).absences
    assert absences["account.network.unhealthy_endpoints"] == f"gap private_endpoint {ACCOUNT}"


def test_each_zone_must_be_registered_by_some_approved_endpoint() -> None:
    """The built-in policy's one zone of three is not enough."""

    def only_the_first(body: dict[str, Any]) -> None:
        del body["properties"]["privateDnsZoneConfigs"][1:]

    group = f"{ENDPOINT}/privateDnsZoneGroups/default"
    bent = estate().changed("private_dns_zone_group", group, only_the_first)
    assert bent.account()["network"]["missing_zones"] == list(ZONES[1:])
    assert estate().without("private_dns_zone_group").account()["network"]["missing_zones"] == list(ZONES)


def test_zones_that_were_not_read_are_not_missing() -> None:
    """A denied list of zone groups is no proof of anything."""
    facts = estate().hidden("private_dns_zone_group", ENDPOINT).of("account", ACCOUNT)
    assert "missing_zones" not in facts.variables["account"]["network"]
    assert facts.absences["account.network.missing_zones"] == f"gap private_dns_zone_group {ENDPOINT}"


def test_a_second_endpoint_that_covers_all_zones_makes_the_first_ones_gap_unimportant() -> None:
    """Kleene: true or unknown is true."""
    second = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-two"

    def connect(body: dict[str, Any]) -> None:
        body["properties"]["privateEndpointConnections"].append(
            {
                "name": "aif-chat/pe-two.1",
                "properties": {
                    "privateEndpoint": {"id": second},
                    "privateLinkServiceConnectionState": {"status": "Approved"},
                },
            }
        )

    bent = estate().changed("account", ACCOUNT, connect)
    assert bent.account()["network"]["approved_endpoints"] == 2
    assert bent.account()["network"]["missing_zones"] == []
    assert "unhealthy_endpoints" not in bent.account()["network"]


def test_an_openai_account_needs_the_openai_zone_alone() -> None:
    """Its only host is openai's."""

    def openai_zone(body: dict[str, Any]) -> None:
        body["properties"]["privateDnsZoneConfigs"] = [body["properties"]["privateDnsZoneConfigs"][1]]

    bent = estate().changed("account", ACCOUNT, lambda body: body.update(kind="OpenAI"))
    bent = bent.changed("private_dns_zone_group", f"{ENDPOINT}/privateDnsZoneGroups/default", openai_zone)
    assert bent.account()["network"]["missing_zones"] == []


def test_an_undeclared_account_has_no_intent() -> None:
    """Nobody said how it is meant to be reached."""
    assert "intent" not in estate().expecting(account="another").account()["network"]
    assert estate().account()["network"]["intent"] == "private"


def test_the_endpoint_of_another_account_is_not_taken_for_this_ones() -> None:
    """Endpoints are found by their own id, whatever account they were read for."""
    other = resource("private_endpoint", f"{SUB}/x/privateEndpoints/pe-chat", ACCOUNT, {"properties": {}})
    bent = estate().without("private_endpoint").plus(other)
    assert "unhealthy_endpoints" not in bent.account()["network"]


def _connected(status: str) -> Estate:
    def change(body: dict[str, Any]) -> None:
        connection = body["properties"]["privateEndpointConnections"][0]["properties"]
        connection["privateLinkServiceConnectionState"]["status"] = status

    return estate().changed("account", ACCOUNT, change)
