"""The one connection pool of a run: proxies and trusted certificates as the environment says, and no cookies."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from auditor.cloud.tunnel import proxy_name
from auditor.errors import SettingsError

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
    SDKs does. Certificates are always verified. Raises SettingsError where the environment names a SOCKS proxy.
    """
    import aiohttp
    from azure.core.pipeline.transport import AioHttpTransport

    _refuse_socks()
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


def _refuse_socks() -> None:
    """Some clients would go past a SOCKS proxy, others fail at it; ALL_PROXY is where desktops like to name one."""
    from urllib.request import getproxies

    named = getproxies()
    for name in ("https", "all"):
        proxy = named.get(name, "")
        if proxy.lower().startswith("socks"):
            variable = f"{name.upper()}_PROXY"
            raise SettingsError(
                (f"environment {variable}: {proxy_name(proxy)} is a SOCKS proxy, which the auditor does not speak to",),
                next_step=f"unset {variable} for this command; HTTPS_PROXY may name an HTTP proxy",
            )
