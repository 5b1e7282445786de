"""How the pretend service calls an MCP server: streamable HTTP, to this machine alone.

https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import urlsplit

from auditor.record import JsonObject
from auditor.sandbox.tool_server import VERSIONS

SECONDS = 5.0
"""How long a server may take for one message; the sandbox waits with it."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ToolServerError(Exception):
    """The server did not say what was asked; `status` is the HTTP status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass
class ToolClient:
    """One session with one server."""

    url: str
    headers: Mapping[str, str]
    """What the request to the model hands on."""
    ports: Mapping[str, int]
    """Host name → port on loopback, of the servers that the sandbox brings."""
    _session: str = ""
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def open(self) -> None:
        """Begins the session; raises ToolServerError."""
        about = {"name": "sandbox", "version": "1.0.0"}
        self.ask("initialize", {"protocolVersion": VERSIONS[0], "capabilities": {}, "clientInfo": about})
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method: str, parameters: JsonObject) -> JsonObject:
        """The answer's `result` or `error`, under its name; raises ToolServerError."""
        number = next(self._numbers)
        status, kind, body = self._post({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        if status != HTTPStatus.OK:
            raise ToolServerError(status)
        found = next((one for one in _messages(kind, body) if one.get("id") == number), None)
        if found is None:
            raise ToolServerError(HTTPStatus.FAILED_DEPENDENCY)
        return {name: found[name] for name in ("result", "error") if name in found}

    def _post(self, message: JsonObject) -> tuple[int, str, bytes]:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", self.ports.get(parts.hostname or "")
        if port is None and (parts.scheme != "http" or host not in LOOPBACK):
            raise ToolServerError(HTTPStatus.FAILED_DEPENDENCY)
        connection = HTTPConnection("127.0.0.1" if port else host, port or parts.port, timeout=SECONDS)
        told = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": VERSIONS[0],
            **({"mcp-session-id": self._session} if self._session else {}),
            **self.headers,
        }
        try:
            connection.request("POST", parts.path or "/", json.dumps(message), told)
            answer = connection.getresponse()
            self._session = answer.headers.get("mcp-session-id", self._session)
            return answer.status, answer.headers.get_content_type(), answer.read()
        except (OSError, HTTPException) as error:
            raise ToolServerError(HTTPStatus.FAILED_DEPENDENCY) from error
        finally:
            connection.close()


def _messages(kind: str, body: bytes) -> list[JsonObject]:
    """The JSON-RPC messages of an answer: one, or the data of a stream's events."""
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    events = text.split("\n\n") if kind == "text/event-stream" else [f"data: {text}"]
    found = []
    for event in events:
        lines = [line.removeprefix("data:").lstrip() for line in event.split("\n") if line.startswith("data:")]
        try:
            value = json.loads("\n".join(lines))
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found
