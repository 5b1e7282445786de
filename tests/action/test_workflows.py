"""Workflows and actions, as the linters that ship with their schemas and rules see them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{kind}"]
    command += ["--regex-variant", "python", *map(str, paths)]  # one of Azure's patterns is no ECMAScript
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


SCHEMAS = {
    ".github/workflows/": "github-workflows",
    "azure-pipelines.yml": "azure-pipelines",
    ".gitlab-ci.yml": "gitlab-ci",
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The README's files in an empty repository, as a new user would copy them; each begins with its own path."""
    folder = tmp_path_factory.mktemp("empty")
    written: dict[str, Path] = {}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"```yaml\n# (\S+\.ya?ml)\n(.*?)```", readme, re.DOTALL):
        written[name] = folder / name
        written[name].parent.mkdir(parents=True, exist_ok=True)
        written[name].write_text(text, encoding="utf-8")
    return written


def test_the_files_of_the_readme_are_as_their_schemas_ask(copied: dict[str, Path]) -> None:
    """GitHub's, Azure's and GitLab's."""
    judged = set()
    for name, path in copied.items():
        for beginning, kind in SCHEMAS.items():
            if name.startswith(beginning):
                done = schema(kind, path)
                assert done.returncode == 0, done.stdout
                judged.add(name)
    assert len(judged) == 6
    assert judged | {"azure.yaml", ".pre-commit-config.yaml"} >= set(copied)


def test_zizmor_finds_nothing_in_the_workflows_of_the_readme(copied: dict[str, Path]) -> None:
    done = zizmor(*(path for name, path in copied.items() if name.startswith(".github/")))
    assert done.returncode == 0, done.stdout


def scripts_of(name: str, path: Path) -> str:
    """What the file has a shell do, as its CI system joins it."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if name == ".gitlab-ci.yml":
        return "\n".join(document["gate"]["script"])
    return str(document["steps"][0]["inputs"]["inlineScript"]).replace("$(Build.ArtifactStagingDirectory)", ".")


@pytest.mark.parametrize("codes", [(0, 0, 0), (1, 1, 1), (3, 3, 3), (0, 2, 2), (2, 0, 2), (137, 0, 137)])
@pytest.mark.parametrize(("name", "options"), [("azure-pipelines.yml", []), (".gitlab-ci.yml", ["-eo", "pipefail"])])
def test_the_scripts_of_the_readme_end_as_the_audit(
    copied: dict[str, Path], name: str, options: list[str], codes: tuple[int, int, int], tmp_path: Path
) -> None:
    """Also where a bundle that an earlier run left behind, or that the run left before it died, is a pass.

    The codes are those of the run, of what tells it, and of the whole.
    """
    ran, told, ends = codes
    programs = {"auditor": f"[ $1 = run ] && exit {ran}\nexit {told}", "pip": "exit 0"}
    for program, body in programs.items():
        (tmp_path / program).write_text(f"#!/bin/bash\n{body}\n")
        (tmp_path / program).chmod(0o755)
    script = scripts_of(name, copied[name])
    assert "auditor run" in script
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token")}
    done = subprocess.run(["bash", "--norc", *options, "-c", script], env=env, cwd=tmp_path, check=False)
    assert done.returncode == ends


def test_the_readme_uses_what_there_is(copied: dict[str, Path]) -> None:
    """Each action, workflow, input and hook of this repository that the README names exists."""
    for name, path in copied.items():
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for user in users(document):
            inner = user["uses"].partition("@")[0].removeprefix("contoso/aoai-auditor").strip("/")
            target = ROOT / inner if inner.endswith(".yml") else ROOT / inner / "action.yml"
            declared = yaml.safe_load(target.read_text(encoding="utf-8"))
            inputs = declared[True]["workflow_call"]["inputs"] if True in declared else declared["inputs"]
            assert set(user.get("with", {})) <= set(inputs), name
    hooks = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    named = yaml.safe_load(copied[".pre-commit-config.yaml"].read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert {each["id"] for each in named} == hooks


def users(node: object) -> list[dict[str, Any]]:
    """Every step and job of the document that uses this repository."""
    if isinstance(node, dict):
        own = [node] if str(node.get("uses", "")).startswith("contoso/aoai-auditor") else []
        return own + [user for each in node.values() for user in users(each)]
    return [user for each in node for user in users(each)] if isinstance(node, list) else []
