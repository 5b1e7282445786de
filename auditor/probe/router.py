"""The model router: which models answer questions of different difficulty, and how long each takes."""

from __future__ import annotations

from typing import Final

from auditor.probe.ending import Proof
from auditor.probe.limits import output_limit
from auditor.probe.outcome import word
from auditor.probe.question import Probe
from auditor.probe.talk import Talk
from auditor.probe.target import Target
from auditor.probe.text import inapplicable
from auditor.record import Json

MODEL: Final = "model-router"

QUESTIONS: Final = (
    ("one word", "Reply with the single word OK."),
    ("a sum", "What is 17 times 23? Reply with the number alone."),
    (
        "a comparison",
        "Compare rail and road for fragile goods by cost, speed and reliability; end with a choice in one sentence.",
    ),
    (
        "a proof",
        "Prove step by step that the sum of the square roots of two and three is irrational. Keep to a few lines.",
    ),
)
"""What is asked for, in a few words, and the question; from the easiest to the hardest."""

INPUT_TOKENS: Final = 96
"""The most that one question and what a model wraps around it take."""


def put(target: Target) -> bool:
    """Every declared deployment of the router is asked."""
    return target.exists and target.declared and target.model.lower() == MODEL


async def look(talk: Talk) -> Proof:
    """Asks each question once; an answer that is cut short names its model all the same."""
    limit, answers = output_limit(talk.target), list[Json]()
    named: list[str | None] = []
    for task, question in QUESTIONS:
        request = {"model": talk.target.name, "input": question, "max_output_tokens": limit, "store": False}
        body = talk.completed(await talk.do("responses.create", request), or_cut=True)
        responded = word(body.get("model"))
        named.append(responded)
        answers.append(
            {"task": task, "requested": talk.target.name, "responded": responded, "latency_ms": talk.latency_ms}
        )
    return Proof(
        proven=all(named), shortfall="an answer does not name the model that gave it", told={"answers": answers}
    )


def most_tokens(target: Target) -> int:
    """All questions, each with the longest answer."""
    return len(QUESTIONS) * (INPUT_TOKENS + output_limit(target))


ROUTER: Final = Probe(
    name="router",
    title="Model router",
    sends="four short questions of different difficulty, stored nowhere",
    proves="each answer names the model that gave it",
    inapplicable=inapplicable,
    calls=len(QUESTIONS),
    most_tokens=most_tokens,
    look=look,
    put=put,
)
