"""The probes of files and pictures through the real SDK, TLS and sign-in; what they store is gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.collect import Collected, collect
from auditor.policy.failure import Failure, failure_of
from auditor.policy.failure.context import failure_context
from auditor.probe import probe
from auditor.sandbox import Sandbox, load_world
from auditor.sandbox.wire import Seen
from auditor.settings import Settings
from auditor.snapshot import Principal
from tests.probe.test_sandbox import ENVIRONMENT, settings_of

CHAT = "/deployments/support-chat"
WANTED = ("vision", "pdf", "file_search", "image_generation")


@dataclass(frozen=True)
class Asked:
    """What the probes of the support desk's chat saw, and every request to the sandbox."""

    bodies: dict[str, dict[str, Any]]
    requests: tuple[Seen, ...]
    unknown_routes: tuple[str, ...]
    collected: Collected
    principal: Principal
    at: datetime

    def count(self, method: str, below: str) -> int:
        """Requests that were answered 200: to a room, or to one thing in it."""
        paths = [
            one.path.partition("/openai/v1/")[2] for one in self.requests if (one.method, one.status) == (method, 200)
        ]
        return sum(path.startswith(below) and path.count("/") == (method != "POST") for path in paths)

    def failure(self, name: str, settings: Settings) -> Failure | None:
        """The failure of one probe, with what is known around it."""
        found = self.collected.resources
        account = next(one for one in found if one.kind == "account" and "support-weu" in one.id)
        deployments = [one for one in found if one.kind == "deployment" and one.parent == account.id]
        told = self.bodies[name]
        context = failure_context(
            account,
            deployments,
            "support-chat",
            principal=self.principal,
            now=self.at,
            tenant=settings.tenant,
            image_deployment=told.get("image_deployment"),
        )
        return failure_of(told, context)


def settings(*features: str) -> Settings:
    """The healthy world's, in which the chat is used for these features alone, and nothing that must be refused."""
    told = settings_of("healthy").model_dump(mode="json")
    told["probes"]["negative"] = False
    for workload in told["workloads"]:
        for deployment in workload["deployments"]:
            deployment["features"] = ["text", *features] if deployment["name"] == "support-chat" else []
    return Settings.model_validate(told)


async def look(monkeypatch: pytest.MonkeyPatch, faults: Sequence[str], wanted: Settings) -> Asked:
    with Sandbox(load_world("healthy", faults)) as sandbox:
        for name in ENVIRONMENT:
            monkeypatch.setenv(name, sandbox.environment[name])
        recorder = Recorder()
        async with open_cloud(wanted, {**os.environ, **sandbox.environment}, recorder) as cloud:
            seen = await collect(cloud, wanted, lambda _: None)
            chosen = [one for one in seen.resources if one.kind != "deployment" or one.id.endswith(CHAT)]
            resources, gaps = await probe(cloud, wanted, chosen, lambda _: None)
            who = cloud.principal, recorder.readings[0].sent_at
    assert gaps == ()
    bodies = {one.body["probe"]: one.body for one in resources if one.id.partition("/probes/")[0].endswith(CHAT)}
    return Asked(bodies, tuple(sandbox.requests), tuple(sandbox.unknown_routes), seen, *who)


async def test_all_four_are_proven_and_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files and a vector store were made, and as many deleted."""
    asked = await look(monkeypatch, (), settings(*WANTED))
    for name in (*WANTED, "vision_url"):
        assert (asked.bodies[name]["outcome"], asked.bodies[name]["proven"]) == ("completed", True), name
    assert (asked.bodies["pdf"]["left_behind"], asked.bodies["file_search"]["left_behind"]) == ([], [])
    assert (asked.count("POST", "files"), asked.count("DELETE", "files")) == (2, 2)
    assert (asked.count("POST", "vector_stores"), asked.count("DELETE", "vector_stores")) == (1, 1)
    assert asked.unknown_routes == ()


@pytest.mark.parametrize(
    ("fault", "name", "outcome", "failure_class"),
    [
        ("picture-not-seen", "vision", "completed", None),
        ("picture-not-fetched", "vision_url", "refused", "picture-not-fetched"),
        ("picture-host-not-allowed", "vision_url", "refused", "picture-not-fetched"),
        ("pdf-not-read", "pdf", "completed", None),
        ("file-search-broken", "file_search", "completed", None),
        ("image-not-generated", "image_generation", "completed", None),
        ("upload-purpose-refused", "pdf", "refused", "file-purpose-refused"),
        ("upload-not-permitted", "file_search", "refused", "missing-data-role"),
        ("vector-store-not-permitted", "file_search", "refused", "missing-data-role"),
        ("vector-store-failed", "file_search", "failed", "vector-store-failed"),
        ("image-deployment-gone", "image_generation", "refused", "image-deployment-missing"),
        ("image-moderated", "image_generation", "failed", "image-moderated"),
    ],
)
async def test_each_fault_is_told_apart_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, fault: str, name: str, outcome: str, failure_class: str | None
) -> None:
    """The outcome, the class, and as many deletions as things that were made."""
    wanted = settings("vision" if name == "vision_url" else name)
    asked = await look(monkeypatch, (fault,), wanted)
    body, failure = asked.bodies[name], asked.failure(name, wanted)
    assert body["outcome"] == outcome
    assert body.get("proven") is not True
    assert (failure.failure_class if failure else None) == failure_class
    for room in ("files", "vector_stores"):
        assert asked.count("POST", room) == asked.count("DELETE", room), room
    assert body.get("left_behind", []) == []
    assert asked.unknown_routes == ()


async def test_what_may_not_be_deleted_is_listed_with_the_missing_action(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store goes, the file stays, and the report says so."""
    denied = "Microsoft.CognitiveServices/accounts/OpenAI/files/delete"
    world = load_world("healthy").model_copy(update={"denied_data_actions": (denied,)})
    monkeypatch.setattr("tests.probe.test_files_over_the_wire.load_world", lambda *_: world)
    asked = await look(monkeypatch, (), settings("file_search"))
    body = asked.bodies["file_search"]
    assert body["proven"] is True
    (left,) = body["left_behind"]
    assert left.startswith("file assistant-")
    assert denied in left
    assert (asked.count("DELETE", "vector_stores"), asked.count("DELETE", "files")) == (1, 0)
