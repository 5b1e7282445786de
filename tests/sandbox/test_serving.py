"""The sandbox over real sockets: it starts, answers in each way it was told to, and goes away without a trace."""

from __future__ import annotations

import gc
import http.client
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from auditor.sandbox import Sandbox, load_world
from auditor.sandbox.tokens import access_token
from auditor.sandbox.wire import Seen
from auditor.sandbox.world import World
from tests.sandbox.asking import MATTER

DEPLOYMENTS = f"{MATTER}/deployments?api-version=2026-07-01"
SUPPORT = "contoso-support-weu.openai.azure.com"
ASK = {"model": "support-chat", "input": "Reply with OK", "store": False}


@contextmanager
def connection(
    sandbox: Sandbox, host: str, *, timeout: float = 5, trusted: bool = True
) -> Iterator[http.client.HTTPSConnection]:
    """A connection to one of Azure's names through the sandbox's proxy."""
    proxy = urlsplit(sandbox.environment["HTTPS_PROXY"])
    bundle = sandbox.environment["SSL_CERT_FILE"] if trusted else None
    context = ssl.create_default_context(cafile=bundle)
    made = http.client.HTTPSConnection(proxy.hostname or "", proxy.port, timeout=timeout, context=context)
    made.set_tunnel(host)
    try:
        yield made
    finally:
        made.close()


def read(made: http.client.HTTPSConnection, world: World, path: str) -> http.client.HTTPResponse:
    token = access_token(world, "login.microsoftonline.com", "https://management.azure.com")
    made.request("GET", path, headers={"authorization": f"Bearer {token}"})
    return made.getresponse()


def call(made: http.client.HTTPSConnection, world: World, **request: object) -> http.client.HTTPResponse:
    token = access_token(world, "login.microsoftonline.com", "https://ai.azure.com")
    raw = json.dumps({**ASK, **request})
    made.request(
        "POST", "/openai/v1/responses", raw, {"authorization": f"Bearer {token}", "content-type": "application/json"}
    )
    return made.getresponse()


def test_one_connection_serves_many_requests(running: Sandbox) -> None:
    with connection(running, "management.azure.com") as made:
        for _ in range(3):
            answer = read(made, running.world, DEPLOYMENTS)
            assert len(json.loads(answer.read())["value"]) == 3
            assert answer.headers["x-ms-ratelimit-remaining-subscription-global-reads"]
            assert answer.headers["x-ms-correlation-request-id"]
            assert answer.headers["date"].endswith("GMT")


def test_many_connections_are_served_at_once(running: Sandbox) -> None:
    def one(_: int) -> int:
        with connection(running, "management.azure.com", timeout=20) as made:
            return read(made, running.world, DEPLOYMENTS).status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, range(48))) == {200}


def test_what_was_seen_is_remembered_in_order() -> None:
    with Sandbox(load_world("healthy")) as sandbox, connection(sandbox, "management.azure.com") as made:
        read(made, sandbox.world, DEPLOYMENTS).read()
        read(made, sandbox.world, "/nowhere?api-version=2022-12-01").read()
        read(made, sandbox.world, "/subscriptions").read()
    assert sandbox.requests == [
        Seen("GET", "management.azure.com", f"{MATTER}/deployments", "api-version=2026-07-01", 200),
        Seen("GET", "management.azure.com", "/nowhere", "api-version=2022-12-01", 404),
        Seen("GET", "management.azure.com", "/subscriptions", "", 400),
    ]
    assert sandbox.unknown_routes == ["GET management.azure.com/nowhere"]


def test_a_service_that_is_pretended_by_name_alone_is_unknown(running: Sandbox) -> None:
    with connection(running, "graph.microsoft.com") as made:
        assert read(made, running.world, "/v1.0/domains").status == 404
    assert running.unknown_routes.pop() == "GET graph.microsoft.com/v1.0/domains"


def test_a_stream_arrives_event_by_event(running: Sandbox) -> None:
    with connection(running, SUPPORT) as made:
        answer = call(made, running.world, stream=True)
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.read().decode().splitlines()
    kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


def hurry(made: http.client.HTTPSConnection) -> None:
    """Opens the connection with patience, and from then on has none."""
    made.connect()
    made.sock.settimeout(0.2)


def test_latency_is_simulated_for_each_answer() -> None:
    slow = Sandbox(load_world("healthy"), latency_ms=600_000)
    with slow as sandbox, connection(sandbox, "management.azure.com") as made:
        hurry(made)
        with pytest.raises(TimeoutError):
            read(made, sandbox.world, DEPLOYMENTS)
    # and closing waited for nobody


def test_who_hangs_up_before_a_stream_begins_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    """As one does that is interrupted: nothing is logged, and who comes next is served."""
    with Sandbox(load_world("healthy"), latency_ms=300) as sandbox:
        for _ in range(3):
            with connection(sandbox, SUPPORT) as made:
                made.connect()
                made.sock.settimeout(0.1)
                with pytest.raises(TimeoutError):
                    call(made, sandbox.world, stream=True)
        with connection(sandbox, SUPPORT) as made:
            assert call(made, sandbox.world, stream=True).read()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("aiohttp")] == []


