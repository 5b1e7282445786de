"""Serves the pretend services over HTTP: which host says what, in which way it arrives, and what is remembered."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from uuid import uuid4

from aiohttp import web

from auditor.sandbox import arm, entra, local_identity, prices, responses, vault_keys
from auditor.sandbox.hosts import service_of
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.wire import Answer, Ask, Seen, answer_error
from auditor.sandbox.world import World

NOTICE = "sandbox: not evidence"
"""Stands in the header `x-endpoint-notice` of every answer; reports print it."""

_HANDLERS = {
    "arm": arm.answer,
    "entra": entra.answer,
    "model": responses.answer,
    "price": prices.answer,
    "vault": vault_keys.answer,
}

ARRIVAL_SECONDS = 0.1
"""What was sent before a reset is lost unless it had time to be read."""

_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER switched on with no time to linger: closing sends a reset."""


@dataclass
class Services:
    """What all of the sandbox's servers share."""

    world: World
    ledger: Ledger
    latency_ms: float
    requests: list[Seen]
    unknown_routes: list[str]
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the sandbox closes: nobody waits any longer."""

    def azure(self) -> web.Server:
        """The server behind Azure's host names."""
        return web.Server(partial(self._serve, answer=self._azure_answer), access_log=None)

    def local(self) -> web.Server:
        """The server of the identity endpoints that live beside the caller."""
        return web.Server(partial(self._serve, answer=self._local_answer), access_log=None)

    def _azure_answer(self, ask: Ask) -> Answer:
        service = service_of(ask.host) or "other"
        if service == "other":
            return answer_error(404, "NotFound", f"{ask.host} is not pretended beyond its name.", unknown=True)
        return _HANDLERS[service](self.world, self.ledger, ask)

    def _local_answer(self, ask: Ask) -> Answer:
        return local_identity.answer(self.world, self.ledger, ask)

    async def _serve(self, request: web.BaseRequest, *, answer: Callable[[Ask], Answer]) -> web.StreamResponse:
        ask = Ask(
            method=request.method,
            host=request.host.partition(":")[0].lower(),
            path=request.path,
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        whole = answer(ask)
        silent = whole.cut in {"reset", "hang"}
        self.requests.append(
            Seen(ask.method, ask.host, ask.path, request.query_string, None if silent else whole.status)
        )
        if whole.unknown:
            self.unknown_routes.append(f"{ask.method} {ask.host}{ask.path}")
        await self._wait(whole.seconds + self.latency_ms / 1000)
        if whole.cut == "hang":
            await self.closing.wait()
        if silent:
            _reset(request)
        try:
            return await self._send(request, whole)
        except ConnectionResetError:
            # Who asked has hung up, as one that is interrupted does; aiohttp would tell of that as of a defect.
            return web.Response(status=whole.status)

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            pass

    async def _send(self, request: web.BaseRequest, whole: Answer) -> web.StreamResponse:
        headers = _headers(request, whole, self.world.clock_hours)
        if not whole.events and whole.cut is None:
            return web.Response(status=whole.status, body=whole.body, headers=headers)
        response = web.StreamResponse(status=whole.status, headers=headers)
        if not whole.events:
            response.content_length = len(whole.body)
        await response.prepare(request)
        pieces = whole.events or (whole.body[: len(whole.body) // 2], whole.body[len(whole.body) // 2 :])
        for piece in pieces[: len(pieces) // 2] if whole.cut else pieces:
            await response.write(piece)
        if whole.cut == "stall":
            await self.closing.wait()
        if whole.cut == "broken":
            await self._wait(ARRIVAL_SECONDS)
            _reset(request)
            return response
        if whole.cut is not None:
            _close(request)
        return response


def _headers(request: web.BaseRequest, whole: Answer, clock_hours: float) -> dict[str, str]:
    """What every answer carries; `Date` is the server's own, but for a clock that is some hours ahead."""
    ours = str(uuid4())
    theirs = request.headers.get("x-ms-correlation-request-id", ours)
    told = {"server": "sandbox", "x-endpoint-notice": NOTICE, "x-ms-request-id": ours}
    match service_of(request.host.partition(":")[0].lower()):
        case "arm":
            told |= {"x-ms-correlation-request-id": theirs, "cache-control": "no-cache"}
        case "model":
            told |= {"apim-request-id": str(uuid4()), "x-request-id": ours}
        case _:
            pass
    if clock_hours:
        told["date"] = format_datetime(datetime.now(UTC) + timedelta(hours=clock_hours), usegmt=True)
    return {**told, **whole.headers}


def _reset(request: web.BaseRequest) -> None:
    """Cuts the connection with a TCP reset instead of an end."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()


def _close(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()
