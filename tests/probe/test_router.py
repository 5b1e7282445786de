"""The model router: what answered which question, and what does not count as an answer."""

from __future__ import annotations

import pytest

from auditor.cloud.model_answer import Answer
from auditor.probe.router import MODEL, QUESTIONS, ROUTER, put
from auditor.record import JsonObject
from auditor.sandbox import load_world
from auditor.sandbox.router import choice, difficulty
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response, target

SMALL, LARGE = "gpt-5-mini-2025-08-07", "gpt-5.4-mini-2026-03-17"


def by_length(request: JsonObject) -> Answer:
    """A router that gives long questions to the larger model."""
    return answered(200, response("so", model=LARGE if len(str(request["input"])) > 60 else SMALL))


async def test_each_answer_is_told_with_its_model_and_latency() -> None:
    """From the easiest question to the hardest."""
    turns = Turns({"responses.create": by_length})
    body = await body_of(ROUTER, turns, target(MODEL))
    assert (body["outcome"], body["proven"], body["calls"]) == ("completed", True, len(QUESTIONS))
    assert [one["task"] for one in body["answers"]] == [task for task, _ in QUESTIONS]
    assert [one["responded"] for one in body["answers"]] == [SMALL, SMALL, LARGE, LARGE]
    assert {one["requested"] for one in body["answers"]} == {"chat"}
    assert {one["latency_ms"] for one in body["answers"]} == {12.3}
    assert body["responded_models"] == [SMALL, LARGE]


async def test_an_answer_that_is_cut_short_names_its_model_all_the_same() -> None:
    """A proof may be longer than the probe may spend."""
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    body = await body_of(
        ROUTER, Turns({"responses.create": lambda _: answered(200, response("", **cut))}), target(MODEL)
    )
    assert (body["outcome"], body["proven"]) == ("completed", True)


@pytest.mark.parametrize("model", [None, 5, ["x"]])
async def test_an_answer_without_a_model_proves_nothing(model: object) -> None:
    """Nobody knows then what was asked."""
    body = await body_of(
        ROUTER, Turns({"responses.create": lambda _: answered(200, response("so", model=model))}), target(MODEL)
    )
    assert (body["proven"], body["shortfall"]) == (False, "an answer does not name the model that gave it")


async def test_a_router_that_refuses_is_told_in_its_own_words() -> None:
    """The first refusal ends it."""
    turns = Turns({"responses.create": lambda _: answered(400, {"error": {"message": "unsupported", "code": "x"}})})
    body = await body_of(ROUTER, turns, target(MODEL))
    assert (body["outcome"], body["error"]["message"], len(turns.asked)) == ("refused", "unsupported", 1)


def test_only_declared_routers_are_asked() -> None:
    """Whatever features they declare."""
    assert put(target("Model-Router"))
    assert not put(target("gpt-5.4"))


def test_the_pretended_router_chooses_by_difficulty_and_mode() -> None:
    """The easiest goes to the smallest, the hardest to the largest, and a mode moves the line between."""
    world = load_world("healthy")
    account = world.accounts["contoso-support-weu"]
    router = account.deployments["support-router"]
    easy, hard = QUESTIONS[0][1], QUESTIONS[-1][1]
    assert difficulty(easy) < difficulty(hard)
    assert [choice(world, account, router, one) for one in (easy, hard)] == [SMALL, LARGE]
    routing = router.properties["routing"]
    free = router.model_copy(update={"properties": {"routing": {**routing, "models": []}}})
    assert choice(world, account, free, hard).startswith("gpt-5.4")
    chat = account.deployments["support-chat"]
    assert choice(world, account, chat, hard) == LARGE
