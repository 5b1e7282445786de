"""The one connection pool of a run: proxies and trusted certificates as the environment says, and no cookies."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.pipeline.transport import AioHttpTransport

CONNECT_SECONDS = 10
"""For a connection to be made, TLS included."""

READ_SECONDS = 60
"""For the next bytes of an answer to come."""


@asynccontextmanager
async def open_transport(width: int) -> AsyncIterator[AioHttpTransport]:
    """A transport over `width` connections that any number of clients may share; closed with the block.

    Reads HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR from the process's environment, as every part of the
    SDKs does. Certificates are always verified.
    """
    import aiohttp
    from azure.core.pipeline.transport import AioHttpTransport

    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=width, ssl=ssl.create_default_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=True,
    )
    async with session:
        yield AioHttpTransport(
            session=session, session_owner=False, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS
        )
