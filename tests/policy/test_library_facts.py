"""Client libraries are judged against the floors of what the workload uses; a range is no version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from packaging.version import Version

from auditor.policy.facts.libraries import KIND, SCOPE, libraries
from auditor.policy.facts.seen import index
from auditor.policy.floors import load_floors, needed
from auditor.record import JsonObject
from auditor.settings import Workload
from auditor.settings_file.library_lists import WATCHED
from auditor.snapshot import Gap, GapReason, Listing, Principal, Resource, Snapshot

FILE = "requirements.txt"


def workload(*files: str, **members: Any) -> Workload:
    deployment = {"name": "chat", "model": "gpt-5.4", **members.pop("deployment", {})}
    told = {"name": "shop", "owner": "me", "account": "contoso", "requirements": files, "deployments": [deployment]}
    return Workload.model_validate({**told, **members}, strict=False)


def entry(name: str = "openai", ecosystem: str = "pypi", file: str = FILE, **members: str) -> JsonObject:
    return {"file": file, "ecosystem": ecosystem, "name": name, "spec": "x", **members}


def facts(of: Workload, *entries: JsonObject, unread: tuple[str, ...] = ()) -> tuple[JsonObject, dict[str, str]]:
    """The facts and the absences."""
    now = datetime.now(UTC)
    seen = Snapshot(
        cloud="public",
        taken_at=now,
        ended_at=now,
        principal=Principal(credential="environment"),
        settings={},
        resources=tuple(
            Resource(kind=KIND, id=f"{SCOPE}/{one['file']}/{at}", parent=f"{SCOPE}/{one['file']}", body=one)
            for at, one in enumerate(entries)
        ),
        listings=tuple(
            Listing(kind=KIND, scope=f"{SCOPE}/{name}", count=0) for name in of.requirements if name not in unread
        ),
        gaps=tuple(
            Gap(
                id=f"gap-{name}",
                kind=KIND,
                scope=f"{SCOPE}/{name}",
                reason=GapReason.FAILED,
                detail="x",
                next_step="x",
            )
            for name in unread
        ),
    )
    part = libraries(of, index(seen))
    return part.facts, part.absences


KEYS: dict[str, Any] = {"authentication": "keys-allowed"}


@pytest.mark.parametrize(
    ("version", "members", "too_old"),
    [
        ("1.65.5", KEYS, True),
        ("1.66.0", KEYS, False),
        ("1.66.0rc1", KEYS, True),
        ("1.79.0", {**KEYS, "deployment": {"features": ["text", "mcp"]}}, True),
        ("1.80.0", {**KEYS, "deployment": {"features": ["text", "mcp"]}}, False),
        ("1.80.0", {**KEYS, "deployment": {"features": ["text", "background"]}}, True),
        ("1.105.0", {}, True),
        ("1.106.0", {}, False),
        ("1.70.0", {"deployment": {"surfaces": ["2025-03-01-preview"]}}, False),
        ("0.1", {"deployment": {"features": []}}, False),
    ],
)
def test_the_floor_is_that_of_what_is_used(version: str, members: dict[str, Any], too_old: bool) -> None:
    told, _ = facts(workload(FILE, **members), entry(version=version))
    assert [row["too_old"] for row in told["libraries"]] == [too_old]
    assert bool(told["libraries_too_old"]) is too_old
    assert told["libraries_unpinned"] == []


def test_a_row_names_the_highest_floor_and_its_page() -> None:
    told, _ = facts(workload(FILE, deployment={"features": ["text", "mcp"]}, **KEYS), entry(version="1.70.0"))
    (row,) = told["libraries_too_old"]
    assert (row["floor"], row["needs"], row["page"][:8]) == ("1.80.0", ["mcp"], "https://")


@pytest.mark.parametrize(
    ("least", "old"), [("1.106.0", []), ("3.0", []), ("1.0", None), ("99" * 60, None), ("no version", None)]
)
def test_a_range_is_enough_only_where_all_of_it_is(least: str, old: list[Any] | None) -> None:
    """Where it allows an older version too, nobody knows which is installed."""
    told, _ = facts(workload(FILE), entry(least=least))
    assert told.get("libraries_too_old") == old
    assert [row["pinned"] for row in told["libraries_unpinned"]] == [False]


def test_a_lock_file_decides_over_the_range_that_it_resolves() -> None:
    told, _ = facts(workload("uv.lock", FILE), entry(least="1.0"), entry(file="uv.lock", version="3.52.0"))
    assert [row["file"] for row in told["libraries"]] == ["uv.lock"]
    assert (told["libraries_too_old"], told["libraries_unpinned"]) == ([], [])


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "too_old"),
    [
        ("npm", "openai", "4.86.2", True),
        ("npm", "openai", "4.87.0", False),
        ("nuget", "OpenAI", "2.2.0-beta.2", True),
        ("nuget", "OpenAI", "2.2.0-beta.3", False),
        ("nuget", "Azure.AI.OpenAI", "1.0.0-beta.1", False),
        ("pypi", "semantic-kernel", "1.26.1", True),
        ("pypi", "semantic-kernel", "1.27.0", False),
    ],
)
def test_each_registry_has_its_own_floors(ecosystem: str, name: str, version: str, too_old: bool) -> None:
    """A library of which no page tells a floor is not judged."""
    told, _ = facts(workload(FILE), entry(name, ecosystem, version=version))
    assert [row["too_old"] for row in told["libraries"]] == [too_old]


def test_a_project_s_endpoint_needs_the_client_that_knows_it() -> None:
    of = workload(FILE, deployment={"surfaces": ["project"], "project": "p"})
    told, _ = facts(of, entry("azure-ai-projects", version="1.0.0"))
    assert told["libraries_too_old"][0]["floor"] == "2.0.0"


def test_no_file_no_fact() -> None:
    assert facts(workload()) == ({}, {})


def test_a_file_that_could_not_be_read_hides_what_is_well_and_not_what_is_wrong() -> None:
    told, absent = facts(workload(FILE, "uv.lock"), entry(version="3.52.0"), unread=("uv.lock",))
    assert (told, set(absent)) == ({}, {"libraries", "libraries_too_old", "libraries_unpinned"})
    told, _ = facts(workload(FILE, "uv.lock"), entry(version="1.0.0"), unread=("uv.lock",))
    assert [row["version"] for row in told["libraries_too_old"]] == ["1.0.0"]


def test_every_floor_is_of_a_watched_library_and_a_real_version() -> None:
    for floor in load_floors():
        assert floor.library in WATCHED[floor.ecosystem]
        assert Version(floor.least).release


def test_needs_are_those_of_all_deployments() -> None:
    assert needed(workload()) == {"text", "entra"}
    assert needed(workload(**KEYS, deployment={"features": ["vision"]})) == {"vision"}
