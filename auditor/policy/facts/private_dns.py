"""The private DNS zones that an account's endpoints register it in: who sees them, and what their records hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from auditor.cloud.addresses import is_private
from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.part import Telling
from auditor.policy.facts.private_endpoint import GROUPS, Connection
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text, texts
from auditor.record import Json, JsonObject

ZoneLinks = Mapping[str, Mapping[str, str]]
"""Folded id of a zone whose links were all read → folded id of a virtual network → how the link stands."""

LINKED: Final = "Completed"
NOT_LINKED: Final = "not linked"

_HOST: Final = "host_name"
_LINK: Final = "virtual_network_link"
_RECORD: Final = "dns_record"
_ENDPOINT: Final = "private_endpoint"
_INTERFACE: Final = "network_interface"


@dataclass(frozen=True)
class Registered:
    """An account and the connections through which it is registered."""

    account_id: str
    subdomain: str
    """In lower case; the name of its record in each zone. Empty: it has no host name to register."""
    expected: tuple[str, ...] | None
    """The zones in which its host names are; None where no page tells, and then each that an endpoint names counts."""
    approved: tuple[Connection, ...]


@dataclass(frozen=True)
class _Zone:
    id: str
    endpoints: tuple[str, ...]
    """Ids of the endpoints that write into it."""

    @property
    def name(self) -> str:
        return last(self.id).lower()


@dataclass(frozen=True)
class _Judged:
    """What is wrong, and the reads without which the rest is not known."""

    wrong: tuple[Json, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()


def zone_links(seen: Seen) -> ZoneLinks:
    """The links of each zone, by network; a link of a shape never seen leaves its zone out."""
    found: dict[str, dict[str, str] | None] = {}
    for link in seen.all_of(_LINK):
        zone = fold(link.parent or "")
        network = text(dig(link.body, "properties", "virtualNetwork", "id"))
        states = found.setdefault(zone, {})
        if network is None:
            found[zone] = None
        elif states is not None and states.get(fold(network)) != LINKED:
            states[fold(network)] = _state(link.body)
    for kind, zone in seen.listings:
        if kind == _LINK:
            found.setdefault(zone, {})
    return {zone: links for zone, links in found.items() if links is not None and seen.listing(_LINK, zone)}


def tell_private_dns(told: Telling, here: Registered, networks: Iterable[str], links: ZoneLinks, seen: Seen) -> None:
    """`registered_zones`, `unlinked_zones`, `missing_records`, `wrong_records` and `stale_names`.

    What is proven wrong is told even where more may be; all that is well is told only where everything was read.
    """
    zones = _zones(here, seen)
    if zones is None:
        reads = [(GROUPS, one.endpoint) for one in here.approved] + [(_ENDPOINT, one.endpoint) for one in here.approved]
        gap = seen.why(*reads, (GROUPS, here.account_id))
        for name in ("registered_zones", "unlinked_zones", "missing_records", "wrong_records", "stale_names"):
            told.tell(name, None, because=gap)
        return
    told.tell("registered_zones", sorted({zone.name for zone in zones}))
    _tell(told, "unlinked_zones", _unlinked(zones, tuple(networks), links), seen)
    _tell(told, "missing_records", _missing(here, zones, seen), seen)
    _tell(told, "wrong_records", _wrong(here, zones, seen), seen)
    _tell(told, "stale_names", _stale(here, zones, seen), seen)
    records = [seen.resource(_RECORD, _record_id(zone, here)) for zone in zones]
    told.read("wrong_records", [reading for one in records if one is not None for reading in one.readings])
    listings = [listing for zone in zones if (listing := seen.listing(_RECORD, zone.id)) is not None]
    told.read("missing_records", [reading for one in listings for reading in one.readings])
    listings = [listing for zone in zones if (listing := seen.listing(_LINK, zone.id)) is not None]
    told.read("unlinked_zones", [reading for one in listings for reading in one.readings])


def _tell(told: Telling, name: str, judged: _Judged, seen: Seen) -> None:
    known = bool(judged.wrong) or not judged.unread
    told.tell(name, list(judged.wrong) if known else None, because=seen.why(*judged.unread))


def _zones(here: Registered, seen: Seen) -> tuple[_Zone, ...] | None:
    """Each zone once, in the order of its id; None where an endpoint's zone groups were not read whole."""
    found: dict[str, tuple[str, list[str]]] = {}
    for connection in here.approved:
        endpoint = connection.endpoint
        if endpoint is None or seen.listing(GROUPS, endpoint) is None:
            return None
        for group in seen.children(GROUPS, endpoint):
            configs = objects(dig(group.body, "properties", "privateDnsZoneConfigs"))
            if configs is None:
                return None
            for zone in (text(dig(config, "properties", "privateDnsZoneId")) for config in configs):
                if zone and here.subdomain and (here.expected is None or last(zone).lower() in here.expected):
                    found.setdefault(fold(zone), (zone, []))[1].append(endpoint)
    return tuple(_Zone(found[key][0], tuple(dict.fromkeys(found[key][1]))) for key in sorted(found))


def _unlinked(zones: tuple[_Zone, ...], networks: tuple[str, ...], links: ZoneLinks) -> _Judged:
    """A network must see one of the zones of a name: it can be linked to no second.

    https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links
    """
    by_name: dict[str, list[_Zone]] = {}
    for zone in zones:
        by_name.setdefault(zone.name, []).append(zone)
    wrong: list[Json] = []
    unread: list[tuple[str, str]] = []
    for name, same in by_name.items():
        blind = [(_LINK, zone.id) for zone in same if fold(zone.id) not in links]
        for network in networks:
            states = [links.get(fold(zone.id), {}).get(fold(network), NOT_LINKED) for zone in same]
            if LINKED in states:
                continue
            if blind:
                unread += blind
            else:
                state = next((one for one in states if one != NOT_LINKED), NOT_LINKED)
                wrong.append({"zone": name, "id": same[0].id, "network": network, "state": state})
    return _Judged(tuple(wrong), tuple(unread))


