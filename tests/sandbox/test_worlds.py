"""Worlds and faults are data: they load, they say what is wrong with them, and they stay fresh."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from auditor.errors import SandboxError
from auditor.sandbox import FAULTS, WORLDS, generated_settings, generated_world, load_world, make_world, settings_path
from auditor.sandbox.loading import read_yaml
from auditor.sandbox.patch import Change, change
from auditor.settings_file import load_settings
from tests.intents import INTENDED

STATED = "attested"
"""The area of checks on what people state: no fault of a world can change that."""

CHECKS = sorted(
    path.stem
    for path in (Path(__file__).parents[2] / "policies" / "checks").glob("*/*.yaml")
    if path.parent.name not in {STATED, "client"}  # what people state, and what files beside the settings hold
    and path.stem not in INTENDED
)


@pytest.mark.parametrize("name", WORLDS)
def test_each_world_loads_and_its_settings_are_valid(name: str) -> None:
    world = load_world(name)
    assert world.name == name
    settings = load_settings(settings_path(name), {}, {})
    assert settings.tenant == world.tenant
    assert set(settings.scope.subscriptions) == set(world.subscriptions)
    missing = {workload.account for workload in settings.workloads} - set(world.accounts)
    assert missing == ({"contoso-support-weu", "contoso-search-uks"} if name == "unprovisioned" else set())


def test_worlds_made_of_the_healthy_one_expect_the_same() -> None:
    assert {settings_path(name) for name in ("denied", "throttled")} == {settings_path("healthy")}
    assert settings_path("release").name == "release.settings.yaml"


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_makes_the_healthy_world_another_one(name: str) -> None:
    faulty = load_world("healthy", [name])
    assert faulty.model_dump(exclude={"made_at"}) != load_world("healthy").model_dump(exclude={"made_at"})
    title = FAULTS[name].title
    assert title.endswith(".")
    assert title.count(". ") == 0, "one sentence"


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_has_a_fault_of_its_name(check: str) -> None:
    assert check in FAULTS


def test_faults_add_up() -> None:
    world = load_world("healthy", ["arm-denied-usage", "runner-cannot-read", "call-reset", "call-html"])
    assert len(world.denied_actions) == 2
    assert len(world.model_troubles) == 2


def test_a_fault_touches_the_account_it_names_and_no_other() -> None:
    """The file shares mappings between accounts; a change must not."""
    world = load_world("healthy", ["api-keys-accepted"])
    told = {name: account.properties["disableLocalAuth"] for name, account in world.accounts.items()}
    assert told == {"contoso-matter-swc": True, "contoso-support-weu": True, "contoso-search-uks": False}


def test_a_name_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(SandboxError, match="no world 'helthy'; nearest: healthy"):
        load_world("helthy")
    with pytest.raises(SandboxError, match="no fault 'api-keys-acepted'; nearest: api-keys-accepted"):
        load_world("healthy", ["api-keys-acepted"])
    with pytest.raises(SandboxError, match="nearest: release"):
        settings_path("relese")


def test_a_fault_without_a_target_says_what_it_needs() -> None:
    with pytest.raises(SandboxError, match="the fault account-missing needs accounts/contoso-search-uks") as caught:
        load_world("release", ["account-missing"])
    assert "healthy" in caught.value.next_step


def test_a_world_that_is_not_right_says_where_and_what_was_meant() -> None:
    data = {
        "name": "mine",
        "title": "Mine",
        "accounts": {"a": {"knid": "OpenAI", "group": "g", "location": "x", "subdomain": "a"}},
    }
    with pytest.raises(SandboxError) as caught:
        make_world(data)
    words = str(caught.value)
    assert "accounts.a.knid: Extra inputs are not permitted; nearest: kind" in words
    assert "tenant: Field required" in words


def test_a_subdomain_is_used_once() -> None:
    data = read_yaml(settings_path("healthy").with_name("healthy.yaml"))
    data["accounts"]["contoso-search-uks"]["subdomain"] = "contoso-matter-swc"
    with pytest.raises(SandboxError, match="used twice: contoso-matter-swc"):
        make_world({**data, "name": "mine"})


def test_dates_count_from_today() -> None:
    told = load_world("healthy").models["gpt-5.4 2026-03-05"].retires
    assert told is not None
    assert timedelta(days=538) < datetime.fromisoformat(told) - datetime.now(UTC) <= timedelta(days=540)


def test_a_change_is_exactly_one_of_its_ways() -> None:
    with pytest.raises(ValidationError, match="one of set, remove, add, copy_of"):
        Change(at="x", set=1, remove=True)
    with pytest.raises(ValidationError, match="says none"):
        Change(at="x")
    data = {"a": {"b": [1]}}
    changed = change(
        data, (Change(at="a/b", add=(2,)), Change(at="c", copy_of="a"), Change(at="a/d", set=None)), "a test"
    )
    assert changed == {"a": {"b": [1, 2], "d": None}, "c": {"b": [1, 2]}}
    assert data == {"a": {"b": [1]}}


def test_a_generated_world_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    world = generated_world(30, 7)
    assert len(world.accounts) == 30
    assert {len(account.deployments) for account in world.accounts.values()} == {7}
    assert (
        len({endpoint.address for account in world.accounts.values() for endpoint in account.endpoints.values()}) == 30
    )
    path = tmp_path / "auditor.yaml"
    path.write_text(generated_settings(30, 7), encoding="utf-8")
    settings = load_settings(path, {}, {})
    assert {workload.account for workload in settings.workloads} == set(world.accounts)
    names = {deployment.name for deployment in settings.workloads[0].deployments}
    assert names == set(next(iter(world.accounts.values())).deployments)


def test_the_world_alone_loads_no_http_library() -> None:
    heavy = ("aiohttp", "trustme", "dns", "azure", "openai")
    script = f"import sys, auditor.sandbox.world; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