@pytest.mark.parametrize("fault", ["arm-reset", "call-reset"])
def test_a_reset_is_a_reset(fault: str) -> None:
    host = "management.azure.com" if fault.startswith("arm") else SUPPORT
    with Sandbox(load_world("healthy", [fault])) as sandbox, connection(sandbox, host) as made:
        ask = partial(read, path=DEPLOYMENTS) if fault.startswith("arm") else call
        with pytest.raises(ConnectionResetError):
            ask(made, sandbox.world)
    assert sandbox.requests[-1].status is None


def test_a_truncated_body_is_shorter_than_it_said() -> None:
    broken = Sandbox(load_world("healthy", ["arm-truncated"]))
    with broken as sandbox, connection(sandbox, "management.azure.com") as made:
        answer = read(made, sandbox.world, DEPLOYMENTS)
        with pytest.raises(http.client.IncompleteRead):
            answer.read()


@pytest.mark.parametrize("stream", [False, True])
def test_a_stalled_answer_begins_and_does_not_end(stream: bool) -> None:
    with Sandbox(load_world("healthy", ["call-stall"])) as sandbox, connection(sandbox, SUPPORT) as made:
        answer = call(made, sandbox.world, stream=stream)
        assert answer.status == 200
        assert answer.read(10)
        made.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            answer.read()


def test_an_answer_that_never_comes_does_not_keep_the_sandbox_open() -> None:
    mute = Sandbox(load_world("healthy", ["call-timeout"]))
    with mute as sandbox, connection(sandbox, SUPPORT) as made:
        hurry(made)
        with pytest.raises(TimeoutError):
            call(made, sandbox.world)


@pytest.mark.parametrize(
    ("fault", "raised", "words"),
    [
        ("call-proxy-refused", OSError, "403"),
        ("call-tls", ssl.SSLCertVerificationError, "certificate verify failed"),
        ("call-connection-cut", ConnectionError, None),
        ("call-connect-timeout", TimeoutError, "timed out"),
    ],
)
def test_the_way_to_an_account_can_be_closed(fault: str, raised: type[Exception], words: str | None) -> None:
    timeout = 0.2 if fault == "call-connect-timeout" else 5
    with Sandbox(load_world("healthy", [fault])) as sandbox, connection(sandbox, SUPPORT, timeout=timeout) as made:
        with pytest.raises(raised, match=words):
            made.connect()
        assert sandbox.refused_hosts == [], "it is one of Azure's all the same"


def test_an_account_that_is_not_there_does_not_resolve(running: Sandbox) -> None:
    for host in ("no-such-account.openai.azure.com", "marscentral.api.cognitive.microsoft.com"):
        with connection(running, host) as made, pytest.raises(OSError, match="502"):
            made.connect()


def test_nothing_but_tunnels_to_https_is_served(running: Sandbox) -> None:
    address = urlsplit(running.environment["HTTPS_PROXY"])
    for head in (b"GET http://example.com/ HTTP/1.1", b"CONNECT management.azure.com:80 HTTP/1.1", b"nonsense"):
        with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
            raw.sendall(head + b"\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 403 ")
    with socket.create_connection((address.hostname, address.port), timeout=5) as raw:
        raw.sendall(b"x" * 16_385)
        with suppress(ConnectionResetError):
            assert raw.recv(1) == b"", "an endless head gets no answer"
    running.refused_hosts.clear()


def test_no_certificate_of_the_sandbox_is_trusted_by_others(running: Sandbox) -> None:
    with (
        connection(running, "management.azure.com", trusted=False) as made,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        made.connect()


def test_the_environment_is_all_that_a_tool_needs(running: Sandbox) -> None:
    assert running.environment["NO_PROXY"] == ""
    assert not {"HTTP_PROXY", "http_proxy"} & set(running.environment)
    assert running.environment["SSL_CERT_FILE"] == running.environment["REQUESTS_CA_BUNDLE"]
    assert running.environment["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert len(running.environment["AZURE_CLIENT_SECRET"]) == 32


def test_it_leaves_nothing_behind() -> None:
    threads = threading.active_count()
    with Sandbox(load_world("healthy")) as sandbox:
        folder = Path(sandbox.environment["SSL_CERT_FILE"]).parent
        assert folder.is_dir()
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0, "nobody else reads it"
        with connection(sandbox, "management.azure.com") as made:
            read(made, sandbox.world, DEPLOYMENTS)
            open_one = socket.create_connection(("127.0.0.1", urlsplit(sandbox.environment["HTTPS_PROXY"]).port or 0))
    open_one.close()
    gc.collect()
    assert not folder.exists()
    assert threading.active_count() == threads


def test_two_sandboxes_do_not_know_each_other() -> None:
    with Sandbox(load_world("healthy")) as one, Sandbox(load_world("healthy")) as other:
        assert one.environment["HTTPS_PROXY"] != other.environment["HTTPS_PROXY"]
        assert one.environment["AZURE_CLIENT_SECRET"] != other.environment["AZURE_CLIENT_SECRET"]
        assert one.keys_of("contoso-search-uks") != other.keys_of("contoso-search-uks")
