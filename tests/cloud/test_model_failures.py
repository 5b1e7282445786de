"""A call that brings no whole answer is told apart by how far it came: name, connection, TLS, answer, proxy."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.calls import ask
from tests.cloud.endpoint import (
    Endpoint,
    Kept,
    Request,
    endpoint,
    listening,
    raw,
    said,
)


async def test_a_host_that_does_not_resolve_is_phase_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's words are kept, and the attempt is a reading without a status."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    recorder = Kept()
    answer = await ask("x.openai.azure.com", recorder=recorder)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.message) == ("dns", "[Errno -2] Name or service not known")
    assert (recorder.readings[0].status, answer.readings) == (None, (recorder.readings[0].id,))


async def test_nobody_listening_is_phase_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection says so."""
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = await ask(f"127.0.0.1:{port}")
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during) == ("connect", "connect")
    assert str(port) in answer.error.message


async def test_an_untrusted_certificate_is_phase_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A certificate of a stranger's authority stops the call before anything is sent."""
    async with endpoint(monkeypatch, tmp_path, trusted=False) as served:
        answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, served.requests) == ("tls", [])
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error.message


async def test_a_certificate_for_another_name_is_phase_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A certificate of a trusted authority for another host is no better."""
    async with endpoint(monkeypatch, tmp_path, name="elsewhere.example") as served:
        answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, "Hostname mismatch" in answer.error.message) == ("tls", True)


async def test_a_handshake_that_is_cut_is_phase_tls() -> None:
    """A peer that closes during the handshake is told from one that refuses the connection."""

    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with listening(close, None) as port:
        answer = await ask(f"127.0.0.1:{port}")
    assert answer.error is not None
    assert answer.error.phase == "tls"


async def test_a_handshake_that_stalls_is_a_timeout_during_tls() -> None:
    """Time that runs out before TLS stands says where."""

    async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(100_000)
        await asyncio.sleep(30)

    async with listening(stall, None) as port:
        answer = await ask(f"127.0.0.1:{port}", seconds=1)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during) == ("timeout", "tls")


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", None), (b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{", 200)],
    ids=["before-the-answer", "within-the-body"],
)
async def test_an_answer_that_stalls_is_a_timeout(served: Endpoint, data: bytes, status: int | None) -> None:
    """Silence ends with the call's own time, before the head of an answer as well as within its body."""
    served.reply = raw(data, stall=True)
    answer = await ask(served.host, seconds=1.5)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during, answer.error.http_status) == ("timeout", "answer", status)
    assert answer.error.message == "no complete answer within 1.5 s"


async def test_an_answer_that_drips_cannot_outlast_its_time(served: Endpoint) -> None:
    """The limit bounds the whole exchange, not the pause between two bytes."""

    async def drip(writer: asyncio.StreamWriter, _: Request) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        for _second in range(1000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    served.reply = drip
    answer = await ask(served.host, seconds=0.5)
    assert answer.error is not None
    assert answer.error.phase == "timeout"


@pytest.mark.parametrize("how", [{"close": True}, {"reset": True}], ids=["closed", "reset"])
async def test_a_cut_before_the_answer_is_told_from_no_connection(served: Endpoint, how: dict[str, bool]) -> None:
    """The connection stood, and was cut while the answer was awaited."""
    served.reply = raw(b"", **how)
    answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during, answer.http_status) == ("connect", "answer", None)


@pytest.mark.parametrize("how", [{"close": True}, {"reset": True}], ids=["closed", "reset"])
async def test_a_cut_within_the_body_is_phase_body(served: Endpoint, how: dict[str, bool]) -> None:
    """The head came with its status; what followed is not an answer, and is not kept as one."""
    served.reply = raw(b'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"id":', **how)
    recorder = Kept()
    answer = await ask(served.host, recorder=recorder)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.http_status, answer.content) == ("body", 200, b'{"id":')
    assert (recorder.readings[0].status, recorder.readings[0].body_sha256) == (200, None)


async def test_a_body_without_end_is_not_read_to_its_end(served: Endpoint) -> None:
    """More than four megabytes is no answer to a smoke call."""
    served.reply = said(200, b" " * (5 * 1024 * 1024))
    answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, "longer than" in answer.error.message) == ("body", True)


async def test_what_is_no_http_is_no_answer(served: Endpoint) -> None:
    """Garbage where an answer belongs is a failure without a status."""
    served.reply = raw(b"\x00\x01 hello\r\n\r\n", close=True)
    answer = await ask(served.host)
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during, answer.http_status) == ("connect", "answer", None)


async def proxy_that_refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 403 Not on the list\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_a_proxy_that_refuses_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy's own words are kept, and it is named."""
    async with listening(proxy_that_refuses, None) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        answer = await ask("contoso.openai.azure.com")
    assert answer.error is not None
    assert (answer.error.phase, answer.error.during) == ("connect", "connect")
    assert f"by the proxy 127.0.0.1:{port}: the proxy refused the tunnel: 403 Not on the list" == answer.error.message


async def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for the fault at the endpoint."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    answer = await ask("contoso.openai.azure.com")
    assert answer.error is not None
    assert (answer.error.phase, answer.error.message.startswith(f"by the proxy 127.0.0.1:{port}: ")) == (
        "connect",
        True,
    )