def _missing(here: Registered, zones: tuple[_Zone, ...], seen: Seen) -> _Judged:
    wrong: list[Json] = []
    unread: list[tuple[str, str]] = []
    for zone in zones:
        if seen.resource(_RECORD, _record_id(zone, here)) is not None:
            continue
        if seen.listing(_RECORD, zone.id) is None:
            unread.append((_RECORD, zone.id))
        else:
            lost: JsonObject = {"zone": zone.name, "id": zone.id, "name": here.subdomain}
            own, _ = _addresses(zone, seen)
            wrong.append({**lost, "endpoint": [*sorted(own)]} if own is not None else lost)
    return _Judged(tuple(wrong), tuple(unread))


def _wrong(here: Registered, zones: tuple[_Zone, ...], seen: Seen) -> _Judged:
    """Records that lead anywhere but to the interfaces of the endpoints that write into the zone."""
    wrong: list[Json] = []
    unread: list[tuple[str, str]] = []
    for zone in zones:
        record = seen.resource(_RECORD, _record_id(zone, here))
        if record is None:
            unread += [(_RECORD, zone.id)] if seen.listing(_RECORD, zone.id) is None else []
            continue
        held, (own, blind) = _held(record.body), _addresses(zone, seen)
        if held is None or own is None:
            unread += blind or [(_RECORD, zone.id)]
        elif not held or not set(held) <= set(own):
            told: JsonObject = {"zone": zone.name, "id": zone.id, "name": here.subdomain}
            told.update(record=[*sorted(held)], endpoint=[*sorted(own)])
            wrong.append(told)
    return _Judged(tuple(wrong), tuple(unread))


def _stale(here: Registered, zones: tuple[_Zone, ...], seen: Seen) -> _Judged:
    """Host names for which the resolver of who looked gives private addresses that no endpoint of the account has.

    Where the record is wrong too, that is the cause; a public address is a zone that is not seen. Of two zones of a
    name the resolver sees one, which need not be this one: the addresses of all endpoints are right.
    """
    wrong: list[Json] = []
    unread: list[tuple[str, str]] = []
    held_by = {zone: _addresses(zone, seen) for zone in zones}
    everywhere = {address for own, _ in held_by.values() for address in own or ()}
    for zone, (own, blind) in held_by.items():
        host = f"{here.subdomain}.{zone.name.removeprefix('privatelink.')}"
        answer = seen.resource(_HOST, f"{here.account_id}/hosts/{host}")
        if answer is None and seen.listing(_HOST, here.account_id) is not None:
            continue  # nobody calls it by this name
        record = seen.resource(_RECORD, _record_id(zone, here))
        held = _held(record.body) if record is not None else None
        given = texts(answer.body.get("addresses")) if answer is not None else None
        if own is None or held is None or given is None:
            unread += blind
            unread += [(_RECORD, zone.id)] if record is None and seen.listing(_RECORD, zone.id) is None else []
            unread += [(_HOST, here.account_id)] if answer is None else []
        elif given and all(map(is_private, given)) and set(held) <= set(own) and not set(given) & everywhere:
            wrong.append({"host": host, "zone": zone.name, "given": [*sorted(given)], "endpoint": [*sorted(own)]})
    return _Judged(tuple(wrong), tuple(unread))


def _held(body: JsonObject) -> list[str] | None:
    """The addresses of a record."""
    rows = objects(dig(body, "properties", "aRecords"))
    found = None if rows is None else [text(row.get("ipv4Address")) for row in rows]
    return None if found is None or None in found else [one for one in found if one]


def _addresses(zone: _Zone, seen: Seen) -> tuple[list[str] | None, list[tuple[str, str]]]:
    """The private addresses of the endpoints that write into a zone, or the reads without which they are not known."""
    addresses: list[str] = []
    blind: list[tuple[str, str]] = []
    for endpoint in zone.endpoints:
        read = seen.resource(_ENDPOINT, endpoint)
        ids = None if read is None else _interfaces(read.body)
        if ids is None:
            blind.append((_ENDPOINT, endpoint))
            continue
        for interface in ids:
            found = seen.resource(_INTERFACE, interface)
            own = None if found is None else _of_interface(found.body)
            if own is None:
                blind.append((_INTERFACE, interface))
            else:
                addresses += own
    return (None, blind) if blind or not addresses else (addresses, [])


def _interfaces(endpoint: JsonObject) -> list[str] | None:
    rows = objects(dig(endpoint, "properties", "networkInterfaces"))
    found = None if rows is None else [text(row.get("id")) for row in rows]
    return None if found is None or None in found else [one for one in found if one]


def _of_interface(body: JsonObject) -> list[str] | None:
    rows = objects(dig(body, "properties", "ipConfigurations"))
    found = None if rows is None else [text(dig(row, "properties", "privateIPAddress")) for row in rows]
    return None if found is None or None in found else [one for one in found if one]


def _record_id(zone: _Zone, here: Registered) -> str:
    return f"{zone.id}/A/{here.subdomain}"


def _state(link: JsonObject) -> str:
    """How a link stands: `Completed` is the one state in which the network sees the zone."""
    state = text(dig(link, "properties", "virtualNetworkLinkState"))
    made = text(dig(link, "properties", "provisioningState"))
    if (state or "").lower() != LINKED.lower():
        return state or "not told"
    return LINKED if (made or "").lower() == "succeeded" else made or "not told"
