"""`auditor settings check`: everything that is wrong with settings and what they name, without Azure."""

from __future__ import annotations

import json
from pathlib import Path

from auditor.sandbox import settings_path
from tests.cli.conftest import invoked
from tests.cli.test_help import SDKS, loaded


def test_settings_that_are_right_are_counted() -> None:
    """Each file by its name, with what it declares and what judges it."""
    done = invoked("settings", "check", str(settings_path("release")), str(settings_path("healthy")))
    assert done.exit_code == 0, done.stderr
    release, healthy = done.stdout.splitlines()
    assert release.startswith(f"{settings_path('release')}: 3 workloads, ")
    assert healthy.startswith(f"{settings_path('healthy')}: ")


def test_it_asks_nobody() -> None:
    """No SDK is even loaded."""
    assert loaded("settings", "check", str(settings_path("healthy"))) & set(SDKS) == set()


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    """The settings' own faults, a pack that does not exist, a waivers file that is none."""
    path = tmp_path / "auditor.yaml"
    path.write_text("scope: {subscriptions: [x]}\nwrokloads: []\n")
    done = invoked("settings", "check", str(path))
    assert done.exit_code == 2
    assert f"{path}:2:1" in done.stderr
    whole = "scope: {subscriptions: [00000000-0000-4000-8000-0000000000a1]}\n"
    path.write_text(f"{whole}packs: [prodction]\n")
    assert "prodction" in invoked("settings", "check", str(path)).stderr
    path.write_text(f"{whole}waivers: nowhere.yaml\n")
    done = invoked("settings", "check", str(path))
    assert done.exit_code == 2
    assert "nowhere.yaml" in done.stderr


def test_jobs_keep_workloads_of_one_account_together() -> None:
    """As a matrix takes them; every workload stands in exactly one job."""
    told = json.loads(invoked("settings", "check", str(settings_path("release")), "--json").stdout)
    names = [name for job in told["jobs"] for name in job["workloads"].splitlines()]
    assert sorted(names) == sorted(told["workloads"])
    assert len(told["jobs"]) <= len(told["workloads"])
