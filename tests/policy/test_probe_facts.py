"""What a probe's body is taken to prove."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.record import JsonObject
from tests.policy.estate import ACCOUNT, Estate, estate, gap, resource

CHAT = f"{ACCOUNT}/deployments/chat"
PROBE = f"{CHAT}/probes/text"


def _probed(**members: Any) -> Estate:
    return estate().changed("probe", PROBE, lambda body: body.update(**members))


def _text(**members: Any) -> JsonObject:
    told: JsonObject = _probed(**members).deployment()["probe"]["text"]
    return told


@pytest.mark.parametrize(
    ("members", "ok", "applicable"),
    [
        ({}, True, True),
        ({"output_characters": 0}, False, True),
        ({"output_characters": None}, None, True),
        ({"outcome": "incomplete"}, False, True),
        ({"outcome": "failed"}, False, True),
        ({"outcome": "refused"}, False, True),
        ({"outcome": "unreachable"}, False, True),
        ({"outcome": "skipped"}, None, True),
        ({"outcome": "not_applicable"}, None, False),
        ({"outcome": None}, None, None),
    ],
)
def test_only_text_that_came_back_is_ok(members: JsonObject, ok: bool | None, applicable: bool | None) -> None:
    """What was not asked proves nothing, and an empty answer is none."""
    told = _text(**members)
    assert (told.get("ok"), told.get("applicable")) == (ok, applicable)


@pytest.mark.parametrize(
    ("responded", "matches"),
    [
        ("gpt-4.1-2025-04-14", True),
        ("gpt-4.1", True),
        ("GPT-4.1-2025-04-14", True),
        ("gpt-4.1-2025-04-14-eu", True),
        ("gpt-4.1-mini-2025-04-14", False),
        ("gpt-4.1-2024-01-01", False),
        ("gpt-4o", False),
        (None, None),
        (5, None),
    ],
)
def test_the_model_that_answered_is_the_deployed_one(responded: Any, matches: bool | None) -> None:
    """By its name, with or without the version."""
    assert _text(responded_model=responded).get("model_matches") is matches


def test_a_model_router_may_answer_through_any_model() -> None:
    """That is what it is for."""
    bent = _probed(responded_model="gpt-5-mini-2025-08-07").with_deployment(
        model={"format": "OpenAI", "name": "model-router", "version": "2025-11-18"}
    )
    assert bent.deployment()["probe"]["text"]["model_matches"] is True


@pytest.mark.parametrize(
    ("latency", "budget", "within"), [(999.9, 1000, True), (1000.1, 1000, False), (None, 1000, None), (5, None, None)]
)
def test_latency_is_held_against_the_declared_budget(latency: Any, budget: int | None, within: bool | None) -> None:
    """Without a budget there is nothing to keep."""
    declared = {"name": "chat", "model": "gpt-4.1", "latency_budget_ms": budget}
    told = _probed(latency_ms=latency).expecting(declared).deployment()["probe"]["text"]
    assert told.get("within_budget") is within


def test_usage_is_reported_when_both_counts_are() -> None:
    """Nulls are no counts."""
    assert _text()["usage_reported"] is True
    assert _text(output_tokens=None)["usage_reported"] is False
    assert "usage_reported" not in _text(outcome="refused")


def test_a_failed_call_is_explained_with_what_is_known_around_it() -> None:
    """The model's name in the place of the deployment's is recognised."""
    error = {"phase": "http", "http_status": 404, "code": "DeploymentNotFound", "message": "does not exist"}
    told = _text(outcome="refused", requested_model="gpt-4.1", http_status=404, error=error)
    failure = told["failure"]
    assert set(failure) == {"class", "title", "cause", "next_step", "whose", "retry_helps"}
    assert failure["whose"] == "ours"
    assert "chat" in failure["next_step"] + failure["cause"]
    assert "failure" not in _text()


def test_a_denied_probe_is_absent_because_of_its_gap() -> None:
    """Not probed is not failed."""
    bent = replace(estate().without("probe"), gaps=(gap("probe", CHAT),))
    facts = bent.of("deployment", CHAT)
    assert "probe" not in facts.variables["deployment"]
    assert facts.absences["deployment.probe"] == f"gap probe {CHAT}"


def test_derived_members_of_a_probe_are_ours_alone() -> None:
    """A body that claims to be ok is not believed."""
    told = _text(outcome="refused", ok=True, model_matches=True, usage_reported=True)
    assert told["ok"] is False
    assert {"model_matches", "usage_reported"}.isdisjoint(told)


def test_other_probes_stand_beside_the_first() -> None:
    """Each under its own name."""
    stream = resource("probe", f"{CHAT}/probes/stream", CHAT, {"probe": "stream", "outcome": "skipped"})
    told = estate().plus(stream).deployment()["probe"]
    assert set(told) == {"text", "stream"}


@pytest.mark.parametrize(
    ("members", "left", "by"),
    [
        ({}, [], []),
        ({"left_behind": []}, [], ["text"]),
        ({"left_behind": ["response r: denied"]}, ["response r: denied"], ["text"]),
        ({"may_have_left": ["what a call stores"]}, None, ["text"]),
        ({"left_behind": [], "may_have_left": ["what a call stores"]}, None, ["text"]),
        ({"left_behind": ["file f: denied"], "may_have_left": ["x"]}, ["file f: denied"], ["text"]),
        ({"left_behind": "none"}, None, ["text"]),
    ],
)
def test_what_may_have_been_left_is_neither_a_finding_nor_nothing(
    members: JsonObject, left: list[str] | None, by: list[str]
) -> None:
    """A call that was cut before the service named what it stored leaves it open."""
    told = _probed(**members).deployment()
    assert (told.get("left_behind"), told["stored_by_probes"]) == (left, by)


def test_what_may_have_been_left_is_said_in_a_sentence() -> None:
    """The words follow `is`."""
    words, _ = _probed(may_have_left=["what it stores"]).of("deployment", CHAT).notes["deployment.left_behind"]
    assert words == "not known to be empty: the service may keep what it stores"
