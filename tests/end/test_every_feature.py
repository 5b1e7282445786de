"""All that an application may use of the Responses API: proven where all is well, failing in a world made for it.

Everything goes through the openai SDK, TLS, a proxy and the sign-in; nothing that was stored stays.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args

import pytest

from auditor.audit import judge
from auditor.cloud.door import open_cloud
from auditor.cloud.recorder import Recorder
from auditor.finding import Outcome
from auditor.policy.waivers import NO_WAIVERS
from auditor.probe import PROBES, background, probe
from auditor.sandbox import Sandbox, load_world
from auditor.settings import Feature, Settings
from auditor.settings_file.requirements import read_requirements
from tests import matrix
from tests.conftest import Done, audit_world, environment
from tests.probe.test_tools_wire import KEY, locked, official, serving
from tests.stage import WHOLE, checks_with, run, support_relies_on_keys

LEGACY = "2025-04-01-preview"
ELSEWHERE = {"image_generation", "router", "text_key", "key_refused", "public_path"}
"""Probes that are not put to the deployment that is asked by every API."""


@dataclass(frozen=True)
class Row:
    """One feature: the probes that prove it, and a fault in which one of them and its check fail."""

    feature: str
    probes: tuple[str, ...]
    legacy: bool | None
    """Whether the legacy API has it too; None where nothing is promised of it."""
    fault: str
    check: str
    fails: str | None
    """The probe that the fault fails; None where the probe only shows what its check judges."""
    deployment: str = "support-chat"
    """Where the fault is."""


ROWS = (
    Row("text", ("text",), True, "responses-call-failed", "responses-call-failed", "text"),
    Row(
        "stateless, encrypted reasoning carried over",
        ("stateless",),
        False,
        "stateless-turns-broken",
        "stateless-turns-broken",
        "stateless",
        "matter-analysis",
    ),
    Row("conversation", ("conversation",), True, "conversation-forgotten", "conversation-forgotten", "conversation"),
    Row("streaming, awaited and plain", ("stream",), True, "streaming-broken", "streaming-broken", "stream"),
    Row(
        "function calling",
        ("function_calling",),
        True,
        "function-call-broken",
        "function-call-broken",
        "function_calling",
    ),
    Row("file search", ("file_search",), True, "file-search-broken", "file-search-broken", "file_search"),
    Row("PDF, base64 and uploaded", ("pdf",), False, "pdf-not-read", "pdf-not-read", "pdf"),
    Row(
        "code interpreter",
        ("code_interpreter",),
        False,
        "code-interpreter-broken",
        "code-interpreter-broken",
        "code_interpreter",
        "matter-chat",
    ),
    Row(
        "structured outputs",
        ("structured_outputs",),
        True,
        "structured-output-broken",
        "structured-output-broken",
        "structured_outputs",
    ),
    Row(
        "reasoning, summary",
        ("reasoning",),
        True,
        "reasoning-absent",
        "reasoning-absent",
        "reasoning",
        "matter-analysis",
    ),
    Row("vision, local file", ("vision",), True, "picture-not-seen", "picture-not-seen", "vision"),
    Row("vision, URL", ("vision_url",), True, "picture-not-fetched", "picture-not-fetched", "vision_url"),
    Row(
        "vision, URL that the account shuts out",
        ("vision_url",),
        True,
        "picture-host-not-allowed",
        "picture-not-fetched",
        "vision_url",
    ),
    Row(
        "image generation",
        ("image_generation",),
        False,
        "image-not-generated",
        "image-not-generated",
        "image_generation",
    ),
    Row(
        "background mode",
        ("background",),
        False,
        "background-mode-broken",
        "background-mode-broken",
        "background",
        "matter-chat-reserved",
    ),
    Row("MCP remote server, Entra", ("mcp",), False, "mcp-server-broken", "mcp-server-broken", "mcp", "matter-chat"),
    Row(
        "history, streaming, picture and summary together",
        ("combined",),
        True,
        "combined-turns-broken",
        "combined-turns-broken",
        "combined",
    ),
    Row("web search", ("web_search",), None, "web-search-not-offered", "web-search-not-offered", "web_search"),
    Row(
        "computer use",
        ("computer_use",),
        None,
        "computer-use-not-offered",
        "computer-use-not-offered",
        "computer_use",
        "matter-chat",
    ),
    Row("prompt caching", ("prompt_caching",), None, "prompt-not-cached", "prompt-not-cached", "prompt_caching"),
    Row(
        "content filter, harmless prompt",
        ("content_filter",),
        None,
        "content-filter-overblocks",
        "content-filter-overblocks",
        "content_filter",
    ),
    Row("content filter, canary", ("canary",), None, "canary-not-filtered", "canary-not-filtered", "canary"),
    Row(
        "model router",
        ("router",),
        None,
        "router-answers-outside-subset",
        "router-answers-outside-subset",
        None,
        "support-router",
    ),
    Row("keys disabled are refused", ("key_refused",), None, "key-not-refused", "key-not-refused", "key_refused"),
)
"""The table of features; those whose proof takes other settings or another account have tests of their own below."""

ON_THEIR_OWN = {"text_key", "public_path"}


def rewritten(settings: Settings, deployment: str, **members: Any) -> Settings:
    """The settings in which these members of a deployment say something else, with a budget for all of it."""
    told = settings.model_dump(mode="json")
    told["probes"] |= {"calls": 2_000, "tokens": 4_000_000}
    for workload in told["workloads"]:
        for one in workload["deployments"]:
            one.update(members if one["name"] == deployment else {})
    return Settings.model_validate(told)


@cache
def by(surface: str) -> Done:
    """The healthy world, in which one deployment is used for every feature, by one API."""

    def amend(settings: Settings) -> Settings:
        members = {
            "features": sorted(set(get_args(Feature)) - ELSEWHERE),
            "surfaces": [surface],
            "project": "matter-review" if surface == "project" else None,
            "picture": {
                "url": "https://documents.contoso.com/preflight/blue-circle.png",
                "shape": "circle",
                "colour": "blue",
            },
            "canary": {"text_from_environment": "CONTOSO_FILTER_CANARY", "category": "custom_blocklists"},
        }
        return rewritten(settings, "matter-chat", **members)

    return audit_world("healthy", packs=["baseline"], amend=amend)


def body(done: Done, deployment: str, name: str) -> dict[str, Any]:
    """What a probe of a deployment, on the surface that is declared first, came to."""
    (found,) = (
        one.body
        for one in done.audit.snapshot.resources
        if one.kind == "probe" and one.id.endswith(f"/deployments/{deployment}/probes/{name}")
    )
    return found


def nothing_stays(sandbox: Sandbox) -> None:
    assert sandbox.kept == ()
    assert sandbox.unknown_routes == []


def test_the_table_names_every_probe_and_every_feature() -> None:
    """None is proven elsewhere and forgotten here."""
    named = {name for row in ROWS for name in row.probes}
    assert named | ON_THEIR_OWN == {one.name for one in PROBES}
    assert set(get_args(Feature)) <= named


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.feature)
def test_it_is_proven_where_all_is_well(row: Row) -> None:
    """By v1 where its owner declares it, and its check passes."""
    done = run(WHOLE)
    for name in row.probes:
        told = body(done, row.deployment, name)
        assert (told["outcome"], told["proven"], told.get("left_behind", [])) == ("completed", True, []), name
    passed = {one.check for one in done.audit.run.findings if one.outcome is Outcome.PASS}
    assert row.check in passed
    nothing_stays(done.sandbox)


@pytest.mark.parametrize("surface", ["v1", "project", LEGACY])
@pytest.mark.parametrize("row", [row for row in ROWS if not ELSEWHERE & set(row.probes)], ids=lambda row: row.feature)
def test_each_api_proves_what_it_offers_and_says_what_it_does_not(row: Row, surface: str) -> None:
    """All of it by v1 and by a Foundry project's endpoint; by the legacy API what that has."""
    done = by(surface)
    for name in row.probes:
        told = body(done, "matter-chat", name)
        if surface == LEGACY and row.legacy is False:
            assert (told["outcome"], told["reason"]) == (
                "not_applicable",
                f"the legacy API ({LEGACY}) does not offer it",
            )
        elif surface != LEGACY or row.legacy:
            assert (told["outcome"], told["proven"], told["surface"]) == ("completed", True, surface), name
            path = told["endpoint"].partition(".com")[2]
            assert path == {"v1": "/openai/v1/", "project": "/api/projects/matter-review/openai/v1/"}.get(
                surface, "/openai/"
            )
    nothing_stays(done.sandbox)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.feature)
