"""The service's own tools and an application's server: proven by what was planted, whatever else may come back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.model_answer import Answer
from auditor.probe.code_interpreter import CODE_INTERPRETER
from auditor.probe.computer_use import COMPUTER_USE
from auditor.probe.mcp import MCP
from auditor.probe.web_search import WEB_SEARCH
from auditor.record import JsonObject
from auditor.settings import McpServer
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response, target

SERVER = McpServer(
    label="files",
    url="https://tools.contoso.com/mcp",
    tool="find",
    arguments={"reference": "{word}", "deep": {"also": ["{word}", 3]}},
    expects="{word} is filed",
)
ESCAPES = "\x1b[31mred\x1b[0m\x07<script>alert(1)</script>"
LONG = "x" * 1_000_000


def items(*made: JsonObject, text: str = "") -> JsonObject:
    """A completed response with these items before its text."""
    whole = response(text)
    return {**whole, "output": [*made, *whole["output"]]}


def always(body: JsonObject, status: int = 200) -> Turns:
    """A service that says this to every question, and deletes what it is asked to."""
    return Turns(
        {
            "responses.create": lambda _: answered(status, body),
            "responses.delete": lambda _: answered(200, {"deleted": True}),
            "containers.delete": lambda _: answered(200, b""),
        }
    )


def run(**change: Any) -> JsonObject:
    return {"type": "code_interpreter_call", "status": "completed", "container_id": "cntr_1", "code": "1", **change}


def hashing(*calls: JsonObject, says: str | None = None, deletes: Answer | None = None) -> Turns:
    """A service that works the hash out, or says what is given."""

    def reply(request: JsonObject) -> Answer:
        word = re.search(r"UTF-8 text (\S+), in", request["input"])
        assert word is not None
        value = sha256(word[1].encode()).hexdigest()[:12]
        return answered(200, items(*calls, text=f"It is {value.upper()}." if says is None else says))

    deleted = deletes or answered(200, {"id": "cntr_1", "deleted": True})
    return Turns({"responses.create": reply, "containers.delete": lambda _: deleted})


async def test_code_that_ran_and_whose_value_is_right_is_proven() -> None:
    """In any case and amid other words; each container is noted and deleted once."""
    turns = hashing(run(), run(container_id="cntr_2"), run())
    body = await body_of(CODE_INTERPRETER, turns)
    assert (body["outcome"], body["proven"], body["code_runs"]) == ("completed", True, 3)
    assert (body["containers"], body["left_behind"]) == (["cntr_1", "cntr_2"], [])
    assert turns.operations == ["responses.create", "containers.delete", "containers.delete"]


@pytest.mark.parametrize(
    ("calls", "says", "shortfall"),
    [
        ((), None, "no code"),
        ((run(status="failed"),), None, "to its end"),
        ((run(status=None),), None, "to its end"),
        ((run(),), "0123456789ab", "wrong"),
        ((run(),), "", "wrong"),
        ((run(),), LONG, "wrong"),
        ((run(),), ESCAPES, "wrong"),
        ((run(container_id=None),), "Das weiß ich nicht.", "wrong"),
    ],
)
async def test_a_guess_or_a_wrong_value_is_not_proven(calls: Any, says: str | None, shortfall: str) -> None:
    """Not even the right value without code; nothing that was said is kept."""
    body = await body_of(CODE_INTERPRETER, hashing(*calls, says=says))
    assert (body["outcome"], body["proven"]) == ("completed", False)
    assert shortfall in body["shortfall"]
    assert len(json.dumps(body)) < 3000
    assert "script" not in json.dumps(body)


async def test_a_container_that_stays_is_told() -> None:
    """In the service's words, without control characters; a container's name is bounded."""
    stays = answered(408, {"error": {"code": "Timeout", "message": f"The operation was timeout.{ESCAPES}"}})
    body = await body_of(CODE_INTERPRETER, hashing(run(container_id="c" * 5000), deletes=stays))
    assert body["proven"] is True
    (left,) = body["left_behind"]
    assert "The operation was timeout." in left
    assert len(left) < 400
    assert "\x1b" not in left


@given(text=st.text())
async def test_no_text_proves_that_code_ran(text: str) -> None:
    """The hash of a word that nobody knew can't be said by chance."""
    assert (await body_of(CODE_INTERPRETER, hashing(run(), says=text)))["proven"] is False


