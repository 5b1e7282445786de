"""What answers on the HTTPS port of a host, on the way that every request takes; nothing is ever sent to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from auditor.cloud.deadline import Deadline, listening
from auditor.cloud.problems import NEXT_STEPS, Problem
from auditor.cloud.redaction import bounded
from auditor.cloud.tls import accepting, issuer_of, legacy, verifying
from auditor.cloud.tunnel import HTTPS, NoWayError, proxy_to, tunnel
from auditor.snapshot import GapReason

SECONDS = 5.0
"""How long a connection may take, TLS included."""

_CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_ALERTS = ("TLSV1_ALERT_", "TLSV13_ALERT_", "SSLV3_ALERT_")
"""How OpenSSL names what the other side said when it ended a handshake.

https://docs.openssl.org/3.0/man3/SSL_alert_type_string/
"""


@dataclass(frozen=True)
class PortAnswer:
    """What was seen on one port; None is not known."""

    host: str
    port: int
    proxied: bool
    """Whether a proxy of the environment stood in the way, which then resolved the name."""
    reachable: bool
    """Whether a TLS handshake came to its end, trusted or not."""
    phase: str | None = None
    """Where it ended before that: dns, proxy, connect or tls."""
    error: str | None = None
    version: str | None = None
    """The newest version that both sides speak: `TLSv1.3`."""
    verified: bool | None = None
    """Whether this machine trusts the certificate for this name."""
    verify_error: str | None = None
    issuer: str | None = None
    """Who signed the certificate, as RFC 4514 writes names."""
    legacy_refused: bool | None = None
    """Whether TLS 1.0 and 1.1 are; known only where this machine's OpenSSL can still offer them."""
    legacy: str | None = None
    """The old version that was agreed on, or why none was."""


@dataclass(frozen=True)
class _Shaken:
    version: str | None
    certificate: bytes | None


class Ports:
    """Looks at ports, each once, as far as `in_flight` and the run's deadline allow; `port` is 443 but in tests."""

    def __init__(self, in_flight: asyncio.Semaphore, deadline: Deadline, port: int = HTTPS) -> None:
        self._in_flight = in_flight
        self._deadline = deadline
        self._port = port
        self._trusting: ssl.SSLContext | None = None

    async def look(self, host: str) -> PortAnswer | Problem:
        """What a host answers; a port that does not is an answer too. A problem only where the run had no time left."""
        try:
            async with asyncio.timeout(self._deadline.remaining), self._in_flight:
                return await self._look(host)
        except TimeoutError:
            words = f"the run's deadline passed before {host} was looked at"
            return Problem(GapReason.TIMED_OUT, words, NEXT_STEPS[GapReason.TIMED_OUT])

    async def _look(self, host: str) -> PortAnswer:
        answer = PortAnswer(host, self._port, proxied=proxy_to(host) is not None, reachable=False)
        try:
            shaken = await self._shake(host, self._verifying())
            answer = replace(answer, verified=True)
        except NoWayError as error:
            if error.refused is None:
                return replace(answer, phase=error.phase, error=error.words)
            answer = replace(answer, verified=False, verify_error=error.refused)
            try:
                shaken = await self._shake(host, accepting())
            except NoWayError as again:
                return replace(answer, phase=again.phase, error=again.words)
        issuer = issuer_of(shaken.certificate) if shaken.certificate else None
        return await self._with_legacy(replace(answer, reachable=True, version=shaken.version, issuer=issuer))

    def _verifying(self) -> ssl.SSLContext:
        """Made once: reading this machine's authorities takes its time."""
        if self._trusting is None:
            self._trusting = verifying()
        return self._trusting

    async def _with_legacy(self, answer: PortAnswer) -> PortAnswer:
        """Asks with nothing newer than TLS 1.1, on the way that just worked."""
        context = legacy()
        if context is None:
            return replace(answer, legacy="this machine's OpenSSL no longer speaks TLS 1.1")
        try:
            shaken = await self._shake(answer.host, context)
        except NoWayError as error:
            return replace(answer, legacy_refused=True if error.ended else None, legacy=error.words)
        return replace(answer, legacy_refused=False, legacy=shaken.version)

    async def _shake(self, host: str, context: ssl.SSLContext) -> _Shaken:
        async with _bounded(host), tunnel(host, self._port) as writer:
            try:
                await writer.start_tls(context, server_hostname=host)
            except ssl.SSLCertVerificationError as error:
                raise NoWayError("tls", str(error), refused=bounded(error.verify_message, 200)) from error
            except OSError as error:
                raise NoWayError("tls", _words(error), ended=_ended(error)) from error
            told = writer.get_extra_info("ssl_object")
            return _Shaken(told.version(), told.getpeercert(binary_form=True))


@asynccontextmanager
async def _bounded(host: str) -> AsyncIterator[None]:
    try:
        async with listening(SECONDS) as limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise NoWayError("connect", f"no answer from {host} within {SECONDS:g} s") from error


def _ended(error: OSError) -> bool:
    """Whether it was the other side that ended the handshake: by an alert, or by closing the connection."""
    if isinstance(error, _CLOSED):
        return True
    return isinstance(error, ssl.SSLError) and str(error.reason or "").startswith(_ALERTS)


def _words(error: OSError) -> str:
    if isinstance(error, _CLOSED):
        return "the other side closed the connection"
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    return reason.replace("_", " ").lower() if reason else str(error)