async def test_it_fails_in_a_world_made_for_it(monkeypatch: pytest.MonkeyPatch, row: Row) -> None:
    """Probe and check both, and nothing that was stored on the way stays."""
    monkeypatch.setattr(background, "LONGEST_PAUSE", 0.2)
    well = run(WHOLE).audit.snapshot
    settings = Settings.model_validate(well.settings)
    read = [one for one in well.resources if one.kind != "probe"]
    asked = [one for one in read if one.kind != "deployment" or one.id.endswith(f"/deployments/{row.deployment}")]
    with Sandbox(load_world("healthy", [row.fault])) as sandbox, environment(sandbox.environment):
        async with open_cloud(settings, dict(os.environ), Recorder()) as cloud:
            found, _ = await probe(cloud, settings, asked, lambda _: None)
    mine = tuple(one for one in found if f"/deployments/{row.deployment}/" in one.id)
    if row.fails is not None:
        (told,) = (one.body for one in mine if one.body["probe"] == row.fails and one.body["first"])
        assert told.get("proven") is not True
        assert told["outcome"] in {"completed", "refused", "failed"}
    nothing_stays(sandbox)
    others = (one for one in well.resources if one.kind == "probe" and f"/deployments/{row.deployment}/" not in one.id)
    snapshot = well.model_copy(update={"resources": (*read, *others, *mine)})
    judged = judge(snapshot, settings, WHOLE.policy, NO_WAIVERS, run_id="test").findings
    assert row.check in checks_with(judged, Outcome.FAIL)