@pytest.mark.parametrize(
    ("body", "proven", "searches"),
    [
        (items({"type": "web_search_call", "status": "completed"}, text="OK"), True, 1),
        (items(text="OK"), True, 0),
        (items({"type": "web_search_call", "status": "failed", "action": ESCAPES}), True, 1),
        (items(), False, 0),
    ],
)
async def test_web_search_is_offered_where_it_is_taken(body: JsonObject, proven: bool, searches: int) -> None:
    """A search or an answer shows it; what was found is not judged."""
    seen = await body_of(WEB_SEARCH, always(body))
    assert (seen["proven"], seen["searches"]) == (proven, searches)


@pytest.mark.parametrize(("probe", "tool"), [(WEB_SEARCH, "web_search_preview"), (COMPUTER_USE, "computer")])
async def test_a_tool_that_is_refused_is_told_in_the_services_words(probe: Any, tool: str) -> None:
    """The refusal is the answer to what was declared."""
    words = f"Hosted tool '{tool}' is not supported with gpt-5-2025-08-07."
    seen = await body_of(probe, always({"error": {"message": words, "param": "tools"}}, 400))
    assert (seen["outcome"], seen["error"]["message"], seen["error"]["param"]) == ("refused", words, "tools")


@pytest.mark.parametrize(
    ("call", "proven", "first"),
    [
        ({"actions": [{"type": "screenshot"}]}, True, "screenshot"),
        ({"action": {"type": "screenshot"}}, True, "screenshot"),
        ({"actions": [{"type": "click", "x": 1, "y": 2}, {"type": "wait"}]}, True, "click"),
        ({"actions": []}, False, None),
        ({"actions": [{"type": ESCAPES}]}, False, None),
        ({"action": {"type": ["screenshot"]}}, False, None),
        ({"action": "screenshot"}, False, None),
        ({}, False, None),
    ],
)
async def test_computer_use_is_offered_where_an_action_is_asked_for(
    call: JsonObject, proven: bool, first: str | None
) -> None:
    """In the preview's shape and in the later one; what is no known action is none, and none is carried out."""
    turns = always(items({"type": "computer_call", "call_id": "call_1", **call}))
    seen = await body_of(COMPUTER_USE, turns)
    assert (seen["proven"], seen["first_action"], len(turns.asked)) == (proven, first, 1)
    assert turns.asked[0][1]["tools"] == [{"type": "computer"}]


async def test_the_model_made_for_it_is_asked_with_its_own_tool() -> None:
    """It takes the preview's tool alone, and needs truncation."""
    turns = always(items({"type": "computer_call", "action": {"type": "screenshot"}}))
    assert (await body_of(COMPUTER_USE, turns, target("computer-use-preview")))["proven"] is True
    request = turns.asked[0][1]
    assert (request["tools"][0]["type"], request["truncation"]) == ("computer_use_preview", "auto")


LISTED = {"type": "mcp_list_tools", "server_label": "files", "tools": [{"name": "find", "input_schema": {}}]}


def wish(request: JsonObject, **change: Any) -> JsonObject:
    """The request for approval of the call that the question asks for, changed."""
    arguments = request["input"][request["input"].index("{") : request["input"].rindex("}") + 1]
    told = {"id": "mcpr_1", "server_label": "files", "name": "find", "arguments": arguments}
    return {"type": "mcp_approval_request", **told, **change}


def call(word: str, **change: Any) -> JsonObject:
    told = {"server_label": "files", "name": "find", "status": "completed", "error": None}
    return {"type": "mcp_call", **told, "output": f"{word} is filed in room 7", **change}


def remote(
    first: Any = lambda request: [LISTED, wish(request)],
    second: Any = lambda word: items(call(word), text=f"{word.upper()} IS FILED in room 7"),
) -> Turns:
    """A service that calls the server as it should, or as it is told."""
    words: list[str] = []

    def reply(request: JsonObject) -> Answer:
        if "previous_response_id" not in request:
            found = re.search(r'"reference": "([\w-]+)"', request["input"])
            assert found is not None
            words.append(found[1])
            return answered(200, response(output=first(request)))
        assert request["previous_response_id"] == "resp_1"
        return answered(200, second(words[0]))

    return Turns({"responses.create": reply, "responses.delete": lambda _: answered(200, {"deleted": True})})


USES = replace(target("gpt-5.4", "mcp"), mcp=SERVER)


