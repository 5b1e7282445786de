"""Conversations, kept by the service or carried by the client: a planted word must come back, and nothing may stay."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from auditor.cloud.deadline import Deadline
from auditor.cloud.model_answer import Answer, CallError
from auditor.probe.conversation import CONVERSATION
from auditor.probe.question import Question
from auditor.probe.stateless import STATELESS
from auditor.record import JsonObject
from tests.probe.pretend import answered
from tests.probe.pretend_turns import SURFACE, Turns, body_of, response, target

GONE = {"responses.delete": lambda _: answered(200, {"deleted": True})}


def keeping(reply: Callable[[JsonObject], Answer]) -> dict[str, Callable[[JsonObject], Answer]]:
    """A service that answers so, gives back what it was given, and deletes what it is told to."""
    given: list[str] = []

    def create(request: JsonObject) -> Answer:
        given.append(str(request["input"]))
        return reply(request)

    listed = {"responses.input_items.list": lambda _: answered(200, {"data": [{"content": given[0]}]})}
    return {"responses.create": create, **listed, **GONE}


def remembering(told: dict[str, Any] | None = None) -> Callable[[JsonObject], Answer]:
    """A model that knows the code word of everything it was ever given; `told` changes its answers."""
    heard: list[str] = []

    def reply(request: JsonObject) -> Answer:
        heard.append(str(request["input"]))
        found = re.search(r"code word: ([\w-]+)", " ".join(heard))
        text = found[1] if found and "Which code word" in heard[-1] else "OK"
        return answered(200, {**response(text, len(heard)), **(told or {})})

    return reply


async def test_a_conversation_that_remembers_is_proven_and_both_responses_are_deleted() -> None:
    """The second turn names the first; what was stored goes, last first."""
    turns = Turns(keeping(remembering()))
    body = await body_of(CONVERSATION, turns)
    assert (body["outcome"], body["proven"], body["shortfall"], body["left_behind"]) == ("completed", True, None, [])
    items, two = "responses.input_items.list", ["responses.delete"] * 2
    assert turns.operations == ["responses.create", items, "responses.create", *two]
    assert turns.asked[2][1]["previous_response_id"] == "resp_1"
    assert [request["response_id"] for _, request in turns.asked[3:]] == ["resp_2", "resp_1"]
    assert (body["input_tokens"], body["output_tokens"], body["calls"]) == (20, 4, 5)


@pytest.mark.parametrize("kept", [{}, {"data": None}, {"data": []}, {"data": [{"content": "another's"}]}])
async def test_a_service_that_does_not_give_back_what_it_keeps_is_no_conversation(kept: JsonObject) -> None:
    """What was stored must hold the planted word; the second turn is then not asked."""
    turns = Turns({**keeping(remembering()), "responses.input_items.list": lambda _: answered(200, kept)})
    body = await body_of(CONVERSATION, turns)
    assert (body["proven"], body["left_behind"]) == (False, [])
    assert "give back" in body["shortfall"]
    assert turns.operations.count("responses.create") == 1


@pytest.mark.parametrize("text", ["", "OK", "Je ne sais pas.", "x" * 1_000_000, "<b>\x1b[31mamber-000000\x00"])
async def test_whatever_else_the_second_turn_says_proves_nothing(text: str) -> None:
    """Only the planted word counts, and nothing of the answer is kept."""
    turns = Turns(keeping(lambda _: answered(200, response(text))))
    body = await body_of(CONVERSATION, turns)
    assert (body["outcome"], body["proven"]) == ("completed", False)
    assert "planted" in body["shortfall"]
    assert len(str(body)) < 3_000


async def test_a_refused_second_turn_is_the_outcome_and_the_first_is_still_deleted() -> None:
    """The service's words stay, and so does nothing else."""
    answers = iter([answered(200, response("OK")), answered(400, {"error": {"code": "x", "message": "no such id"}})])
    turns = Turns(keeping(lambda _: next(answers)))
    body = await body_of(CONVERSATION, turns)
    assert (body["outcome"], body["error"]["message"], body["left_behind"]) == ("refused", "no such id", [])
    assert turns.operations[-1] == "responses.delete"


async def test_what_cannot_be_deleted_is_listed_with_the_services_words() -> None:
    """A role that may write and not delete leaves data behind, and the report says which and why."""
    denied = answered(401, {"error": {"code": "PermissionDenied", "message": "lacks responses/delete"}})
    turns = Turns({**keeping(remembering()), "responses.delete": lambda _: denied})
    body = await body_of(CONVERSATION, turns)
    assert body["proven"] is True
    assert body["left_behind"] == [f"response resp_{number}: lacks responses/delete" for number in (2, 1)]


