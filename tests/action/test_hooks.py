"""The pre-commit hooks: what pre-commit would type passes what is right and stops what is not."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from auditor.sandbox import settings_path
from tests.action.runner import ROOT
from tests.cli.conftest import invoked

HOOKS: dict[str, dict[str, Any]] = {
    each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}


def hooked(hook: str, *files: str) -> Result:
    """The hook over the files that were staged, from the root of the repository, as pre-commit runs it.

    https://pre-commit.com/#new-hooks
    """
    known = HOOKS[hook]
    program, *words = shlex.split(known["entry"])
    assert program == "auditor"
    return invoked(*words, *known.get("args", ()), *(files if known.get("pass_filenames", True) else ()))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings in two folders, and a check of the repository's own."""
    monkeypatch.chdir(tmp_path)
    for name in ("auditor.yaml", "team/auditor.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(settings_path("healthy"), tmp_path / name)
        for beside in ("healthy.attestations.yaml", "healthy.requirements.txt"):
            shutil.copy(settings_path("healthy").with_name(beside), (tmp_path / name).parent)
    check = (ROOT / "policies" / "checks" / "account" / "custom-subdomain-missing.yaml").read_text(encoding="utf-8")
    (tmp_path / "policies" / "checks").mkdir(parents=True)
    own = tmp_path / "policies" / "checks" / "contoso-subdomain.yaml"
    own.write_text(check.replace("id: custom-subdomain-missing", "id: contoso-subdomain"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("hook", HOOKS)
def test_what_is_right_may_be_committed(repository: Path, hook: str) -> None:
    done = hooked(hook, "auditor.yaml")
    assert done.exit_code == 0, done.stderr


def test_every_settings_file_that_is_staged_is_judged(repository: Path) -> None:
    """One that is wrong among several stops the commit, and is named with its line."""
    assert hooked("auditor-settings", "auditor.yaml", "team/auditor.yaml").exit_code == 0
    with (repository / "team" / "auditor.yaml").open("a", encoding="utf-8") as file:
        file.write("unknwon: 1\n")
    done = hooked("auditor-settings", "auditor.yaml", "team/auditor.yaml")
    assert done.exit_code == 2
    assert "team/auditor.yaml:" in done.stderr
    assert "unknwon" in done.stderr


def test_a_check_that_does_not_do_what_it_says_is_stopped(repository: Path) -> None:
    """By its own examples."""
    path = repository / "policies" / "checks" / "contoso-subdomain.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("\n  pass:") == text.count("\n  fail:") == 1
    path.write_text(
        text.replace("\n  pass:", "\n  x:").replace("\n  fail:", "\n  pass:").replace("\n  x:", "\n  fail:"),
        encoding="utf-8",
    )
    done = hooked("auditor-policy")
    assert done.exit_code != 0
    assert "contoso-subdomain" in done.stdout + done.stderr
