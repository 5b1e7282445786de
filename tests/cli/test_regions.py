"""`auditor regions` as a person would type it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.cli import cli
from auditor.cli.region_page import page
from auditor.policy.region import Regions
from auditor.sandbox import Sandbox, Seen, load_world, settings_path
from tests.cli.conftest import invoked

FULL = ("region-full", "model-access-gated")


@dataclass(frozen=True)
class Told:
    """What the command said, and what it asked for."""

    code: int
    stdout: str
    stderr: str
    requests: tuple[Seen, ...]
    unknown_routes: tuple[str, ...]

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


def told(*arguments: str, faults: Sequence[str] = (), settings: Path | None = None) -> Told:
    given = ("regions", "--settings", str(settings or settings_path("unprovisioned")), *arguments)
    with Sandbox(load_world("unprovisioned", faults)) as sandbox:
        done = invoked(*given, env=sandbox.environment)
        return Told(done.exit_code, done.stdout, done.stderr, tuple(sandbox.requests), tuple(sandbox.unknown_routes))


@pytest.fixture(scope="module")
def sound() -> Told:
    return told("--json")


def test_every_allowed_region_is_truly_asked(sound: Told) -> None:
    """Models and usages of each region that a workload approves, once; of no other kind more than is needed."""
    paths = [seen.path.rpartition("/providers/Microsoft.CognitiveServices")[2] for seen in sound.requests]
    for place in ("swedencentral", "westeurope", "uksouth"):
        for kind in ("models", "usages"):
            asked = [
                seen
                for seen in sound.requests
                if seen.path.endswith(f"/locations/{place}/{kind}") and not seen.query.count("skip")
            ]
            assert len(asked) == 1, (place, kind)
    assert not [path for path in paths if "australiaeast" in path]
    assert not [path for path in paths if "diagnosticSettings" in path or "raiPolicies" in path]
    assert {seen.method for seen in sound.requests if seen.host == "management.azure.com"} == {"GET"}
    assert sound.unknown_routes == ()


def test_some_region_for_each_workload_ends_with_0(sound: Told) -> None:
    """JSON tells each workload, each region, the tightest pool and all reasons."""
    assert sound.code == 0
    told = {one["name"]: one for one in sound.json["workloads"]}
    assert {name: one["fits"] for name, one in told.items()} == dict.fromkeys(told, "yes")
    support = {one["region"]: one for one in told["support-desk"]["regions"]}
    assert {name: one["fits"] for name, one in support.items()} == {
        "swedencentral": "yes",
        "westeurope": "yes",
        "uksouth": "no",
    }
    assert support["uksouth"]["against"] == ["model-router 2025-11-18 as GlobalStandard is not offered"]
    assert support["westeurope"]["tightest"] == {
        "pool": "OpenAI.GlobalStandard.model-router",
        "used": 0,
        "limit": 1000,
        "asked": 50,
        "left": 950,
    }
    assert sound.json["schema_version"] == "1"
    assert "sandbox: not evidence" in sound.json["notices"]


def test_a_full_region_ends_with_1(tmp_path: Path) -> None:
    """Two deployments that fit one by one do not fit together, and there is no other region."""
    only = _limited(tmp_path, "regions: [westeurope]")
    done = told("--workload", "support-desk", "--json", faults=["region-full"], settings=only)
    assert done.code == 1
    (workload,) = done.json["workloads"]
    assert workload["regions"][0]["against"] == ["OpenAI.GlobalStandard.gpt-5.4-mini: 250 needed, 200 of 200 left"]
    assert told("--workload", "support-desk", "--quiet", settings=only).code == 0


@pytest.mark.parametrize(("kind", "word"), [("usage", "quotas"), ("model", "models"), ("resource-sku", "account SKUs")])
def test_what_cannot_be_read_ends_with_3(kind: str, word: str) -> None:
    """Neither yes nor no, and the reason stands in the table."""
    done = told("--workload", "support-desk", faults=[f"arm-denied-{kind}"])
    assert done.code == 3
    assert "fits in 0 of 3 regions" in done.stdout
    assert f"the list of {word} could not be read" in " ".join(done.stdout.split())


def test_without_a_list_every_region_that_sells_accounts_is_asked(tmp_path: Path) -> None:
    """The subscription's own SKUs say which regions there are."""
    done = told("--workload", "support-desk", "--json", settings=_limited(tmp_path, ""))
    (workload,) = done.json["workloads"]
    assert {one["region"] for one in workload["regions"]} == {"swedencentral", "westeurope", "uksouth", "australiaeast"}


def test_the_table_fits_80_columns(sound: Told) -> None:
    """No line of it is longer, names of pools stay whole, and there is no escape in it."""
    found = Regions.model_validate_json(sound.stdout)
    shown = page(found, 80, color=False)
    assert max(map(len, shown.splitlines())) <= 80
    assert "OpenAI.GlobalStandard.text-embedding-3-large" in shown
    assert "\x1b" not in shown
    assert "- uksouth: model-router 2025-11-18 as GlobalStandard is not offered" in shown
    assert "sandbox: not evidence" in shown


def test_hostile_names_stay_on_their_line(sound: Told) -> None:
    """A workload's or a pool's name can't write to the terminal or command a runner."""
    found = json.loads(sound.stdout.replace("support-desk", "a\\u001b[2J\\n::error::b"))
    shown = page(Regions.model_validate(found), 80, color=True)
    assert "\x1b[2J" not in shown
    assert not [line for line in shown.splitlines() if line.startswith("::")]


def test_an_unknown_workload_is_a_usage_error() -> None:
    """Nothing is asked of Azure."""
    done = told("--workload", "suport-desk")
    assert (done.code, done.requests) == (2, ())
    assert "support-desk" in done.stderr


def test_the_help_has_the_exit_codes_and_fits() -> None:
    """What CI needs to know stands in the help, at 80 columns."""
    shown = CliRunner().invoke(cli, ["regions", "--help"], terminal_width=80).output
    for code in ("0", "1", "2", "3"):
        assert f"\n  {code}  " in shown
    assert max(map(len, shown.splitlines())) <= 80


def _limited(folder: Path, words: str) -> Path:
    text = settings_path("unprovisioned").read_text(encoding="utf-8")
    before = "regions: [westeurope, swedencentral, uksouth]"
    assert before in text
    path = folder / "auditor.yaml"
    path.write_text(text.replace(before, words), encoding="utf-8")
    return path


def test_a_region_that_is_sold_out_does_not_fit() -> None:
    """Free capacity decides beside quota; where it may not be read, the region is unknown."""
    done = told("--workload", "matter-assistant", "--json", faults=["region-sold-out"])
    regions = {one["region"]: one for one in done.json["workloads"][0]["regions"]}
    assert (regions["swedencentral"]["fits"], regions["westeurope"]["fits"]) == ("yes", "no")
    assert "0 free in the region" in regions["westeurope"]["against"][0]
    assert len([seen for seen in done.requests if seen.path.endswith("/modelCapacities")]) >= 1
    blind = told("--workload", "matter-assistant", "--json", faults=["arm-denied-model-capacity"])
    assert {one["region"]: one["fits"] for one in blind.json["workloads"][0]["regions"]}["westeurope"] == "unknown"
