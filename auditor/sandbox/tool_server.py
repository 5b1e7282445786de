"""The sandbox's own MCP server: one harmless tool over streamable HTTP on loopback, as an application's might be.

https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from auditor.record import JsonObject
from auditor.sandbox.tokens import bearer, claims_of
from auditor.sandbox.world import ToolServer

VERSIONS = ("2025-06-18", "2025-03-26")
"""Of the protocol, newest first."""

METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602

NAME = "find_reference"
TOOL: JsonObject = {
    "name": NAME,
    "title": "Find a reference",
    "description": "Says where a reference is filed.",
    "inputSchema": {
        "type": "object",
        "properties": {"reference": {"type": "string", "description": "The reference, such as amber-1a2b3c."}},
        "required": ["reference"],
        "additionalProperties": False,
    },
    "annotations": {"readOnlyHint": True},
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server says to one request: a status, and a JSON object where there is one."""

    status: HTTPStatus
    body: JsonObject | None = None


def reply(server: ToolServer, authorization: str, body: bytes) -> Reply:
    """The answer to one POST; 401 to whoever brings no token for its audience."""
    if server.audience is not None and (claims_of(bearer(authorization)) or {}).get("aud") != server.audience:
        return Reply(HTTPStatus.UNAUTHORIZED, {"error": "invalid_token"})
    try:
        message = json.loads(body)
    except ValueError:
        return Reply(HTTPStatus.BAD_REQUEST)
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return Reply(HTTPStatus.BAD_REQUEST)
    if "id" not in message:
        return Reply(HTTPStatus.ACCEPTED)
    parameters = message.get("params")
    told = _result(server, message["method"], parameters if isinstance(parameters, dict) else {})
    return Reply(HTTPStatus.OK, {"jsonrpc": "2.0", "id": message["id"], **told})


def _result(server: ToolServer, method: str, parameters: JsonObject) -> JsonObject:
    match method:
        case "initialize":
            asked = parameters.get("protocolVersion")
            version = asked if asked in VERSIONS else VERSIONS[0]
            about = {"name": server.name, "version": "1.0.0"}
            return {"result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}}
        case "ping":
            return {"result": {}}
        case "tools/list":
            return {"result": {"tools": [TOOL]}}
        case "tools/call":
            return _called(server, parameters)
        case _:
            return {"error": {"code": METHOD_NOT_FOUND, "message": f"Method not found: {method}"}}


def _called(server: ToolServer, parameters: JsonObject) -> JsonObject:
    arguments = parameters.get("arguments")
    reference = arguments.get("reference") if isinstance(arguments, dict) else None
    if parameters.get("name") != NAME or not isinstance(reference, str):
        return {"error": {"code": INVALID_PARAMS, "message": "Unknown tool, or arguments that it does not take"}}
    text = "The register can't be read now." if server.fails else f"Reference {reference} is filed in room 7."
    return {"result": {"content": [{"type": "text", "text": text}], "isError": server.fails}}


@dataclass
class _Listening:
    """Serves one MCP server, a thread for each connection."""

    server: ToolServer
    http: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        told = self.server

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = self.headers.get("content-length", "")
                body = self.rfile.read(int(length)) if length.isdecimal() else b""
                self._say(reply(told, self.headers.get("authorization", ""), body))

            def do_GET(self) -> None:
                self._say(Reply(HTTPStatus.METHOD_NOT_ALLOWED))

            def do_DELETE(self) -> None:
                self._say(Reply(HTTPStatus.METHOD_NOT_ALLOWED))

            def _say(self, said: Reply) -> None:
                content = b"" if said.body is None else json.dumps(said.body).encode()
                self.send_response(said.status)
                if said.body is not None:
                    self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
                """Says nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@contextmanager
def tool_servers(servers: Iterable[ToolServer]) -> Iterator[dict[str, int]]:
    """Host name → port of 127.0.0.1 at which each that is not down answers, for as long as the context is open."""
    with ExitStack() as stack:
        ports = {}
        for server in servers:
            if server.down:
                continue
            http = stack.enter_context(_Listening(server).http)
            thread = Thread(target=http.serve_forever, args=(0.01,), name=f"tools {server.name}", daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(http.shutdown)
            ports[server.name] = http.server_port
        yield ports
