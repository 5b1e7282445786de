"""What the resolver of this machine, or the one that settings name, says of a host name."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from auditor.cloud.deadline import listening
from auditor.cloud.model_host import LABEL
from auditor.cloud.problems import Problem
from auditor.cloud.redaction import bounded
from auditor.record import JsonObject
from auditor.settings import Endpoints
from auditor.snapshot import GapReason

SECONDS = 5.0
"""How long an answer may take; to wait until it is one's turn to ask does not count."""

AT_ONCE = 32
"""How many names are asked for at a time."""

SYSTEM = "system"
"""The resolver that every program of this machine asks, its hosts file included."""

_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True)
class NameAnswer:
    """What a name leads to from here; no address means that there is no such name, or no record of it."""

    host: str
    addresses: tuple[str, ...]
    resolver: str


class Names:
    """Asks about the host names of accounts; `resolver` is `host:port`, or None for the system's."""

    def __init__(self, endpoints: Endpoints, resolver: str | None) -> None:
        self._endpoints = endpoints
        self._resolver = resolver
        self._places = asyncio.Semaphore(AT_ONCE)

    def hosts(self, account: JsonObject) -> tuple[str, ...]:
        """The names under which applications reach an account: none without a custom subdomain.

        https://learn.microsoft.com/azure/private-link/private-endpoint-dns#ai--machine-learning
        """
        properties = account.get("properties")
        subdomain = properties.get("customSubDomainName") if isinstance(properties, dict) else None
        if not (isinstance(subdomain, str) and LABEL.fullmatch(subdomain)):
            return ()
        foundry = str(account.get("kind")).lower() == "aiservices"
        suffixes = [self._endpoints.openai_suffix, *([self._endpoints.foundry_suffix] if foundry else [])]
        return tuple(f"{subdomain.lower()}.{suffix}" for suffix in suffixes)

    async def ask(self, host: str) -> NameAnswer | Problem:
        """The addresses of a host, sorted; a resolver that does not answer is a problem, never an absence."""
        try:
            async with self._places, listening(SECONDS):
                found = await (self._system(host) if self._resolver is None else self._named(host, self._resolver))
        except TimeoutError:
            return self._problem(host, GapReason.TIMED_OUT, f"no answer within {SECONDS:g} s")
        except OSError as error:
            return self._problem(host, GapReason.UNREACHABLE, str(error))
        return NameAnswer(host, tuple(sorted(found)), self._resolver or SYSTEM)

    async def _system(self, host: str) -> set[str]:
        try:
            found = await _looked_up(host)
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_NAME:
                return set()
            raise
        return {str(address[4][0]) for address in found}

    async def _named(self, host: str, resolver: str) -> set[str]:
        import dns.asyncresolver
        import dns.exception
        import dns.resolver

        server, _, port = resolver.rpartition(":")
        asking = dns.asyncresolver.Resolver(configure=False)
        asking.nameservers = [server.strip("[]")]
        asking.port = int(port)
        asking.lifetime = 10 * SECONDS  # that of the wait around it comes first, on a machine that is not held up

        async def records(kind: str) -> Any:
            return await asking.resolve(host, kind, search=False, raise_on_no_answer=False)

        try:
            answers = [await records("A"), await records("AAAA")]
        except dns.resolver.NXDOMAIN:
            return set()
        except dns.exception.Timeout as error:
            raise TimeoutError from error
        except dns.exception.DNSException as error:
            raise OSError(str(error)) from error
        return {record.address for answer in answers if answer.rrset is not None for record in answer.rrset}

    def _problem(self, host: str, reason: GapReason, words: str) -> Problem:
        resolver = self._resolver or "the system's resolver"
        return Problem(reason, bounded(f"{resolver} on {host}: {words}"), f"nslookup {host}")


_Found = list[tuple[Any, ...]]
"""As getaddrinfo gives it."""


async def _looked_up(host: str) -> _Found:
    """What the system's resolver says, asked in a thread of its own.

    A thread that nobody hears any more holds up neither the questions after it, as it would in a pool, nor the end of
    the run, as it would in the loop's own pool, which asyncio.run waits for.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_Found] = loop.create_future()

    def settle(found: _Found | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: _Found | OSError
        try:
            found = list(socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM))
        except OSError as error:
            found = error
        with suppress(RuntimeError):  # the loop is closed: the run ended without this answer
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return await answer
