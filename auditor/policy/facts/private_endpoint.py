"""The private endpoints of an account: approved or not, healthy or not, and in which DNS zones they register it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.policy.facts.arm_id import last
from auditor.policy.facts.part import Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import JsonObject

GROUP: Final = "account"
"""The group of sub-resources that the data plane's hosts belong to.

https://learn.microsoft.com/azure/private-link/private-endpoint-dns (column subresource)
"""

GROUPS: Final = "private_dns_zone_group"
_ENDPOINT: Final = "private_endpoint"


@dataclass(frozen=True)
class Connection:
    """One private endpoint connection of an account; None is not known."""

    name: str
    """The endpoint's name, or the connection's own where the endpoint is not told."""
    endpoint: str | None
    """The endpoint's ARM id."""
    status: str | None
    """Only Approved lets traffic through."""
    body: JsonObject


def connections(account: JsonObject) -> list[Connection] | None:
    """The connections that stand in the account's filled body; None where they were not read."""
    found = objects(dig(account, "properties", "privateEndpointConnections"))
    return None if found is None else [_connection(body) for body in found]


def tell_health(told: Telling, approved: list[Connection], account_id: str, seen: Seen) -> None:
    """`unhealthy_endpoints`: those that did not succeed or lead elsewhere; one that was not read leaves it unknown."""
    judged = [(connection, _sick(connection, seen)) for connection in approved]
    unread = [connection for connection, sick in judged if sick is None]
    known = None if unread else [connection.name for connection, sick in judged if sick]
    told.tell("unhealthy_endpoints", known, because=_why((_ENDPOINT,), unread, account_id, seen))
    endpoints = [seen.resource(_ENDPOINT, one.endpoint) for one in approved if one.endpoint]
    told.read("unhealthy_endpoints", [reading for one in endpoints if one for reading in one.readings])


def tell_zones(told: Telling, approved: list[Connection], zones: tuple[str, ...], account_id: str, seen: Seen) -> None:
    """`missing_zones`: expected zones in which no approved endpoint registers the account; none without an endpoint."""
    registered = [(connection, _zones(connection, seen)) for connection in approved]
    unread = [connection for connection, found in registered if found is None]
    covered = {zone for _, found in registered for zone in found or ()}
    missing = [zone for zone in zones if zone not in covered] if approved else []
    unknown = bool(missing and unread)
    told.tell(
        "missing_zones", None if unknown else missing, because=_why((GROUPS, _ENDPOINT), unread, account_id, seen)
    )
    groups = [group for one in approved if one.endpoint for group in seen.children(GROUPS, one.endpoint)]
    told.read("missing_zones", [reading for group in groups for reading in group.readings])


def _connection(body: JsonObject) -> Connection:
    endpoint = text(dig(body, "properties", "privateEndpoint", "id"))
    own = text(body.get("name")) or text(body.get("id")) or ""
    return Connection(
        name=last(endpoint) if endpoint else last(own),
        endpoint=endpoint,
        status=text(dig(body, "properties", "privateLinkServiceConnectionState", "status")),
        body=body,
    )


def _sick(connection: Connection, seen: Seen) -> bool | None:
    """Whether connection or endpoint is in a bad state; None where the endpoint was not read and all else is well."""
    state = text(dig(connection.body, "properties", "provisioningState"))
    groups = texts(dig(connection.body, "properties", "groupIds"))
    if state not in {None, "Succeeded"} or (groups and not _leads_to_account(groups)):
        return True
    read = seen.resource(_ENDPOINT, connection.endpoint) if connection.endpoint else None
    return None if read is None else _endpoint_sick(read.body, groups or [])


def _endpoint_sick(body: JsonObject, told_by_account: list[str]) -> bool | None:
    state = text(dig(body, "properties", "provisioningState"))
    links = [
        *(objects(dig(body, "properties", "privateLinkServiceConnections")) or ()),
        *(objects(dig(body, "properties", "manualPrivateLinkServiceConnections")) or ()),
    ]
    groups = [group for link in links for group in texts(dig(link, "properties", "groupIds")) or ()] or told_by_account
    if state is None or not groups:
        return None
    return state.lower() != "succeeded" or not _leads_to_account(groups)


def _leads_to_account(groups: list[str]) -> bool:
    return any(group.lower() == GROUP for group in groups)


def _zones(connection: Connection, seen: Seen) -> set[str] | None:
    """The zones that an endpoint registers itself in; None where its groups were not read whole."""
    if connection.endpoint is None or seen.listing(GROUPS, connection.endpoint) is None:
        return None
    zones: set[str] = set()
    for group in seen.children(GROUPS, connection.endpoint):
        configs = objects(dig(group.body, "properties", "privateDnsZoneConfigs"))
        if configs is None:
            return None
        ids = [text(dig(config, "properties", "privateDnsZoneId")) for config in configs]
        zones |= {last(zone).lower() for zone in ids if zone}
    return zones


def _why(kinds: tuple[str, ...], unread: list[Connection], account_id: str, seen: Seen) -> str | None:
    return seen.why(*((kind, scope) for one in unread for kind in kinds for scope in (one.endpoint, account_id)))
