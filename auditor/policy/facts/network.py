"""Who can reach an account: its address, its private endpoints and zones, its rules, its perimeter and its ports."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Final

from auditor.policy.facts.around import Around
from auditor.policy.facts.host_names import tell_host_names
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.perimeter import tell_perimeter
from auditor.policy.facts.private_dns import Registered, tell_private_dns
from auditor.policy.facts.private_endpoint import connections, tell_health, tell_zones
from auditor.policy.facts.shape import dig, objects, text
from auditor.policy.facts.tls_ports import tell_ports
from auditor.record import Json, JsonObject
from auditor.settings import Endpoints, Settings

RULES_PAGE: Final = "https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks"

OPENAI_SUFFIX: Final = {
    "public": "openai.azure.com",
    "us-government": "openai.azure.us",
    "china": "openai.azure.cn",
}
"""Cloud → what follows the custom subdomain.

https://learn.microsoft.com/azure/ai-services/cognitive-services-custom-subdomains
https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
"""

ZONES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "public": {
        "AIServices": (
            "privatelink.cognitiveservices.azure.com",
            "privatelink.openai.azure.com",
            "privatelink.services.ai.azure.com",
        ),
        "OpenAI": ("privatelink.openai.azure.com",),
        "": ("privatelink.cognitiveservices.azure.com",),
    },
    "us-government": {
        "AIServices": ("privatelink.cognitiveservices.azure.us", "privatelink.openai.azure.us"),
        "OpenAI": ("privatelink.openai.azure.us",),
        "": ("privatelink.cognitiveservices.azure.us",),
    },
}
"""Cloud → kind of account (`""`: any other) → zones in which its hosts must have a private record.

https://learn.microsoft.com/azure/private-link/private-endpoint-dns documents the public zones, and for US Government
cognitiveservices alone; there, openai is the zone of the host that OpenAI accounts answer at (§ Azure Government of
https://learn.microsoft.com/azure/ai-services/openai/azure-government). No page tells China's, so they are not known.
"""

BROAD: Final = {4: 24, 6: 64}
"""IP version → the shortest prefix that is still one site's network."""

MOST_ADDRESSES: Final = 2**53 - 1
"""What a JSON number holds everywhere; an IPv6 rule may let in more."""

_SUBDOMAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def host(account: JsonObject, settings: Settings) -> str | None:
    """The name that applications should call; None where the account has no custom subdomain."""
    subdomain = text(dig(account, "properties", "customSubDomainName"))
    if subdomain is None or not _SUBDOMAIN.fullmatch(subdomain):
        return None
    cloud = settings.cloud
    suffix = cloud.openai_suffix if isinstance(cloud, Endpoints) else OPENAI_SUFFIX[cloud]
    return f"{subdomain.lower()}.{suffix}"


REJECTED: Final = {"Rejected", "Disconnected"}
"""What a connection says that somebody refused or took away; no traffic goes through it, and it never heals by itself.

https://learn.microsoft.com/azure/private-link/manage-private-endpoint#private-endpoint-connections
"""


def network(of: Around) -> Part:
    """`account.network`, for the strictest of the workloads that use the account."""
    account, account_id, declaring = of.body, of.resource.id, of.declaring
    settings, seen = of.basis.settings, of.basis.seen
    told = Telling()
    told.tell("intent", declaring.network if declaring is not None else None)
    networks = declaring.virtual_networks if declaring is not None else ()
    told.tell("virtual_networks", list(networks))
    tell_perimeter(told, account_id, seen)
    tell_ports(told, account_id, seen)
    _tell_rules(told, account)
    zones = expected_zones(text(account.get("kind")), settings)
    told.tell("expected_zones", list(zones) if zones is not None else None)
    rules, note = broad_ip_rules(dig(account, "properties", "networkAcls", "ipRules"))
    told.tell("broad_ip_rules", rules, note=note)
    tell_host_names(told, account_id, seen)
    found = connections(account)
    if found is None:
        return told.done()
    approved = [connection for connection in found if connection.status == "Approved"]
    count = None if any(connection.status is None for connection in found) else len(approved)
    told.tell("approved_endpoints", count)
    told.tell("unreachable", _unreachable(text(dig(account, "properties", "publicNetworkAccess")), count))
    if count is not None:
        told.tell("pending_endpoints", [one.name for one in found if one.status == "Pending"])
        told.tell("rejected_endpoints", [one.name for one in found if one.status in REJECTED])
        told.tell("disconnected_endpoints", [one.name for one in found if one.status == "Disconnected"])
        tell_health(told, approved, account_id, seen)
        if zones is not None:
            tell_zones(told, approved, zones, account_id, seen)
        subdomain = text(dig(account, "properties", "customSubDomainName")) or ""
        here = Registered(account_id, subdomain.lower(), zones, tuple(approved))
        tell_private_dns(told, here, networks, of.basis.zone_links, seen)
    return told.done()


def _tell_rules(told: Telling, account: JsonObject) -> None:
    """`virtual_network_rules`, `trusted_services` and `injections`: subnets let in, Azure's own let past, joined."""
    rules = objects(dig(account, "properties", "networkAcls", "virtualNetworkRules"))
    subnets = None if rules is None else [text(rule.get("id")) for rule in rules]
    told.tell("virtual_network_rules", None if subnets is None or None in subnets else subnets)
    bypass = text(dig(account, "properties", "networkAcls", "bypass"))
    told.tell("trusted_services", None if bypass is None else bypass == "AzureServices")
    injections = objects(dig(account, "properties", "networkInjections"))
    told.tell("injections", None if injections is None else [*filter(None, map(_injection, injections))])


def _injection(body: JsonObject) -> JsonObject | None:
    """Which of the account's features runs in which network; None for one that joins nothing."""
    scenario, subnet = text(body.get("scenario")), text(body.get("subnetArmId"))
    managed = body.get("useMicrosoftManagedNetwork") is True
    if scenario is None or scenario == "none" or not (subnet or managed):
        return None
    return {"scenario": scenario, "subnet": subnet or "Microsoft's managed network"}


def expected_zones(kind: str | None, settings: Settings) -> tuple[str, ...] | None:
    """The private DNS zones that an account of that kind needs; None where no page tells."""
    cloud = settings.cloud
    if isinstance(cloud, Endpoints):
        return cloud.private_dns_zones or None
    if kind is None or cloud not in ZONES:
        return None
    by_kind = {name.lower(): zones for name, zones in ZONES[cloud].items()}
    return by_kind.get(kind.lower(), by_kind[""])


def broad_ip_rules(rules: Json) -> tuple[Json, tuple[str, str] | None]:
    """The rules that let in more than one site's network, with how many addresses each covers; and why it is not known.

    Wider than /24, or /64 for IPv6. One rule that is no address leaves the whole list unknown.
    """
    found = objects(rules)
    if found is None:
        return None, None
    broad: list[Json] = []
    for rule in found:
        value = text(rule.get("value"))
        try:
            net = ip_network(value.strip() if value else "", strict=False)
        except ValueError:
            return None, (f'not understood: "{(value or "")[:60]}" is no address range', RULES_PAGE)
        if net.prefixlen < BROAD[net.version]:
            broad.append({"value": value, "addresses": min(net.num_addresses, MOST_ADDRESSES)})
    return broad, None


def _unreachable(public_access: str | None, approved: int | None) -> bool | None:
    if public_access == "Enabled" or (approved or 0) > 0:
        return False
    return None if public_access is None or approved is None else True
