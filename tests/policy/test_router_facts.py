"""What is told of a model router, of who answers for a deployment, and of what an account was seen to refuse."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.router import is_of, other_models, responded, router
from auditor.policy.facts.seen import Seen, index
from auditor.record import JsonObject
from auditor.settings import ExpectedDeployment, Workload
from auditor.snapshot import Resource
from tests.policy.estate import Estate

ID = f"/subscriptions/{'0' * 8}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a/deployments/r"
MINI = {"format": "OpenAI", "name": "gpt-5-mini", "version": "2025-08-07"}
LARGE = {"format": "OpenAI", "name": "gpt-5.4", "version": "2026-03-05"}
DEPLOYMENT = Resource(kind="deployment", id=ID, body={})


def seen_with(*bodies: JsonObject) -> Seen:
    """A snapshot with these probes of the deployment."""
    probes = [Resource(kind="probe", id=f"{ID}/probes/{n}", parent=ID, body=one) for n, one in enumerate(bodies)]
    return index(Estate(tuple(probes), ()).snapshot())


def told(routing: Any, *answers: Any, models: tuple[str, ...] = (), mode: Any = None, gap: str | None = None) -> Any:
    """`deployment.router` of a router with this routing, that answered with these models."""
    body = {"properties": {"model": {"name": "Model-Router", "version": "1"}, "routing": routing}}
    expected = ExpectedDeployment.model_validate({"name": "r", "model": "model-router", "router": {"mode": mode}})
    workload = Workload.model_validate(
        {"name": "w", "owner": "o", "account": "a", "models": models, "deployments": [expected.model_dump()]}
    )
    rows = [{"responded": one} for one in answers]
    probes = seen_with({"probe": "router", "answers": rows}) if answers else seen_with()
    return router(DEPLOYMENT, body, [(workload, expected)], probes, gap).facts


def test_what_answered_is_compared_with_the_subset() -> None:
    """By name and version, without case; each once."""
    found = told({"mode": "Cost", "models": [MINI, LARGE]}, "GPT-5-mini-2025-08-07", "gpt-4o-2024-05-13", "gpt-5.4")
    assert (found["mode"], found["limited"]) == ("cost", True)
    assert found["subset"] == ["gpt-5-mini 2025-08-07", "gpt-5.4 2026-03-05"]
    assert found["outside_subset"] == ["gpt-4o-2024-05-13"]


def test_without_a_subset_nothing_is_outside_of_it() -> None:
    """The default mode is the documented one; every model may answer."""
    found = told(None, "gpt-5.4-2026-03-05")
    assert (found["mode"], found["subset"], found["limited"]) == ("balanced", [], False)
    assert "outside_subset" not in found


def test_routing_that_the_read_does_not_tell_is_not_known() -> None:
    assert {"mode", "subset", "limited", "outside_subset"}.isdisjoint(told(None, "gpt-5.4", gap="gap"))


@pytest.mark.parametrize("answers", [(), (None,), (5, "gpt-5.4")])
def test_what_nobody_answered_by_name_is_not_known(answers: tuple[Any, ...]) -> None:
    """Never an empty list, which would say that nothing is outside."""
    assert {"responded", "outside_subset"}.isdisjoint(told({"models": [MINI]}, *answers))


@pytest.mark.parametrize("models", ["x", {"a": 1}, 5])
def test_a_subset_of_another_shape_is_not_known(models: Any) -> None:
    assert {"subset", "limited", "outside_approved"}.isdisjoint(told({"mode": "cost", "models": models}, "gpt-5.4"))


def test_a_model_is_approved_by_name_without_case() -> None:
    """The router's own name on the list approves no other model; an empty list approves all."""
    routing = {"models": [MINI, LARGE]}
    assert told(routing, models=("GPT-5-MINI", "model-router"))["outside_approved"] == ["gpt-5.4"]
    assert told(routing, models=("model-router",))["approves"] is False
    assert told(routing)["outside_approved"] == []


def test_the_wanted_mode_is_what_settings_say() -> None:
    assert told({"mode": "quality"}, mode="cost")["wanted_modes"] == ["cost"]
    assert told({"mode": "quality"})["wanted_modes"] == []


@pytest.mark.parametrize(
    ("answered", "same"),
    [("gpt-5.4", True), ("GPT-5.4-2026-03-05", True), ("gpt-5.4-2026-03-05-a", True), ("gpt-5.4-mini", False)],
)
def test_a_name_in_an_answer_is_a_models_with_or_without_its_version(answered: str, same: bool) -> None:
    assert is_of(answered, LARGE) is same


def test_a_repeated_call_to_a_router_counts_among_what_it_chose() -> None:
    """A model outside of the subset that answered one call of many is seen; where a question is open, nothing is."""
    repeated = {"probe": "text", "responded_models": ["gpt-5.4", "gpt-4o-2024-05-13"]}
    assert responded(DEPLOYMENT, seen_with({"probe": "router", "answers": [{"responded": "gpt-5.4"}]}, repeated)) == [
        "gpt-4o-2024-05-13",
        "gpt-5.4",
    ]
    assert responded(DEPLOYMENT, seen_with({"probe": "router", "answers": [{"responded": None}]}, repeated)) is None
    assert responded(DEPLOYMENT, seen_with(repeated)) is None


def test_every_probe_counts_for_who_answered() -> None:
    """Also a call between the first and the last of a conversation; a router's models may be any."""
    seen = seen_with(
        {"probe": "text", "responded_model": "gpt-5.4-2026-03-05"},
        {"probe": "conversation", "responded_model": "gpt-5.4", "responded_models": ["gpt-4o-2024-05-13", "gpt-5.4"]},
        {"probe": "stream", "responded_models": 5},
    )
    assert other_models(DEPLOYMENT, {"properties": {"model": LARGE}}, seen) == ["gpt-4o-2024-05-13"]
    assert other_models(DEPLOYMENT, {"properties": {"model": {"name": "model-router"}}}, seen) == []
    assert other_models(DEPLOYMENT, {"properties": {"model": {"name": "gpt-5.4"}}}, seen) is None
    assert other_models(DEPLOYMENT, {}, seen) is None
