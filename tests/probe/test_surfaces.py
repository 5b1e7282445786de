"""A deployment is proven by every API that its owner declares: v1, a Foundry project, a dated api-version."""

from __future__ import annotations

import asyncio

import pytest

from auditor.cloud.clouds import PUBLIC
from auditor.policy.failure import failure_of
from auditor.probe.question import NO_PROJECTS
from auditor.probe.target import targets
from auditor.record import JsonObject
from auditor.sandbox import Sandbox, load_world
from auditor.settings import Settings
from tests.probe.pretend import account, deployment, settings
from tests.probe.test_probe import run
from tests.probe.test_sandbox import Probed, look, settings_of

LEGACY = "2025-04-01-preview"
FEATURES = ("text", "stream", "conversation")


def everywhere() -> Settings:
    """The matter assistant's settings, with its chat alone in them, which needs no tools, and nothing to be refused."""
    found = settings_of("healthy")
    workload = found.workloads[0]
    declared = next(one for one in workload.deployments if one.name == "matter-chat")
    chat = declared.model_copy(update={"features": FEATURES, "mcp": None})
    alone = workload.model_copy(update={"deployments": (chat,)})
    probes = found.probes.model_copy(update={"negative": False})
    return found.model_copy(update={"workloads": (alone,), "probes": probes})


@pytest.fixture(scope="module")
def healthy() -> Probed:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return asyncio.run(look(monkeypatch, (), everywhere(), only="/matter-chat"))


def bodies(probed: Probed) -> dict[tuple[str, str], JsonObject]:
    found = [one.body for one in probed.resources if "/matter-chat/" in one.id]
    return {(body["surface"], body["probe"]): body for body in found}


def test_each_feature_is_proven_on_each_surface(healthy: Probed) -> None:
    """Dated or not, by the account or by the project: the same proofs, each at its own address."""
    told = bodies(healthy)
    assert set(told) == {(surface, feature) for surface in ("v1", "project", LEGACY) for feature in FEATURES}
    assert {body["outcome"] for body in told.values()} == {"completed"}
    assert {body.get("proven", True) for body in told.values()} == {True}
    assert {surface: body["endpoint"] for (surface, feature), body in told.items() if feature == "text"} == {
        "v1": "https://contoso-matter-swc.openai.azure.com/openai/v1/",
        "project": "https://contoso-matter-swc.services.ai.azure.com/api/projects/matter-review/openai/v1/",
        LEGACY: "https://contoso-matter-swc.openai.azure.com/openai/",
    }
    assert (healthy.gaps, healthy.unknown_routes) == ((), [])


def test_the_first_surface_is_the_deployments_own(healthy: Probed) -> None:
    """The others' ids name the surface, and the project where there may be several."""
    ids = {one.id.partition("/probes/")[2] for one in healthy.resources if "/matter-chat/" in one.id}
    assert ids >= {"text", "text/project/matter-review", f"stream/{LEGACY}"}
    assert [surface for (surface, _), body in bodies(healthy).items() if body["first"]] == ["v1"] * len(FEATURES)


async def test_a_project_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch, healthy: Probed) -> None:
    """The service's 404 has a class of its own; what else the project's endpoint would have been asked is not."""
    found = everywhere()
    workload = found.workloads[0]
    chat = workload.deployments[0].model_copy(update={"project": "matter-reviews"})
    wrong = found.model_copy(update={"workloads": (workload.model_copy(update={"deployments": (chat,)}),)})
    told = bodies(await look(monkeypatch, (), wrong, healthy.collected, "/matter-chat"))
    failure = failure_of(told["project", "text"])
    assert failure is not None
    assert (told["project", "text"]["http_status"], failure.failure_class) == (404, "project-missing")
    assert told["project", "conversation"]["outcome"] == "skipped"
    assert told["v1", "conversation"]["proven"] is True


async def test_a_surface_that_the_account_has_not_is_a_gap_and_never_passed_over() -> None:
    """An account of kind OpenAI has no projects: that the project was not called must not look like a proof."""
    one = account()
    wanted = settings({"name": "a", "model": "gpt-4.1", "surfaces": ["v1", "project"], "project": "shop"})
    (found,) = targets(wanted, [one, deployment(one, "a")], PUBLIC)
    assert [(surface.name, bool(surface.host)) for surface in found.surfaces] == [("v1", True), ("project", False)]
    _, gaps, cloud = await run([one, deployment(one, "a")], wanted)
    assert [(gap.detail, gap.scope.rpartition("/probes/")[2]) for gap in gaps] == [
        (NO_PROJECTS.detail, "text/project/shop")
    ]
    assert len(cloud.models.asked) == 1


async def test_several_projects_of_one_deployment_are_told_apart() -> None:
    """Two workloads may call it by a project each."""
    one = account()
    one = one.model_copy(update={"body": {**one.body, "kind": "AIServices"}})
    wanted = settings({"name": "a", "model": "gpt-4.1", "surfaces": ["project"], "project": "shop"})
    second = wanted.workloads[0].deployments[0].model_copy(update={"project": "desk"})
    workloads = (wanted.workloads[0], wanted.workloads[0].model_copy(update={"deployments": (second,)}))
    seen, _, _ = await run([one, deployment(one, "a")], wanted.model_copy(update={"workloads": workloads}))
    assert [probe.id.partition("/probes/")[2] for probe in seen] == ["text", "text/project/desk"]


def test_the_project_clients_own_client_calls_where_the_auditor_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge of the address: azure-ai-projects, as applications use it, over the same sandbox."""
    projects = pytest.importorskip("azure.ai.projects", reason="azure-ai-projects is not installed")
    from azure.identity import ClientSecretCredential
    from openai import DefaultHttpxClient

    with Sandbox(load_world("healthy")) as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        told = sandbox.environment
        who = ClientSecretCredential(told["AZURE_TENANT_ID"], told["AZURE_CLIENT_ID"], told["AZURE_CLIENT_SECRET"])

        def said(project: str) -> str:
            endpoint = f"https://contoso-matter-swc.services.ai.azure.com/api/projects/{project}"
            through = DefaultHttpxClient()  # its own transport knows no proxy
            with projects.AIProjectClient(endpoint=endpoint, credential=who) as client:
                with client.get_openai_client(http_client=through, max_retries=0) as ai:
                    answer = ai.responses.create(model="matter-chat", input="Reply with OK", store=False)
                return str(answer.output_text)

        with who:
            assert said("matter-review") == "OK"
            with pytest.raises(Exception, match="Project not found"):
                said("matters")
        posted = [seen for seen in sandbox.requests if seen.method == "POST" and "/responses" in seen.path]
    assert posted[0].path == "/api/projects/matter-review/openai/v1/responses"
    assert sandbox.unknown_routes == []
