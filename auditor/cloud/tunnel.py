"""A bare connection to a host: direct, or through the proxy that the environment names for it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import SplitResult, unquote, urlsplit

from auditor.cloud.redaction import bounded

HTTPS = 443

PROXY_SECONDS = 5.0
"""How long a proxy may take to accept a connection."""

_PROXY_PORTS = {"http": 80, "https": 443}
_ESTABLISHED = "200"


class NoWayError(Exception):
    """A host that can't be reached, or not by TLS.

    `phase` is where it ended: dns, proxy, connect or tls; `refused` why its certificate is not trusted, where that was
    the reason; `ended` whether it was the other side that ended a handshake.
    """

    def __init__(self, phase: str, words: str, *, refused: str | None = None, ended: bool = False) -> None:
        super().__init__(words)
        self.phase = phase
        self.words = bounded(words, 200)
        self.refused = refused
        self.ended = ended


def proxy_to(host: str) -> str | None:
    """The proxy that HTTPS_PROXY and NO_PROXY name for a host, as the HTTP client of every other request reads them."""
    from urllib.request import getproxies, proxy_bypass

    return None if proxy_bypass(host) else getproxies().get("https") or None


async def proxy_answers(proxy: str) -> str | None:
    """Why a proxy accepts no connection; None where it does."""
    try:
        async with asyncio.timeout(PROXY_SECONDS):
            _, writer = await _to_proxy(proxy)
    except NoWayError as error:
        return error.words
    except TimeoutError:
        return f"no answer within {PROXY_SECONDS:g} s"
    writer.transport.abort()
    await asyncio.sleep(0)
    return None


def proxy_name(proxy: str) -> str:
    """`host:port` of a proxy, without the credentials that its address may hold."""
    try:
        address = _split(proxy)
        return f"{address.hostname}:{address.port or _PROXY_PORTS.get(address.scheme, HTTPS)}"
    except ValueError:
        return "an address that can't be read"


@asynccontextmanager
async def tunnel(host: str, port: int) -> AsyncIterator[asyncio.StreamWriter]:
    """A connection on which TLS may begin, cut at the end of the block; raises NoWayError."""
    proxy = proxy_to(host)
    reader, writer = await (_direct(host, port) if proxy is None else _to_proxy(proxy))
    try:
        if proxy is not None:
            await _ask(reader, writer, f"{host}:{port}", _split(proxy))
        yield writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


async def _direct(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection(host, port)
    except socket.gaierror as error:
        raise NoWayError("dns", str(error)) from error
    except OSError as error:
        raise NoWayError("connect", str(error)) from error


async def _to_proxy(proxy: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = _split(proxy)
    try:
        return await asyncio.open_connection(
            address.hostname,
            address.port or _PROXY_PORTS.get(address.scheme, HTTPS),
            ssl=ssl.create_default_context() if address.scheme == "https" else None,
        )
    except (OSError, ValueError) as error:
        raise NoWayError("proxy", f"the proxy can't be reached: {error}") from error


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str, proxy: SplitResult) -> None:
    """Asks the proxy for a tunnel."""
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.username:
        who = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {b64encode(who.encode()).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        raise NoWayError("proxy", "the proxy ended the connection") from error
    _, status, *words = [*head.decode("latin-1").partition("\r\n")[0].split(" "), ""]
    if status != _ESTABLISHED:
        raise NoWayError("proxy", f"the proxy answers {status} {' '.join(words)}")


def _split(proxy: str) -> SplitResult:
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}")
