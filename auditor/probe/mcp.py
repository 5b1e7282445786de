"""MCP: the server's tool is listed, called only after approval, and its answer used.

The call goes from Azure to the server, and a secret for it, where settings name one, goes with the request alone.
"""

from __future__ import annotations

import json
from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.memory import word
from auditor.probe.outcome import items, object_of, output_text
from auditor.probe.question import RESPONSES_DELETE, RESPONSES_WRITE, Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable as speaks_no_responses
from auditor.record import Json, JsonObject
from auditor.settings import McpServer

TURNS: Final = 2

INPUT_TOKENS: Final = 1200
"""The question, the tool's declaration and what it brings, in each turn."""

WORDS: Final = 160

WORD: Final = "{word}"


async def look(talk: Talk) -> Proof:
    """One turn that must ask for approval of the call, one that is given it and must use what the tool brought.

    The second turn names the first by previous_response_id, as the service documents it:
    https://learn.microsoft.com/azure/foundry/openai/how-to/responses
    """
    server = talk.target.mcp
    if server is None:
        return Proof(proven=False, shortfall="settings name no MCP server (mcp)")
    planted = word()
    arguments, expects = _filled(server.arguments, planted), server.expects.replace(WORD, planted).lower()
    limit = output_limit(talk.target, words=WORDS)
    tool: JsonObject = {
        "type": "mcp",
        "server_label": server.label,
        "server_url": server.url,
        "allowed_tools": [server.tool],
        "require_approval": "always",
        "headers": await talk.tool_headers(server),
    }
    question = (
        f"Call the tool {server.tool} once, with exactly these arguments: {json.dumps(arguments)} "
        "Then reply with the text that it returned."
    )
    first = await talk.respond(question, limit=limit, store=True, tools=[tool])
    shortfall = _unasked(first, server, arguments)
    if shortfall is not None:
        return Proof(proven=False, shortfall=shortfall)
    approval = {
        "type": "mcp_approval_response",
        "approve": True,
        "approval_request_id": items(first, "mcp_approval_request")[0]["id"],
    }
    second = await talk.respond([approval], limit=limit, previous_response_id=first.get("id"), tools=[tool])
    shortfall = _uncalled(second, server, expects)
    if shortfall is None and expects not in output_text(second).lower():
        shortfall = "the answer does not use what the tool gave back"
    return Proof(proven=shortfall is None, shortfall=shortfall)


def _unasked(response: JsonObject, server: McpServer, arguments: Json) -> str | None:
    """What is missing in the first turn."""
    listed = [one for one in items(response, "mcp_list_tools") if one.get("server_label") == server.label]
    if not listed:
        return "the server's tools were not listed"
    if any(one.get("error") for one in listed):
        return "the server's tools could not be listed"
    if server.tool not in [name for one in listed for name in _names(one)]:
        return "the server does not list the tool that settings name"
    if items(response, "mcp_call"):
        return "the tool was called without the approval that was required"
    return _misasked(items(response, "mcp_approval_request"), server, arguments)


def _misasked(asked: list[JsonObject], server: McpServer, arguments: Json) -> str | None:
    """What is wrong with the requests for approval."""
    if len(asked) != 1 or not isinstance(asked[0].get("id"), str):
        return "approval was not asked for once, by an id to answer to" if asked else "no approval was asked for"
    if asked[0].get("server_label") != server.label or asked[0].get("name") != server.tool:
        return "approval was asked for another tool than the one that was named"
    return None if _parsed(asked[0].get("arguments")) == arguments else "the tool would be called with other arguments"


def _uncalled(response: JsonObject, server: McpServer, expects: str) -> str | None:
    """What is missing in the second turn, before its text."""
    calls = items(response, "mcp_call")
    if not calls:
        return "the tool was not called although it was approved"
    if any(call.get("server_label") != server.label or call.get("name") != server.tool for call in calls):
        return "another tool was called than the one that was approved"
    if any(call.get("error") or call.get("status") in ("failed", "incomplete") for call in calls):
        return "the call of the tool failed"
    brought = "\n".join(str(call.get("output")) for call in calls).lower()
    return None if expects in brought else "the tool gave back something else than settings expect"


def _filled(value: Json, planted: str) -> Json:
    if isinstance(value, str):
        return value.replace(WORD, planted)
    if isinstance(value, dict):
        return {name: _filled(member, planted) for name, member in value.items()}
    return [_filled(item, planted) for item in value] if isinstance(value, list) else value


def _names(listed: JsonObject) -> list[Json]:
    tools = listed.get("tools")
    return [object_of(tool).get("name") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []


def _parsed(text: object) -> Json:
    try:
        value: Json = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return value


def inapplicable(target: Target) -> str | None:
    """Why it can't be asked: the model speaks no Responses, or no server is named."""
    return speaks_no_responses(target) or (None if target.mcp else "settings name no MCP server for it (mcp)")


def most_tokens(target: Target) -> int:
    """Both turns; the second is given what the first said."""
    return TURNS * INPUT_TOKENS + (TURNS + 1) * output_limit(target, words=WORDS)


MCP = Probe(
    name="mcp",
    title="MCP server",
    sends="two short turns that hand over the MCP server that settings name, the second with the approval of one call",
    proves="the tool is listed, called only after approval, and the answer holds what settings expect of it",
    inapplicable=inapplicable,
    calls=TURNS,
    most_tokens=most_tokens,
    look=look,
    legacy=False,
    stores="the first response",
    actions=(RESPONSES_WRITE, RESPONSES_DELETE),
)
