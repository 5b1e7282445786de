"""Functions, schemas and thoughts: proven by planted values alone, whatever else a model may say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cloud.model_answer import Answer
from auditor.probe.function_calling import FUNCTION_CALLING
from auditor.probe.reasoning import REASONING
from auditor.probe.structured_outputs import STRUCTURED_OUTPUTS
from auditor.record import JsonObject
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response


def planted(request: JsonObject) -> dict[str, str]:
    """What the question holds by name."""
    return dict(re.findall(r"(\w+): ([\w-]+)", json.dumps(request["input"])))


def call(request: JsonObject, **change: Any) -> JsonObject:
    """The call that the question asks for, changed."""
    arguments = json.dumps({"meter": planted(request)["meter"]})
    return {"type": "function_call", "name": "read_meter", "call_id": "call_1", "arguments": arguments, **change}


def calls(*changes: dict[str, Any], says: str | None = None) -> Turns:
    """A service whose first turn makes these calls and whose second says the result, or what is given."""

    def reply(request: JsonObject) -> Answer:
        results = [item for item in request["input"] if item.get("type") == "function_call_output"]
        if results:
            reading = json.loads(results[0]["output"])["reading"]
            return answered(200, response(says if says is not None else f"It reads {reading:,}."))
        return answered(200, response(output=[call(request, **change) for change in changes]))

    return Turns({"responses.create": reply})


async def test_a_function_that_is_called_as_asked_and_whose_result_is_used_is_proven() -> None:
    """The number may be written with separators; the call's item is carried to the second turn."""
    turns = calls({})
    body = await body_of(FUNCTION_CALLING, turns)
    assert (body["outcome"], body["proven"], body["calls"]) == ("completed", True, 2)
    first, second = (request for _, request in turns.asked)
    assert [(one["role"], one["content"][:29]) for one in first["input"]] == [("user", "Call the function read_meter ")]
    (tool,) = first["tools"]
    assert second["tools"] == [tool]
    assert (tool["type"], tool["name"], tool["strict"]) == ("function", "read_meter", True)
    assert tool["parameters"] == {
        "type": "object",
        "properties": {"meter": {"type": "string", "description": "The meter's name."}},
        "required": ["meter"],
        "additionalProperties": False,
    }
    assert [item.get("type") for item in second["input"][1:]] == ["function_call", "function_call_output"]
    assert second["input"][2]["call_id"] == second["input"][1]["call_id"]


@pytest.mark.parametrize(
    ("changes", "shortfall"),
    [
        ((), "no function"),
        (({}, {}), "2 functions"),
        (({"name": "delete_everything"},), "not declared"),
        (({"name": None},), "not declared"),
        (({"call_id": None},), "no id"),
        (({"arguments": "{"},), "not JSON"),
        (({"arguments": None},), "not JSON"),
        (({"arguments": "[" * 100_000},), "not JSON"),
        (({"arguments": '{"meter": "another"}'},), "other arguments"),
        (({"arguments": '{"meter": 7, "also": "this"}'},), "other arguments"),
    ],
)
async def test_any_other_call_is_told_apart(changes: tuple[dict[str, Any], ...], shortfall: str) -> None:
    """Such as one of a function that nobody declared; the second turn is then not taken."""
    turns = calls(*changes)
    body = await body_of(FUNCTION_CALLING, turns)
    assert (body["proven"], len(turns.asked)) == (False, 1)
    assert shortfall in body["shortfall"]


async def test_a_result_that_is_not_used_proves_nothing() -> None:
    """The model called, and then said something of its own."""
    body = await body_of(FUNCTION_CALLING, calls({}, says="Il ne fait pas beau."))
    assert (body["outcome"], body["proven"]) == ("completed", False)
    assert body["shortfall"] == "the answer does not use what the function gave back"


def writes(change: dict[str, Any] | None = None, text: str | None = None) -> Turns:
    """A service that writes the order down, changed, or says something else."""

    def reply(request: JsonObject) -> Answer:
        told = planted(request)
        order = {"order": told["order"], "quantity": int(told["quantity"]), **(change or {})}
        return answered(200, response(json.dumps(order) if text is None else text))

    return Turns({"responses.create": reply})


async def test_json_of_the_schema_with_the_values_of_the_question_is_proven() -> None:
    """The schema is strict and goes with the request."""
    turns = writes()
    body = await body_of(STRUCTURED_OUTPUTS, turns)
    assert body["proven"] is True
    assert turns.asked[0][1]["text"]["format"] == {
        "type": "json_schema",
        "name": "order",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"order": {"type": "string"}, "quantity": {"type": "integer"}},
            "required": ["order", "quantity"],
            "additionalProperties": False,
        },
    }


@pytest.mark.parametrize(
    ("turns", "shortfall"),
    [
        (writes(text=""), "not JSON"),
        (writes(text="Sure! Here is your order."), "not JSON"),
        (writes(text="[1, 2]"), "other members"),
        (writes(text='["order", "quantity"]'), "other members"),
        (writes(text='"order"'), "other members"),
        (writes({"note": "more"}), "other members"),
        (writes({"quantity": "12"}), "another type"),
        (writes({"quantity": True}), "another type"),
        (writes({"order": "another"}), "other values"),
        (writes(text="[" * 100_000), "not JSON"),
    ],
)
async def test_anything_else_says_what_does_not_fit(turns: Turns, shortfall: str) -> None:
    """In our words; what the model said is not kept."""
    body = await body_of(STRUCTURED_OUTPUTS, turns)
    assert body["proven"] is False
    assert shortfall in body["shortfall"]
    assert "Sure" not in json.dumps(body)


@given(text=st.text())
async def test_no_text_crashes_or_proves_structured_outputs(text: str) -> None:
    """The planted values can't be guessed."""
    body = await body_of(STRUCTURED_OUTPUTS, writes(text=text))
    assert (body["outcome"], body["proven"]) == ("completed", False)


@pytest.mark.parametrize(
    ("tokens", "summary", "proven"),
    [
        (64, [], True),
        (0, [{"type": "summary_text", "text": "x"}], True),
        (0, [], False),
        (None, [], False),
        ("9", [], False),
    ],
)
async def test_thinking_shows_in_tokens_or_a_summary(tokens: Any, summary: list[Any], proven: bool) -> None:
    """Either will do; a number of another type is no number."""
    usage = {"input_tokens": 9, "output_tokens": 9, "output_tokens_details": {"reasoning_tokens": tokens}}
    said = response("Ada", usage=usage)
    said["output"].insert(0, {"type": "reasoning", "summary": summary})
    body = await body_of(REASONING, Turns({"responses.create": lambda _: answered(200, said)}))
    assert (body["proven"], body["reasoning_summary"]) == (proven, bool(summary))


async def test_a_model_that_refuses_the_effort_is_told_in_the_services_words() -> None:
    """Declared, and not offered by this model."""
    words = {"error": {"code": "unsupported_parameter", "message": "Unsupported parameter: 'reasoning.effort'"}}
    body = await body_of(REASONING, Turns({"responses.create": lambda _: answered(400, words)}))
    assert (body["outcome"], body["error"]["code"]) == ("refused", "unsupported_parameter")