async def test_a_tool_that_is_listed_approved_called_and_used_is_proven() -> None:
    """The first turn is stored for the second to name, and deleted; the planted word stands in every argument."""
    turns = remote()
    body = await body_of(MCP, turns, USES)
    assert (body["outcome"], body["proven"], body["calls"], body["left_behind"]) == ("completed", True, 3, [])
    (_, first), (_, second), (operation, _) = turns.asked
    assert (first["store"], second["store"], operation) == (True, False, "responses.delete")
    tool = first["tools"][0]
    assert (tool["require_approval"], tool["allowed_tools"], tool["server_url"]) == ("always", ["find"], SERVER.url)
    assert tool["headers"] == {"Authorization": "Bearer of files"}
    assert second["input"] == [{"type": "mcp_approval_response", "approve": True, "approval_request_id": "mcpr_1"}]
    assert "Bearer" not in json.dumps(body)


@pytest.mark.parametrize(
    ("first", "shortfall"),
    [
        (lambda _: [], "not listed"),
        (lambda request: [wish(request)], "not listed"),
        (lambda request: [{**LISTED, "server_label": "other"}, wish(request)], "not listed"),
        (lambda request: [{**LISTED, "error": {"code": 1}}, wish(request)], "could not be listed"),
        (lambda request: [{**LISTED, "tools": []}, wish(request)], "does not list the tool"),
        (lambda request: [{**LISTED, "tools": "find"}, wish(request)], "does not list the tool"),
        (lambda request: [{**LISTED, "tools": [{"name": ["find"]}]}, wish(request)], "does not list the tool"),
        (lambda _: [LISTED], "no approval was asked for"),
        (lambda _: [LISTED, call("x")], "without the approval"),
        (lambda request: [LISTED, call("x"), wish(request)], "without the approval"),
        (lambda request: [LISTED, wish(request), wish(request)], "not asked for once"),
        (lambda request: [LISTED, wish(request, id=None)], "not asked for once"),
        (lambda request: [LISTED, wish(request, name="delete_everything")], "another tool"),
        (lambda request: [LISTED, wish(request, server_label="other")], "another tool"),
        (lambda request: [LISTED, wish(request, arguments="{}")], "other arguments"),
        (lambda request: [LISTED, wish(request, arguments="[" * 100_000)], "other arguments"),
        (lambda request: [LISTED, wish(request, arguments=None)], "other arguments"),
    ],
)
async def test_a_first_turn_that_does_otherwise_is_never_approved(first: Any, shortfall: str) -> None:
    """What is wrong is told, and no second turn is taken."""
    turns = remote(first)
    body = await body_of(MCP, turns, USES)
    assert (body["proven"], turns.operations) == (False, ["responses.create", "responses.delete"])
    assert shortfall in body["shortfall"]


@pytest.mark.parametrize(
    ("second", "shortfall"),
    [
        (lambda word: items(text=f"{word} is filed"), "not called although"),
        (lambda word: items(call(word, name="delete_everything"), text=f"{word} is filed"), "another tool"),
        (lambda word: items(call(word, server_label="other"), text=f"{word} is filed"), "another tool"),
        (lambda word: items(call(word, error={"type": "http_error", "code": 500}), text=word), "failed"),
        (lambda word: items(call(word, status="failed"), text=f"{word} is filed"), "failed"),
        (lambda word: items(call(word), call(word, error=ESCAPES), text=f"{word} is filed"), "failed"),
        (lambda word: items(call(word, output=None), text=f"{word} is filed"), "something else"),
        (lambda word: items(call(word, output=ESCAPES), text=f"{word} is filed"), "something else"),
        (lambda word: items(call(word), text="Je ne sais pas."), "does not use"),
        (lambda word: items(call(word), text=LONG), "does not use"),
        (lambda word: items(call(word)), "does not use"),
    ],
)
async def test_a_call_that_fails_or_is_not_used_is_told_apart(second: Any, shortfall: str) -> None:
    """Nothing of what a server or a model says is kept."""
    body = await body_of(MCP, remote(second=second), USES)
    assert body["proven"] is False
    assert shortfall in body["shortfall"]
    assert "script" not in json.dumps(body)
    assert len(json.dumps(body)) < 3000


async def test_a_server_that_nobody_names_is_not_asked() -> None:
    """The feature needs it; the settings' own check says so first."""
    assert MCP.inapplicable(target("gpt-5.4", "mcp")) == "settings name no MCP server for it (mcp)"
    assert MCP.inapplicable(USES) is None
