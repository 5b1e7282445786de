"""Prompt caching: a repeat must report cached tokens, and a third try is all that it gets."""

from __future__ import annotations

import pytest

from auditor.cloud.model_answer import Answer
from auditor.probe.prompt_caching import PROMPT_CACHING, SENDINGS
from auditor.record import Json, JsonObject
from auditor.sandbox import load_world
from auditor.sandbox.ledger import Ledger
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response
from tests.sandbox.asking import ask_model, body


def caching(*told: Json) -> Turns:
    """A service that reports these cached tokens, one after the other."""
    left = list(told)

    def create(_: JsonObject) -> Answer:
        answer = response("OK")
        answer["usage"] = {**answer["usage"], "input_tokens_details": {"cached_tokens": left.pop(0)}}
        return answered(200, answer)

    return Turns({"responses.create": create})


@pytest.mark.parametrize(("told", "sendings"), [((0, 1024), 2), ((0, 0, 1664), 3), ((128, 1024), 2)])
async def test_cached_tokens_on_a_repeat_are_the_proof(told: tuple[int, ...], sendings: int) -> None:
    """The same text under the same key, no more often than needed; nothing is stored."""
    turns = caching(*told)
    seen = await body_of(PROMPT_CACHING, turns)
    assert (seen["proven"], seen["sendings"], seen["cached_tokens"]) == (True, sendings, told[-1])
    assert "left_behind" not in seen
    requests = [request for _, request in turns.asked]
    assert len(requests) == sendings
    assert all(request == requests[0] for request in requests)
    assert len(str(requests[0]["input"]).split()) > 1_024


@pytest.mark.parametrize("told", [0, None, -5, "1024", True, 1e9, [], {}])
async def test_without_them_nothing_is_proven(told: Json) -> None:
    """Numbers of another kind are none; the first answer's own never count."""
    turns = caching(2048, told, told)
    seen = await body_of(PROMPT_CACHING, turns)
    assert (seen["proven"], len(turns.asked)) == (False, SENDINGS)
    assert f"{SENDINGS} times" in seen["shortfall"]


async def test_each_run_sends_what_nobody_sent_before() -> None:
    """Else another run's cache would prove this one's."""
    first, second = caching(0, 1024), caching(0, 1024)
    await body_of(PROMPT_CACHING, first)
    await body_of(PROMPT_CACHING, second)
    assert first.asked[0][1]["input"] != second.asked[0][1]["input"]
    assert first.asked[0][1]["prompt_cache_key"] != second.asked[0][1]["prompt_cache_key"]


def test_the_sandbox_counts_as_the_service_does() -> None:
    """Nothing under 1,024 tokens, in steps of 128, only what two prompts begin with, only of the same account."""
    world, ledger = load_world("healthy"), Ledger()

    def cached(account: str, model: str, text: str) -> int:
        request = {"model": model, "input": text, "max_output_tokens": 512, "store": False}
        told = body(ask_model(world, account, request, ledger=ledger))
        number: int = told["usage"]["input_tokens_details"]["cached_tokens"]
        return number

    long = "amber cedar " * 400
    support = ("contoso-support-weu", "support-chat")
    assert cached(*support, long) == 0
    assert cached(*support, long) == 1152
    assert cached(*support, f"{long}more") == 1152
    assert cached(*support, f"other {long}") == 0
    assert cached("contoso-matter-swc", "matter-chat", long) == 0
    assert [cached(*support, "amber cedar " * 100) for _ in range(2)] == [0, 0]
