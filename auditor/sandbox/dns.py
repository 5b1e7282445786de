"""A small DNS server on loopback that answers for the pretend names: public, private and broken answers."""

from __future__ import annotations

import asyncio
import struct
from hashlib import sha256

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from auditor.sandbox.account import Account
from auditor.sandbox.hosts import EXACT, REGIONAL, SUFFIXES, VAULTS
from auditor.sandbox.listening import stop
from auditor.sandbox.world import World

TTL = 10
_TRIES = 20


class Resolver:
    """Answers over UDP and TCP on the same port of 127.0.0.1."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def serve(self) -> str:
        """Starts both servers; gives `host:port`."""
        loop = asyncio.get_running_loop()
        for _ in range(_TRIES):
            udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._world), local_addr=("127.0.0.1", 0))
            port: int = udp.get_extra_info("sockname")[1]
            try:
                self._tcp = await asyncio.start_server(self._connected, "127.0.0.1", port)
            except OSError:
                udp.close()
                continue
            self._udp = udp
            return f"127.0.0.1:{port}"
        raise OSError("no port of 127.0.0.1 is free for both UDP and TCP")

    async def close(self) -> None:
        """Ends both servers."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            await stop(self._tcp)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            reply = answer(self._world, await reader.readexactly(length))
            writer.write(struct.pack("!H", len(reply)) + reply)
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, world: World) -> None:
        self._world = world
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # asyncio types it too widely
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = answer(self._world, data)
        if reply and self._transport is not None:
            self._transport.sendto(reply, addr)


def answer(world: World, question: bytes) -> bytes:
    """The reply to one DNS message; empty for bytes that are none."""
    try:
        query = dns.message.from_wire(question)
    except (dns.exception.DNSException, ValueError):
        return b""
    reply = dns.message.make_response(query, recursion_available=True)
    if len(query.question) != 1:
        reply.set_rcode(dns.rcode.FORMERR)
        return reply.to_wire()
    asked = query.question[0]
    name = asked.name.to_text(omit_final_dot=True).lower()
    chain, address, found = resolve(world, name)
    reply.set_rcode(found)
    for owner, target in zip([name, *chain], chain, strict=False):
        reply.answer.append(dns.rrset.from_text(f"{owner}.", TTL, "IN", "CNAME", f"{target}."))
    if address and asked.rdtype in {dns.rdatatype.A, dns.rdatatype.ANY}:
        reply.answer.append(dns.rrset.from_text(f"{[name, *chain][-1]}.", TTL, "IN", "A", address))
    return reply.to_wire()


def resolve(world: World, name: str) -> tuple[list[str], str | None, dns.rcode.Rcode]:
    """The aliases that a name leads through, the address at their end, and the code; pure.

    An account with a private endpoint is an alias of its `privatelink` name, which has the endpoint's address where the
    private zone is linked, the public one where it is not, and no record where it is linked and empty. A resolver that
    gets no answer from the servers behind it says SERVFAIL.
    https://learn.microsoft.com/azure/private-link/private-endpoint-dns
    """
    label, _, suffix = name.partition(".")
    if name in EXACT or label in {REGIONAL: world.regions, VAULTS: world.vaults}.get(suffix, ()):
        return [], _public(name), dns.rcode.NOERROR
    private = suffix.startswith("privatelink.")
    suffix = suffix.removeprefix("privatelink.")
    account = world.by_subdomain.get(label)
    if suffix not in (*SUFFIXES, VAULTS):
        return [], None, dns.rcode.REFUSED
    if not world.names_answered:
        return [], None, dns.rcode.SERVFAIL
    if account is None or suffix == REGIONAL:
        return [], None, dns.rcode.NXDOMAIN
    if not account.approved:
        return ([], None, dns.rcode.NXDOMAIN) if private else ([], _public(name), dns.rcode.NOERROR)
    chain = [] if private else [f"{label}.privatelink.{suffix}"]
    address = _behind(world, account, suffix)
    return chain, address, dns.rcode.NOERROR if address else dns.rcode.NXDOMAIN


def leads_outside(world: World, name: str) -> bool:
    """Whether the runner's resolver gives a name a public address."""
    _, address, _ = resolve(world, name)
    return address == _public(name)


def _behind(world: World, account: Account, suffix: str) -> str | None:
    """What the privatelink name of an account has as its address; None for no record."""
    zone = f"privatelink.{suffix}"
    keys = {world.zone_key(account, endpoint, zone) for endpoint in account.approved}
    if not world.runner.inside or suffix in account.unlinked or keys & world.unlinked:
        return _public(f"{account.subdomain}.{suffix}")
    if suffix in account.unresolved:
        return None
    registered = (
        endpoint.remembered or endpoint.record or endpoint.address
        for endpoint in account.approved
        if zone in endpoint.zones
    )
    return next(registered, _public(f"{account.subdomain}.{suffix}"))


def _public(name: str) -> str:
    """An address of the block that is for documentation (RFC 5737), always the same for a name."""
    return f"203.0.113.{sha256(name.encode()).digest()[0] % 254 + 1}"