def test_a_deadline_in_the_midst_leaves_a_report_and_nothing_stored() -> None:
    """A stream stands still after a turn was stored: the time ends, the turn is deleted, and the gate does not pass."""

    def amend(settings: Settings) -> Settings:
        return rewritten(settings, "support-chat", features=["text", "combined", "prompt_caching"])

    done = audit_world("healthy", ["call-stream-stall"], packs=["baseline"], probe_seconds=3, amend=amend)
    stored = [one for one in done.sandbox.requests if one.method == "DELETE" and one.status == HTTPStatus.OK]
    assert any("/responses/" in one.path for one in stored)
    assert body(done, "support-chat", "combined")["left_behind"] == []
    outcomes = {name: body(done, "support-chat", name)["outcome"] for name in ("text", "combined", "prompt_caching")}
    assert outcomes["text"] == "completed"
    assert outcomes["combined"] in {"skipped", "failed"}
    assert outcomes["prompt_caching"] in {"skipped", "completed"}
    assert done.audit.run.verdict != "pass"
    nothing_stays(done.sandbox)


def test_text_with_a_key_is_proven_and_fails() -> None:
    """Where the owner relies on keys and the account takes them; with keys that are not the account's it fails."""
    with pytest.MonkeyPatch.context() as patched:
        world = load_world("healthy", ["key-call-failed"])
        account = world.accounts["contoso-support-weu"].model_copy(update={"stale_keys": False})
        well = world.model_copy(update={"accounts": {**world.accounts, account.name: account}})
        patched.setattr("tests.conftest.load_world", lambda *_: well)
        done = audit_world("healthy", packs=["baseline"], amend=support_relies_on_keys)
    told = body(done, "support-chat", "text_key")
    assert (told["outcome"], told["proven"], told["scope"]) == ("completed", True, "key")
    nothing_stays(done.sandbox)
    broken = run(WHOLE, "key-call-failed")
    assert body(broken, "support-chat", "text_key")["outcome"] == "refused"
    assert "key-call-failed" in checks_with(broken.audit.run.findings, Outcome.FAIL)
    nothing_stays(broken.sandbox)


