"""Ends a listening server without losing a connection that is just being accepted."""

from __future__ import annotations

import asyncio
from contextlib import suppress

TURNS = 3
"""Turns of the event loop in which a connection that was accepted comes to its protocol."""


async def stop(server: asyncio.Server) -> None:
    """Accepts nobody any more, then closes.

    asyncio loses a socket that it accepted in the same turn in which its server closed; so accepting ends first.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        with suppress(NotImplementedError):
            loop.remove_reader(listening.fileno())
    for _ in range(TURNS):
        await asyncio.sleep(0)
    server.close()