async def test_an_interruption_deletes_what_was_stored() -> None:
    """Ctrl-C in the middle of a conversation leaves nothing at the service."""
    waiting, forever = asyncio.Event(), asyncio.Event()

    class Hanging(Turns):
        async def do(self, *given: Any, **more: Any) -> Answer:
            if len(self.asked) == 1:
                waiting.set()
                self.asked.append(("responses.create", {}))
                await forever.wait()
            return await super().do(*given, **more)

    turns = Hanging({"responses.create": remembering(), **GONE})
    question = Question(CONVERSATION, target(), SURFACE)
    task = asyncio.create_task(question.asked(turns, patience=5, deadline=Deadline.after(60)))
    await waiting.wait()
    task.cancel()
    seen = await task
    assert turns.asked[-1] == ("responses.delete", {"response_id": "resp_1"})
    assert seen.resource is not None
    assert (seen.resource.body["outcome"], seen.resource.body["left_behind"]) == ("skipped", [])
    assert seen.gap is not None


UNNAMED = "what responses.create stores: the call was cut before the service named it"


@pytest.mark.parametrize("during", ["connect", "tls", "answer"])
async def test_a_storing_call_that_is_cut_may_have_left_what_nobody_can_name(during: Any) -> None:
    """Only where the request had gone out; what stores nothing leaves nothing."""
    error = CallError(phase="timeout", during=during, message="no answer")
    turns = Turns({"responses.create": lambda _: replace(answered(200, {}), http_status=None, error=error)})
    body = await body_of(CONVERSATION, turns)
    assert (body["outcome"], body.get("may_have_left")) == ("unreachable", [UNNAMED] if during == "answer" else None)
    assert "may_have_left" not in await body_of(STATELESS, turns)


async def test_an_interruption_before_the_first_answer_says_what_may_be_left() -> None:
    """Ctrl-C while the service is making what it stores."""
    waiting = asyncio.Event()

    class Hanging(Turns):
        async def do(self, *given: Any, **more: Any) -> Answer:  # noqa: ARG002 - as the protocol says it
            waiting.set()
            return await asyncio.Future()

    question = Question(CONVERSATION, target(), SURFACE)
    task = asyncio.create_task(question.asked(Hanging({}), patience=5, deadline=Deadline.after(60)))
    await waiting.wait()
    task.cancel()
    seen = await task
    assert seen.resource is not None
    assert (seen.resource.body["outcome"], seen.resource.body["may_have_left"]) == ("skipped", [UNNAMED])


SEALED = {"output": [{"type": "reasoning", "encrypted_content": "abc"}, *response("OK")["output"]]}
BARE = {"output": [{"type": "reasoning"}, *response("OK")["output"]]}


async def test_stateless_turns_carry_every_item_and_store_nothing() -> None:
    """The second turn is given the first one's output; the service does not know the first."""
    turns = Turns({"responses.create": remembering()})
    body = await body_of(STATELESS, turns, target("gpt-5.4"))
    assert (body["proven"], body["encrypted_reasoning"], "left_behind" in body) == (True, None, False)
    first, second = (request for operation, request in turns.asked if operation == "responses.create")
    assert first["store"] is second["store"] is False
    assert first["include"] == ["reasoning.encrypted_content"]
    assert second["input"][1] == response("OK")["output"][0]
    assert turns.operations == ["responses.create", "responses.create", "responses.retrieve"]


async def test_a_model_that_never_reasons_is_not_asked_for_its_reasoning() -> None:
    """The service refuses to include what a model has not."""
    turns = Turns({"responses.create": remembering()})
    await body_of(STATELESS, turns, target("gpt-4.1"))
    assert all("include" not in request for _, request in turns.asked)


@pytest.mark.parametrize(("told", "sealed"), [(SEALED, True), (BARE, False)])
async def test_reasoning_must_come_encrypted(told: dict[str, Any], sealed: bool) -> None:
    """Without its content the next turn begins to think anew."""
    answers = iter([answered(200, {**response("OK"), **told})])
    second = remembering()
    turns = Turns({"responses.create": lambda request: next(answers, None) or second(request)})
    body = await body_of(STATELESS, turns, target("gpt-5.4"))
    assert (body["proven"], body["encrypted_reasoning"]) == (sealed, sealed)
    if not sealed:
        assert "encrypted" in body["shortfall"]


async def test_a_response_that_was_kept_against_the_request_is_said_and_deleted() -> None:
    """`store: false` is a promise to the data's owner."""
    turns = Turns(
        {"responses.create": remembering(), "responses.retrieve": lambda _: answered(200, response("OK")), **GONE}
    )
    body = await body_of(STATELESS, turns)
    assert (body["proven"], body["left_behind"]) == (False, [])
    assert "store off" in body["shortfall"]
    assert turns.operations[-1] == "responses.delete"
