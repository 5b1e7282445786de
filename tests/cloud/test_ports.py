"""What answers on a port: over real TLS on loopback, directly, through a proxy, and not at all."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from auditor.cloud import ports, tls
from auditor.cloud.deadline import Deadline
from auditor.cloud.ports import PortAnswer, Ports
from auditor.cloud.problems import Problem
from auditor.sandbox import Sandbox, load_world
from auditor.snapshot import GapReason
from tests.conftest import environment

HOST = "localhost"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    """Trusted by this process, without any proxy."""
    made = trustme.CA(organization_name="of this test")
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def identity(authority: trustme.CA, name: str = HOST, *, old: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@asynccontextmanager
async def serving(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """A server that says nothing; its port."""
    heard: list[bytes] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
    assert set(heard) <= {b""}, "nothing is ever sent"


async def look(port: int, host: str = HOST, seconds: float = 30) -> PortAnswer | Problem:
    return await Ports(asyncio.Semaphore(4), Deadline.after(seconds), port).look(host)


async def seen(port: int, host: str = HOST) -> PortAnswer:
    answer = await look(port, host)
    assert isinstance(answer, PortAnswer)
    return answer


async def test_a_good_port_tells_version_and_issuer_and_refuses_what_is_old(authority: trustme.CA) -> None:
    async with serving(identity(authority)) as port:
        answer = await seen(port)
    assert (answer.reachable, answer.verified, answer.legacy_refused) == (True, True, True)
    assert answer.version == "TLSv1.3"
    assert "O=of this test" in str(answer.issuer)
    assert (answer.phase, answer.error, answer.verify_error, answer.proxied) == (None, None, None, False)


async def test_a_port_that_speaks_tls_1_1_is_caught(authority: trustme.CA) -> None:
    """Where this machine's OpenSSL can't speak it either, that is not known, and never refused."""
    try:
        context = identity(authority, old=True)
    except (ssl.SSLError, ValueError):
        pytest.skip("this machine's OpenSSL no longer serves TLS 1.1: that it is caught was NOT shown")
    async with serving(context) as port:
        answer = await seen(port)
    assert answer.version == "TLSv1.3"
    assert (answer.legacy_refused, answer.legacy) == (False, "TLSv1.1")


async def test_where_openssl_speaks_nothing_old_it_is_not_known(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "legacy", lambda: None)
    async with serving(identity(authority)) as port:
        answer = await seen(port)
    assert answer.reachable
    assert answer.legacy_refused is None
    assert "OpenSSL" in str(answer.legacy)


async def test_a_handshake_that_fails_on_our_side_says_nothing_of_the_other(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a crypto policy under which OpenSSL finds no version that it may offer."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ours.check_hostname = False
    ours.verify_mode = ssl.CERT_NONE
    ours.minimum_version = ssl.TLSVersion.TLSv1_3
    ours.maximum_version = ssl.TLSVersion.TLSv1_2
    monkeypatch.setattr(ports, "legacy", lambda: ours)
    async with serving(identity(authority)) as port:
        answer = await seen(port)
    assert answer.legacy_refused is None
    assert answer.legacy


@pytest.mark.parametrize("name", ["another.example", HOST])
async def test_a_certificate_that_is_not_trusted_names_its_issuer(authority: trustme.CA, name: str) -> None:
    """Of another name, or signed by a stranger; the connection is there all the same."""
    stranger = authority if name != HOST else trustme.CA(organization_name="a proxy in the middle")
    async with serving(identity(stranger, name)) as port:
        answer = await seen(port)
    assert (answer.reachable, answer.verified, answer.legacy_refused) == (True, False, True)
    assert answer.verify_error
    assert ("O=of this test" if stranger is authority else "O=a proxy in the middle") in str(answer.issuer)


async def test_a_closed_port_is_an_answer(authority: trustme.CA) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = await seen(port, "127.0.0.1")
    assert (answer.reachable, answer.phase, answer.verified, answer.legacy_refused) == (False, "connect", None, None)
    assert answer.error


async def test_a_port_that_never_answers_is_one_too(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "SECONDS", 0.2)
    monkeypatch.setattr(ports, "AGAIN_SECONDS", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        answer = await seen(silent.getsockname()[1], "127.0.0.1")
    assert not answer.reachable
    assert "0.2 s" in str(answer.error)


async def test_one_connection_without_an_answer_proves_nothing(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packet gets lost, and a busy machine stalls: it is tried once more before the port is called closed."""
    monkeypatch.setattr(ports, "SECONDS", 0.2)
    context, came = identity(authority), list[bool]()

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(True)
        if len(came) > 1:
            await writer.start_tls(context)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(late, "127.0.0.1", 0)
    answer = await seen(server.sockets[0].getsockname()[1])
    server.close()
    assert (answer.reachable, answer.verified, answer.error) == (True, True, None)


async def test_a_port_without_tls_takes_no_tls_connection(authority: trustme.CA) -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 not tls\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    answer = await seen(server.sockets[0].getsockname()[1])
    server.close()
    assert (answer.reachable, answer.phase) == (False, "tls")


async def test_no_time_left_is_a_problem_and_no_answer(authority: trustme.CA) -> None:
    answer = await look(1, seconds=0)
    assert isinstance(answer, Problem)
    assert answer.reason is GapReason.TIMED_OUT


@pytest.mark.parametrize(
    ("way", "reachable", "verified", "legacy_refused"),
    [
        (None, True, True, True),
        ("untrusted", True, False, True),
        ("legacy-tls", True, True, False),
        ("refuse", False, None, None),
        ("reset", False, None, None),
    ],
)
async def test_the_environments_proxy_is_the_way(
    way: str | None, reachable: bool, verified: bool | None, legacy_refused: bool | None
) -> None:
    world = load_world("healthy")
    if way is not None:
        trouble = {"account": "contoso-search-uks", "way": way}
        world = world.model_validate({**world.model_dump(), "connect_troubles": [trouble]})
    with Sandbox(world) as sandbox, environment(sandbox.environment):
        answer = await seen(443, "contoso-search-uks.openai.azure.com")
    assert answer.proxied
    assert (answer.reachable, answer.verified) == (reachable, verified)
    if legacy_refused is not False or tls.legacy() is not None:
        assert answer.legacy_refused is legacy_refused
    assert (answer.phase == "proxy") is not reachable


async def test_a_proxy_gets_its_credentials_and_its_refusal_is_told(
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://who:se%40cret@127.0.0.1:{port}")
    answer = await seen(443, "a.openai.azure.com")
    server.close()
    assert heard[0].startswith(b"CONNECT a.openai.azure.com:443 HTTP/1.1\r\nHost: a.openai.azure.com:443\r\n")
    assert b"Proxy-Authorization: Basic " + b64encode(b"who:se@cret") in heard[0]
    assert (answer.phase, answer.error) == ("proxy", "the proxy answers 407 Proxy Authentication Required")
    assert "cret" not in str(answer)


async def test_no_proxy_is_asked_for_a_host_that_is_exempt(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", HOST)
    async with serving(identity(authority)) as port:
        answer = await seen(port)
    assert (answer.proxied, answer.reachable) == (False, True)


def test_bytes_that_are_no_certificate_have_no_issuer() -> None:
    assert tls.issuer_of(b"not a certificate") is None
