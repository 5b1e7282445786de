"""An HTTP CONNECT proxy on loopback that leads Azure's host names to the sandbox, and nothing anywhere else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import Literal
from weakref import WeakSet

from auditor.sandbox.certificates import Identities
from auditor.sandbox.hosts import REGIONAL, service_of
from auditor.sandbox.listening import stop
from auditor.sandbox.world import World

Way = Literal[
    "lead", "unknown host", "unresolved", "unanswered", "refuse", "untrusted", "legacy-tls", "reset", "hang"
]  # fmt: skip

HTTPS = "443"
HEAD_SECONDS = 10
LONGEST_HEAD = 16 * 1024
_END = b"\r\n\r\n"


class Proxy:
    """Accepts CONNECT and gives the connection, once TLS stands on it, to an HTTP server of this process.

    `protocol` makes the server's side of one connection; `identities` are its sides of TLS;
    `refused` gets the name of each host that is not ours.
    """

    def __init__(
        self,
        world: World,
        protocol: Callable[[], asyncio.Protocol],
        identities: Identities,
        refused: list[str],
        closing: asyncio.Event,
    ) -> None:
        self._world = world
        self._protocol = protocol
        self._identities = identities
        self._refused = refused
        self._closing = closing
        self._troubles: Mapping[str, Way] = {one.account: one.way for one in world.connect_troubles}
        self._open: WeakSet[asyncio.Transport] = WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def serve(self) -> str:
        """Starts on a free port of 127.0.0.1; gives the URL for HTTPS_PROXY."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Accepts nobody any more."""
        if self._server is not None:
            await stop(self._server)

    async def cut(self) -> None:
        """Ends every connection at once, whatever still goes over it."""
        for transport in tuple(self._open):
            transport.abort()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(0)

    def opened(self, transport: asyncio.Transport) -> None:
        """Notes a connection."""
        self._open.add(transport)

    def asked(self, transport: asyncio.Transport, head: bytes) -> None:
        """Serves one request for a tunnel."""
        task = asyncio.get_running_loop().create_task(self._serve(transport, head))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, transport: asyncio.Transport, head: bytes) -> None:
        method, _, rest = head.decode("latin-1").partition("\r\n")[0].partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        host = host.lower()
        way = self._way(host) if method == "CONNECT" and port == HTTPS else "unknown host"
        if way == "hang":
            await self._closing.wait()
        if way in {"hang", "reset"}:
            transport.abort()
        elif way == "unknown host":
            self._refused.append(host or rest)
            _answer(transport, "403 Forbidden", "the sandbox leads to Azure's host names and to no other")
        elif way == "refuse":
            _answer(transport, "403 Forbidden", "this proxy does not lead there")
        elif way == "unresolved":
            _answer(transport, "502 Bad Gateway", f"{host} does not resolve")
        elif way == "unanswered":
            _answer(transport, "504 Gateway Timeout", f"{host} does not answer")
        else:
            transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._hand_over(transport, self._shown(way))

    def _shown(self, way: Way) -> ssl.SSLContext:
        ways = {"untrusted": self._identities.untrusted, "legacy-tls": self._identities.old}
        return ways.get(way, self._identities.trusted)

    async def _hand_over(self, transport: asyncio.Transport, context: ssl.SSLContext) -> None:
        """Puts TLS on the connection and gives it to the HTTP server."""
        early = _Early()
        try:
            secured = await asyncio.get_running_loop().start_tls(transport, early, context, server_side=True)
        except OSError:
            transport.abort()
            return
        if secured is None or early.lost or self._closing.is_set():
            transport.abort()
            return
        protocol = self._protocol()
        secured.set_protocol(protocol)
        protocol.connection_made(secured)
        if early.data:
            protocol.data_received(bytes(early.data))

    def _way(self, host: str) -> Way:
        service = service_of(host)
        if service is None:
            return "unknown host"
        label, _, suffix = host.partition(".")
        if service == "vault":
            return "lead" if label in self._world.vaults else "unresolved"
        if service != "model":
            return "lead"
        if suffix == REGIONAL:
            return "lead" if label in self._world.regions else "unresolved"
        account = self._world.by_subdomain.get(label)
        if account is None or not self._world.names_answered:
            return "unresolved"
        return self._troubles.get(account.name, "lead")


class _Connection(asyncio.Protocol):
    """Reads the head of one request."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._head = bytearray()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, transport.abort)
            self._proxy.opened(transport)

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._timer is None or self._timer.cancelled():
            return
        self._head += data
        if len(self._head) > LONGEST_HEAD:
            self._transport.abort()
        elif _END in self._head:
            self._timer.cancel()
            self._proxy.asked(self._transport, bytes(self._head))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._timer is not None:
            self._timer.cancel()


class _Early(asyncio.Protocol):
    """Keeps what a client sends together with the end of its handshake, before the HTTP server is there."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.lost = True


def _answer(transport: asyncio.Transport, status: str, words: str) -> None:
    body = f"{words}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\nX-Endpoint-Notice: sandbox: not evidence\r\n\r\n"
    )
    transport.write(head.encode() + body)
    transport.close()
