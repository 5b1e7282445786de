"""Tools over the wire: the real SDK, TLS, and MCP servers that are really called; the official MCP SDK is the judge."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
import uvicorn
from mcp import Client
from mcp.server.mcpserver import MCPServer

from auditor.cloud.recorder import Recorder
from auditor.policy.failure import failure_of
from auditor.sandbox import load_world
from auditor.sandbox.asked import Asked, RefusedError
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.talents_mcp import remote
from auditor.sandbox.tool_server import NAME, tool_servers
from auditor.sandbox.world import ToolServer, World
from auditor.settings import McpServer, Settings
from tests.conftest import audit_world
from tests.probe.test_sandbox import Probed, look, settings_of

KEY = "planted-key-4f1c2a"


def official() -> Any:
    """A server of the official SDK with two tools, as an application's owner would write it."""
    server = MCPServer("files")

    @server.tool()
    def find(reference: str, room: int) -> str:
        """Finds a reference."""
        return f"{reference} is filed in room {room}"

    @server.tool()
    def fail(reference: str, room: int) -> str:
        """Fails."""
        raise ValueError(f"\x1b[31m{reference} {room}")

    return server.streamable_http_app()


def locked(app: Any, header: str, key: str) -> Any:
    """The same, for those who bring the key."""

    async def guard(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or dict(scope["headers"]).get(header.encode()) == key.encode():
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return guard


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Its address on loopback."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        thread.join()


def using(**more: Any) -> Settings:
    """The healthy world's settings, in which matter-chat alone uses an MCP server, and this one."""
    told = settings_of("healthy").model_dump(mode="json")
    workload = told["workloads"][0]
    workload["deployments"] = [one for one in workload["deployments"] if one["name"] == "matter-chat"]
    called = {"tool": "find", "arguments": {"reference": "{word}", "room": 7}, "expects": "{word} is filed in room 7"}
    workload["deployments"][0] |= {"features": ["text", "mcp"], "mcp": {"label": "files", **called, **more}}
    return Settings.model_validate({**told, "workloads": [workload]})


def of(probed: Probed, feature: str) -> dict[str, Any]:
    """What the probe of a feature of matter-chat says."""
    (found,) = (one.body for one in probed.resources if one.id.endswith(f"/matter-chat/probes/{feature}"))
    return found


async def test_a_server_of_the_official_sdk_is_listed_approved_and_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored afterwards, and nothing was asked for that the sandbox does not serve."""
    with serving(official()) as url:
        probed = await look(monkeypatch, (), using(url=url), only="/matter-chat")
    body = of(probed, "mcp")
    assert (body["outcome"], body["proven"], body["shortfall"], body["left_behind"]) == ("completed", True, None, [])
    assert probed.unknown_routes == []


async def test_a_tool_of_the_official_sdk_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call carries an error; its words are not kept."""
    with serving(official()) as url:
        probed = await look(monkeypatch, (), using(url=url, tool="fail"), only="/matter-chat")
    body = of(probed, "mcp")
    assert (body["proven"], body["shortfall"]) == (False, "the call of the tool failed")
    assert "\x1b" not in json.dumps(body)


async def test_a_tool_that_the_server_does_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(official()) as url:
        probed = await look(monkeypatch, (), using(url=url, tool="lose"), only="/matter-chat")
    assert of(probed, "mcp")["shortfall"] == "the server does not list the tool that settings name"


@pytest.mark.parametrize(
    ("header", "sent", "key", "proven"),
    [
        ("authorization", "Authorization", f"Bearer {KEY}", True),
        ("x-functions-key", "x-functions-key", KEY, True),
        ("x-functions-key", "x-functions-key", "another", None),
    ],
)
async def test_a_key_opens_the_server_and_is_left_nowhere(
    monkeypatch: pytest.MonkeyPatch, header: str, sent: str, key: str, proven: bool | None
) -> None:
    """The environment holds it; without the right one the service's words say so."""
    monkeypatch.setenv("TOOLS_KEY", KEY)
    how = {"authentication": "key", "key_from": "TOOLS_KEY", "header": sent}
    with serving(locked(official(), header, key)) as url:
        probed = await look(monkeypatch, (), using(url=url, **how), only="/matter-chat")
    body = of(probed, "mcp")
    assert body.get("proven") is proven
    if proven is None:
        failure = failure_of(body)
        assert failure is not None
        assert (failure.failure_class, failure.whose) == ("mcp-sign-in", "ours")
        assert "'files'. Http status code: 401" in failure.cause
    assert KEY not in json.dumps([one.model_dump(mode="json") for one in (*probed.resources, *probed.gaps)])


async def test_a_service_that_repeats_the_key_does_not_bring_it_into_the_evidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every body that is kept, is kept without it."""
    monkeypatch.setenv("TOOLS_KEY", KEY)
    trouble = {"account": "contoso-matter-swc", "deployment": "matter-chat", "way": "echoes-secrets"}
    world = load_world("healthy").model_dump()
    spoiled = World.model_validate({**world, "model_troubles": [trouble]})
    monkeypatch.setattr("tests.probe.test_sandbox.load_world", lambda *_: spoiled)
    kept: list[bytes] = []
    monkeypatch.setattr("tests.probe.test_sandbox.Recorder", lambda: Recorder(lambda _, body: kept.append(body)))
    how = {"authentication": "key", "key_from": "TOOLS_KEY"}
    with serving(locked(official(), "authorization", f"Bearer {KEY}")) as url:
        probed = await look(monkeypatch, (), using(url=url, **how), only="/matter-chat")
    assert of(probed, "mcp")["proven"] is True
    assert any(b'"Bearer ***"' in body for body in kept)
    assert not any(KEY.encode() in body for body in kept)


async def test_a_key_that_the_environment_lacks_is_said_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The variable is named; the call never went out."""
    monkeypatch.delenv("TOOLS_KEY", raising=False)
    how = {"authentication": "key", "key_from": "TOOLS_KEY", "url": "https://tools.contoso.com/mcp"}
    body = of(await look(monkeypatch, (), using(**how), only="/matter-chat"), "mcp")
    assert (body["outcome"], body["sent"], body["error"]["phase"]) == ("unreachable", False, "token")
    assert "TOOLS_KEY is not set" in body["error"]["message"]


@pytest.mark.parametrize(
    ("fault", "feature", "failure_class"),
    [
        ("mcp-server-unreachable", "mcp", "mcp-unreachable"),
        ("mcp-server-unauthorized", "mcp", "mcp-sign-in"),
        ("code-interpreter-refused", "code_interpreter", "tool-not-supported"),
        ("computer-use-not-offered", "computer_use", "tool-not-supported"),
    ],
)
async def test_each_refusal_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, fault: str, feature: str, failure_class: str
) -> None:
    """By the words that public reports give, and with all else as it was."""
    probed = await look(monkeypatch, (fault,), settings_of("healthy"), only="/matter-chat")
    failure = failure_of(of(probed, feature))
    assert failure is not None
    assert (failure.failure_class, failure.whose) == (failure_class, "ours")
    others = {one.body["probe"] for one in probed.resources if one.body.get("proven") is True}
    assert {"text", "code_interpreter", "mcp", "computer_use"} - others == {feature}


