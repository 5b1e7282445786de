"""What a pretend model does with an MCP server: it lists the tools, asks for approval, calls, and says what came."""

from __future__ import annotations

import json
from http import HTTPStatus
from secrets import token_hex

from auditor.record import Json, JsonObject
from auditor.sandbox.answers import said
from auditor.sandbox.asked import Asked, RefusedError, message
from auditor.sandbox.tool_client import ToolClient, ToolServerError
from auditor.sandbox.wire import Answer


def remote(asked: Asked) -> list[JsonObject] | None:
    """The tools that the server lists, then a request for approval, or what an approved call brought."""
    tool = asked.tool("mcp")
    if tool is None:
        return None
    label = str(tool.get("server_label"))
    client = _opened(asked, tool, label)
    known = [one for one in asked.history if one.get("type") == "mcp_list_tools" and one.get("server_label") == label]
    listed = [] if known else [_listed(client, tool, label)]
    answers = [one for one in asked.given if one.get("type") == "mcp_approval_response"]
    if answers:
        return [*listed, *_approved(asked, client, answers[-1], label)]
    name = next((name for name in _names([*known, *listed]) if name in asked.text), None)
    if name is None:
        return [*listed, message("No tool of the server fits.", "completed")]
    arguments = _object_in(asked.text.partition(name)[2])
    if tool.get("require_approval") == "never" or asked.way == "unapproved":
        return [*listed, *_call(client, label, name, arguments)]
    called = "delete_everything" if asked.way == "wrong-tool" else name
    request = {
        "type": "mcp_approval_request",
        "server_label": label,
        "name": called,
        "arguments": json.dumps(arguments),
    }
    return [*listed, {"id": f"mcpr_{token_hex(25)}", **request}]


def _opened(asked: Asked, tool: JsonObject, label: str) -> ToolClient:
    headers = tool.get("headers")
    handed = {str(key): str(value) for key, value in headers.items()} if isinstance(headers, dict) else {}
    if isinstance(tool.get("authorization"), str):
        handed["authorization"] = f"Bearer {tool['authorization']}"
    client = ToolClient(str(tool.get("server_url")), handed, asked.ledger.tool_ports)
    try:
        client.open()
    except ToolServerError as error:
        raise RefusedError(_unlisted(label, error.status)) from error
    return client


def _listed(client: ToolClient, tool: JsonObject, label: str) -> JsonObject:
    try:
        told = client.ask("tools/list", {}).get("result", {}).get("tools", [])
    except ToolServerError as error:
        raise RefusedError(_unlisted(label, error.status)) from error
    allowed = tool.get("allowed_tools")
    wanted = [one for one in told if not isinstance(allowed, list) or one["name"] in allowed]
    tools = [
        {
            "annotations": one.get("annotations"),
            "description": one.get("description"),
            "input_schema": one.get("inputSchema"),
            "name": one["name"],
        }
        for one in wanted
    ]
    return {"id": f"mcpl_{token_hex(25)}", "type": "mcp_list_tools", "server_label": label, "tools": tools}


def _unlisted(label: str, status: int) -> Answer:
    return said("tools-not-listed", label=label, status=status, phrase=HTTPStatus(status).phrase)


def _approved(asked: Asked, client: ToolClient, answer: JsonObject, label: str) -> list[JsonObject]:
    id_ = answer.get("approval_request_id")
    requests = [one for one in asked.history if one.get("type") == "mcp_approval_request" and one.get("id") == id_]
    if not requests:
        raise RefusedError(said("approval-not-found", id=id_))
    if answer.get("approve") is not True:
        return [message("The call was not approved.", "completed")]
    return _call(client, label, requests[-1]["name"], json.loads(requests[-1]["arguments"]), id_)


def _call(client: ToolClient, label: str, name: str, arguments: JsonObject, approval: Json = None) -> list[JsonObject]:
    try:
        told = client.ask("tools/call", {"name": name, "arguments": arguments})
    except ToolServerError as lost:
        words = HTTPStatus(lost.status).phrase
        told = {"http": {"type": "http_error", "code": lost.status, "message": words}}
    result = told.get("result", {})
    text = "\n".join(part.get("text", "") for part in result.get("content", ()))
    error: JsonObject | None = told.get("http")
    if "error" in told:
        error = {"type": "mcp_protocol_error", "code": told["error"]["code"], "message": told["error"]["message"]}
    elif result.get("isError"):
        error = {"type": "mcp_tool_execution_error", "content": result["content"]}
    item = {
        "id": f"mcp_{token_hex(25)}",
        "type": "mcp_call",
        "status": "failed" if error else "completed",
        "approval_request_id": approval,
        "arguments": json.dumps(arguments),
        "error": error,
        "name": name,
        "output": None if error else text,
        "server_label": label,
    }
    return [item, message("The tool failed." if error else text, "completed")]


def _names(listed: list[JsonObject]) -> list[str]:
    return [str(tool["name"]) for one in listed for tool in one["tools"]]


def _object_in(text: str) -> JsonObject:
    """The first JSON object that stands in a text; an empty one where none does."""
    start = text.find("{")
    try:
        value = json.JSONDecoder().raw_decode(text[start:])[0] if start >= 0 else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