def test_a_public_path_that_is_open_is_a_failure_and_from_inside_there_is_none() -> None:
    """From inside nothing is sent, with the reason."""
    inside = next(one.body for one in run(WHOLE).audit.snapshot.resources if one.id.endswith("/probes/public_path"))
    assert (inside["outcome"], inside["sent"]) == ("not_applicable", False)
    assert "private address" in inside["reason"]
    broken = run(WHOLE, "public-path-open")
    assert "public-path-open" in checks_with(broken.audit.run.findings, Outcome.FAIL)
    nothing_stays(broken.sandbox)


def test_an_mcp_server_with_a_key_is_proven_and_fails_with_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from the environment and is sent as the owner's header says."""
    with serving(locked(official(), "authorization", f"Bearer {KEY}")) as url:
        for key, outcome in ((KEY, Outcome.PASS), ("another", Outcome.FAIL)):
            monkeypatch.setenv("TOOLS_KEY", key)
            done = audit_world("healthy", packs=["baseline"], amend=lambda settings: _keyed(settings, url))
            assert "mcp-server-broken" in checks_with(done.audit.run.findings, outcome)
            nothing_stays(done.sandbox)


def _keyed(settings: Settings, url: str) -> Settings:
    called = {"tool": "find", "arguments": {"reference": "{word}", "room": 7}, "expects": "{word} is filed in room 7"}
    told = {"label": "files", "url": url, **called, "authentication": "key", "key_from": "TOOLS_KEY"}
    return rewritten(settings, "matter-chat", mcp=told, features=["text", "mcp"])


def test_a_named_deployment_answers_with_its_model_and_version() -> None:
    """And one that answers with another's name fails."""
    told = body(run(WHOLE), "support-chat", "text")
    assert told["responded_model"] == "gpt-5.4-mini-2026-03-17"
    passed, failed = run(WHOLE), run(WHOLE, "responded-model-differs")
    assert "responded-model-differs" in checks_with(passed.audit.run.findings, Outcome.PASS)
    assert "responded-model-differs" in checks_with(failed.audit.run.findings, Outcome.FAIL)


@pytest.mark.parametrize("check", matrix.BUILT_WITH)
def test_the_client_library_is_recent_enough_or_not(check: str, tmp_path: Path) -> None:
    """By what the workload's own files pin."""
    well = run(WHOLE).audit
    assert check in checks_with(well.run.findings, Outcome.PASS)
    settings = Settings.model_validate(well.snapshot.settings)
    named = [one.model_copy(update={"requirements": ("requirements.txt",)}) for one in settings.workloads]
    settings = settings.model_copy(update={"workloads": tuple(named)})
    (tmp_path / "requirements.txt").write_text(matrix.BUILT_WITH[check], encoding="utf-8")
    read = read_requirements(settings, tmp_path)
    snapshot = well.snapshot.model_copy(
        update={
            "resources": (*well.snapshot.resources, *read.resources),
            "listings": (*well.snapshot.listings, *read.listings),
        }
    )
    judged = judge(snapshot, settings, WHOLE.policy, NO_WAIVERS, run_id="test").findings
    assert check in checks_with(judged, Outcome.FAIL)
