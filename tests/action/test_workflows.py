"""Workflows and actions, as the linters that ship with their schemas and rules see them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.action.runner import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted([ROOT / "action.yml", *(ROOT / "action").rglob("action.yml")])


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    """The linter's report; 0 where it finds nothing."""
    command = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--persona", "pedantic", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def schema(kind: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    """What the vendored schema says; 0 where all is well."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{kind}", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_zizmor_finds_nothing() -> None:
    """In its most pedantic mode."""
    done = zizmor(*WORKFLOWS, *ACTIONS)
    assert done.returncode == 0, done.stdout


def test_workflows_and_actions_are_as_their_schemas_ask() -> None:
    for done in (schema("github-workflows", *WORKFLOWS), schema("github-actions", *ACTIONS)):
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: str(path.relative_to(ROOT)))
def test_other_actions_are_pinned_and_nothing_is_interpolated(path: Path) -> None:
    """By the full hash with the version beside it; no script contains an expression."""
    text = path.read_text(encoding="utf-8")
    for uses in re.findall(r"uses: (.+)", text):
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[\d.]+|\$/\S+( #.*)?|\./\S+( #.*)?", uses), uses
    for step in scripts(yaml.safe_load(text)):
        assert "${{" not in step
        assert len(step.strip().splitlines()) <= 3, "longer scripts are Python"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_grants_nothing_by_itself(path: Path) -> None:
    """Each job names what it needs, and how long it may take."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert "permissions" in job
        assert "timeout-minutes" in job or "uses" in job


def scripts(node: object) -> list[str]:
    """Every `run:` in the document."""
    if isinstance(node, dict):
        own = [node["run"]] if isinstance(node.get("run"), str) else []
        return own + [script for each in node.values() for script in scripts(each)]
    return [script for each in node for script in scripts(each)] if isinstance(node, list) else []
