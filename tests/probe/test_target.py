"""Probes ask every deployment of the accounts that were read, and the declared ones that nobody found."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.cloud.clouds import PUBLIC
from auditor.probe.limits import output_limit
from auditor.probe.target import Target, targets
from auditor.probe.text import OTHER_CAPABILITIES, inapplicable
from auditor.settings import ExpectedDeployment
from auditor.snapshot import Resource
from tests.probe.pretend import account, deployment, model, settings


def names(found: tuple[Target, ...]) -> list[str]:
    return [target.name for target in found]


def test_declared_deployments_come_first_and_all_others_follow() -> None:
    """The budget is spent on what applications rely on before anything else."""
    one = account()
    found = targets(
        settings({"name": "zulu", "model": "gpt-4.1"}),
        [one, deployment(one, "alpha"), deployment(one, "zulu"), deployment(one, "mike")],
        PUBLIC,
    )
    assert names(found) == ["zulu", "alpha", "mike"]
    assert [target.declared for target in found] == [True, False, False]


def test_a_declared_deployment_that_was_not_found_is_a_target_under_its_name() -> None:
    """What the application will call is called, with the host of the account that it was declared on."""
    one = account()
    (target,) = targets(settings({"name": "gpt-4.1", "model": "gpt-4.1"}), [one], PUBLIC)
    assert target.id == f"{one.id}/deployments/gpt-4.1"
    assert (target.exists, target.location) == (False, "swedencentral")
    assert [one.base_url for one in target.surfaces] == ["https://contoso.openai.azure.com/openai/v1/"]


@pytest.mark.parametrize("on", ["CONTOSO", account().id.upper()], ids=["name", "id"])
def test_the_account_is_named_without_case(on: str) -> None:
    """Azure compares names and ids without case; the call spells the deployment as the application does."""
    one = account()
    found = targets(settings({"name": "Chat", "model": "gpt-4.1"}, on=on), [one, deployment(one, "chat")], PUBLIC)
    assert [(target.name, target.declared, target.exists) for target in found] == [("Chat", True, True)]


def test_an_account_that_was_not_read_has_no_targets() -> None:
    """Neither an orphaned deployment nor one declared on an absent account is called."""
    orphan = deployment(account("other"), "chat")
    assert targets(settings({"name": "chat", "model": "gpt-4.1"}), [orphan], PUBLIC) == ()


def test_a_name_that_two_accounts_bear_does_not_place_a_missing_deployment() -> None:
    """Which of them was meant is not known, so neither is called in vain."""
    one = account()
    twin = one.model_copy(update={"id": one.id.replace("/rg/", "/rg2/")})
    assert targets(settings({"name": "chat", "model": "gpt-4.1"}), [one, twin], PUBLIC) == ()


def test_capabilities_are_the_deployments_own_over_the_catalogues() -> None:
    """The catalogue of the account's kind and region fills in what the deployment does not tell."""
    one = account(location="Sweden Central")
    catalogue = [model("gpt-x", {"responses": "true", "area": "EUR"}), model("gpt-x", {"area": "US"}, kind="MaaS")]
    (target,) = targets(
        settings(), [one, deployment(one, "x", "GPT-X", capabilities={"area": "own"}), *catalogue], PUBLIC
    )
    assert target.capabilities == {"responses": "true", "area": "own"}


def test_bodies_of_any_shape_are_borne() -> None:
    """A body that is not what the API promises gives a target of which little is known."""
    one = account()
    odd = [
        Resource(kind="deployment", id=f"{one.id}/deployments/{number}", parent=one.id, body=body)
        for number, body in enumerate(
            [
                {},
                {"properties": None},
                {"properties": {"model": [], "capabilities": 7, "rateLimits": [None, {"key": "token"}]}},
            ]
        )
    ]
    found = targets(settings(), [one, *odd, Resource(kind="model", id="m", body={})], PUBLIC)
    assert [(target.model, target.capabilities, target.tokens_per_minute) for target in found] == [("", {}, None)] * 3


def target(model_name: str = "gpt-4.1", tokens_per_minute: int | None = None, **capabilities: str) -> Target:
    return Target(
        id="/d",
        name="d",
        surfaces=(),
        location="l",
        model=model_name,
        capabilities=capabilities,
        tokens_per_minute=tokens_per_minute,
        declared=False,
        features=None,
        exists=True,
    )