def test_nothing_is_left_in_the_sandbox() -> None:
    """Neither a container of either surface that offers them nor a response: the account is as it was found."""
    done = audit_world("healthy", [], packs=["baseline"])
    ledger = done.sandbox._ledger
    assert (ledger.things, ledger.responses, ledger.contents) == ({}, {}, {})
    deleted = [seen for seen in done.sandbox.requests if seen.method == "DELETE" and "/containers/" in seen.path]
    assert sorted((seen.host, seen.status) for seen in deleted) == [
        ("contoso-matter-swc.openai.azure.com", 200),
        ("contoso-matter-swc.services.ai.azure.com", 200),
    ]


async def test_the_sandboxs_own_server_is_one_to_the_official_client() -> None:
    """It speaks the protocol as the SDK's client expects: session, list, call, an error, a tool's failure."""
    servers = (ToolServer(name="good"), ToolServer(name="bad", fails=True), ToolServer(name="gone", down=True))
    with tool_servers(servers) as ports:
        assert set(ports) == {"good", "bad"}
        async with Client(f"http://127.0.0.1:{ports['good']}/mcp") as client:
            (tool,) = (await client.list_tools()).tools
            assert tool.name == NAME
            told = await client.call_tool(NAME, {"reference": "amber-1"})
            assert (told.is_error, told.content[0].text) == (False, "Reference amber-1 is filed in room 7.")
            with pytest.raises(Exception, match="Unknown tool"):
                await client.call_tool("lose", {"reference": "amber-1"})
        async with Client(f"http://127.0.0.1:{ports['bad']}/mcp") as client:
            assert (await client.call_tool(NAME, {"reference": "amber-1"})).is_error is True


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"method": 7, "id": 1}', b"\xff"])
def test_the_sandboxs_own_server_refuses_what_is_no_message(body: bytes) -> None:
    with tool_servers((ToolServer(name="good"),)) as ports:
        connection = HTTPConnection("127.0.0.1", ports["good"], timeout=5)
        connection.request("POST", "/mcp", body)
        assert connection.getresponse().status == 400
        connection.close()


@pytest.mark.parametrize("url", ["https://example.com/mcp", "http://example.com/mcp", "http://127.0.0.1:1/mcp", "x"])
def test_the_sandbox_calls_nobody_outside_of_this_machine(url: str) -> None:
    """Another server is one that can't be reached, in the service's words."""
    world = load_world("healthy")
    tools = [{"type": "mcp", "server_label": "files", "server_url": url}]
    asked = Asked({"input": "x", "tools": tools}, next(iter(world.models.values())), "gpt", ledger=Ledger())
    with pytest.raises(RefusedError) as refused:
        remote(asked)
    assert refused.value.answer.status == 424
    assert b"Error retrieving tool list from MCP server: 'files'" in refused.value.answer.body


async def test_a_call_without_the_approval_that_was_required_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the whole way: the tool was called, which nobody had agreed to."""
    trouble = {"account": "contoso-matter-swc", "deployment": "matter-chat", "way": "unapproved"}
    world = World.model_validate({**load_world("healthy").model_dump(), "model_troubles": [trouble]})
    monkeypatch.setattr("tests.probe.test_sandbox.load_world", lambda *_: world)
    probed = await look(monkeypatch, (), settings_of("healthy"), only="/matter-chat")
    assert of(probed, "mcp")["shortfall"] == "the tool was called without the approval that was required"


def test_a_server_of_settings_is_frozen_and_holds_no_key() -> None:
    """What is saved with the snapshot names a variable, never a key."""
    assert not {"key", "token", "secret", "password"} & set(McpServer.model_fields)