@pytest.mark.parametrize(
    ("one", "capability"),
    [
        (target(responses="true"), None),
        (target("codex-mini", responses="true", chatCompletion="false"), None),
        (target("text-embedding-3-large", embeddings="true", embeddingsMaxInputs="2048"), "embeddings"),
        (target("dall-e-3", inference="true", imageGenerations="true"), "imageGenerations"),
        (target("whisper", scaleType="Standard", audio="true"), "audio"),
        (target("gpt-4o-realtime-preview", realtime="true", chatCompletion="true"), "realtime"),
        (target("gpt-35-turbo", chatCompletion="true"), None),
        (target("code-cushman-001", completion="true"), None),
        (target("gpt-4.1", responses="false", chatCompletion="true"), None),
        (target("text-embedding-ada-002"), "embeddings"),
        (target("gpt-image-1"), "imageGenerations"),
        (target("gpt-4o-mini-tts"), "audio"),
        (target("gpt-4o-transcribe"), "audio"),
        (target("sora-2"), "videoGenerations"),
        (target("gpt-realtime"), "realtime"),
        (target("something-new", area="EUR"), None),
        (target(""), None),
        (target("audio-chat", audio="true", responses="true"), None),
    ],
    ids=lambda value: f"{value.model}" if isinstance(value, Target) else str(value),
)
def test_only_what_was_made_for_something_else_is_passed_over(one: Target, capability: str | None) -> None:
    """A capability is evidence and the call the verdict: what nobody knows is tried."""
    reason = inapplicable(one)
    assert (reason is None) == (capability is None)
    assert capability is None or capability in (reason or "")


@pytest.mark.parametrize("capability", OTHER_CAPABILITIES)
def test_each_thing_that_a_model_does_instead_is_told(capability: str) -> None:
    """Named in the reason; told to be false, or beside responses, it is none."""
    assert inapplicable(target("new", **{capability: "true"})) == (
        f"the model has the capability {capability} and not responses"
    )
    assert inapplicable(target("new", **{capability: "false"})) is None
    assert inapplicable(target("new", **{capability: "true", "responses": "TRUE"})) is None


@pytest.mark.parametrize(
    ("name", "does"),
    [
        *((name, "imageGenerations") for name in ("Dall-E-3", "gpt-image-1-mini", "FLUX-1.1-pro", "stable-image-core")),
        *((name, "audio") for name in ("whisper", "tts-hd", "gpt-audio-mini", "gpt-4o-audio-preview")),
        ("Cohere-embed-v3", "embeddings"),
        ("Sora", "videoGenerations"),
        *((name, None) for name in ("my-whisper", "my-sora", "my-flux", "unstable-chat", "statts")),
    ],
)
def test_a_name_tells_where_nothing_else_does(name: str, does: str | None) -> None:
    """In any case, and only where it stands for the model; a capability that is told goes before it."""
    told = f"{name} is by its name a model for {does}; no capability is told" if does else None
    assert inapplicable(target(name)) == told
    assert inapplicable(target(name, chatCompletion="true")) is None


def test_what_the_owner_uses_otherwise_is_not_asked() -> None:
    """A model without the API is passed over where no feature is declared; one workload that uses it suffices."""
    one = account()
    silent: dict[str, Any] = {"model": "gpt-4.1", "features": []}
    wanted = settings({"name": "a", **silent}, {"name": "b", **silent}, {"name": "c", **silent, "features": ["stream"]})
    again = wanted.workloads[0].model_copy(update={"deployments": (ExpectedDeployment(name="b", model="gpt-4.1"),)})
    both = wanted.model_copy(update={"workloads": (*wanted.workloads, again)})
    without = {"capabilities": {"chatCompletion": "true"}}
    found = targets(both, [one, *(deployment(one, name, **without) for name in "abc")], PUBLIC)
    assert {target.name: inapplicable(target) is None for target in found} == {"a": False, "b": True, "c": True}


def test_no_declaration_hides_that_a_model_does_not_answer() -> None:
    """One that has the API, or of which nobody knows, is called with no feature too, as an undeclared one is."""
    one = account()
    wanted = settings({"name": "a", "model": "gpt-4.1", "features": []}, {"name": "b", "model": "x", "features": []})
    found = targets(wanted, [one, deployment(one, "a"), deployment(one, "b", "x", capabilities={})], PUBLIC)
    assert [inapplicable(target) for target in found] == [None, None]


@pytest.mark.parametrize(
    ("one", "limit"),
    [
        (target("gpt-4.1"), 64),
        (target("gpt-4o-mini"), 64),
        (target("gpt-35-turbo"), 64),
        (target("gpt-5.4"), 1024),
        (target("o4-mini"), 1024),
        (target("model-router"), 1024),
        (target("something-new"), 1024),
        (target("gpt-4.1", reasoningSummary="true"), 1024),
        (target("gpt-5.4", 1000), 500),
        (target("gpt-5.4", 10), 16),
        (target("gpt-4.1", 1000), 64),
    ],
    ids=lambda value: f"{value.model}-{value.tokens_per_minute}" if isinstance(value, Target) else str(value),
)
def test_the_answer_may_take_what_its_model_needs_and_its_rate_bears(one: Target, limit: int) -> None:
    """Reasoning counts as output, and the rate limiter counts the limit rather than the use."""
    assert output_limit(one) == limit


def test_the_rate_is_read_per_minute() -> None:
    """rateLimits name a count and the seconds in which it renews."""
    one = account()
    limits = [{"key": "request", "count": 1, "renewalPeriod": 10}, {"key": "token", "count": 100, "renewalPeriod": 10}]
    (found,) = targets(settings(), [one, deployment(one, "d", rateLimits=limits)], PUBLIC)
    assert found.tokens_per_minute == 600
