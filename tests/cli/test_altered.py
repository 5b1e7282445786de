"""Nothing is made of evidence that is not what its manifest says; the file is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.ci import obeyed
from tests.cli.conftest import Typed, invoked


@pytest.fixture
def bundle(healthy_run: Typed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(healthy_run.folder, tmp_path / "reports" / healthy_run.folder.name))


def painted(folder: Path, name: str = "evidence.json") -> None:
    """As somebody would who wants a failure to look like a pass: still well-formed."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert '"contoso' in text
    path.write_text(text.replace('"contoso', '"c0ntoso', 1), encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))


def test_nothing_is_rendered_of_altered_evidence(bundle: Path, tmp_path: Path) -> None:
    """By the folder or by the file; a lone copy, of which no manifest tells, is rendered as what it is."""
    assert invoked("report", str(bundle), "--format", "markdown").exit_code == 0
    painted(bundle)
    for named in (bundle, bundle / "evidence.json"):
        done = invoked("report", str(named), "--format", "markdown", "--output", str(tmp_path / "out.md"))
        assert done.exit_code == 2
        assert "evidence.json: is not what the manifest says" in done.stderr
        assert not (tmp_path / "out.md").exists()
    shutil.copy(bundle / "evidence.json", tmp_path / "evidence.json")
    assert invoked("report", str(tmp_path / "evidence.json"), "--format", "markdown").exit_code == 0


def test_no_link_stands_for_evidence(bundle: Path, tmp_path: Path) -> None:
    """Not even one to the very same bytes."""
    (bundle / "evidence.json").rename(tmp_path / "evidence.json")
    (bundle / "evidence.json").symlink_to(tmp_path / "evidence.json")
    done = invoked("report", str(bundle))
    assert done.exit_code == 2
    assert "evidence.json is a symbolic link" in done.stderr


@pytest.mark.parametrize("name", ["evidence.json", "snapshot.json"])
def test_nothing_is_compared_with_altered_evidence(bundle: Path, healthy_run: Typed, name: str) -> None:
    painted(bundle, name)
    for sides in ((bundle, healthy_run.folder), (healthy_run.folder, bundle), (bundle / name, healthy_run.folder)):
        done = invoked("diff", *map(str, sides))
        assert done.exit_code == 2
        assert f"{name}: is not what the manifest says" in done.stderr


def test_an_altered_snapshot_is_not_judged_again(bundle: Path) -> None:
    """Else a new bundle, whole and signed, would vouch for what was never seen."""
    painted(bundle, "snapshot.json")
    done = invoked("evaluate", str(bundle / "snapshot.json"))
    assert done.exit_code == 2
    assert "snapshot.json: is not what the manifest says" in done.stderr


def test_history_leaves_altered_evidence_out_and_says_so(bundle: Path, healthy_run: Typed, tmp_path: Path) -> None:
    painted(bundle)
    shutil.copytree(healthy_run.folder, bundle.parent / "other")
    told = invoked("history", "--reports", str(bundle.parent), "--json")
    assert told.exit_code == 0
    assert "left out: evidence.json: is not what the manifest says" in told.stderr
    assert len(json.loads(told.stdout)["runs"]) == 1
    elsewhere = invoked("history", "--reports", str(tmp_path / "index"), "import", str(bundle))
    assert "0 read, 0 gone, 1 left out" in elsewhere.stderr


def outputs(path: Path) -> dict[str, str]:
    return obeyed.assigned(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["evidence.json", "snapshot.json", "results.sarif", "manifest.json"])
@pytest.mark.parametrize("how", ["altered", "removed"])
def test_the_gate_fails_closed_on_altered_evidence(bundle: Path, tmp_path: Path, name: str, how: str) -> None:
    """Whatever file of it: the verdict is `error`, nothing is to be uploaded or attested, and the step fails."""
    if how == "altered":
        (bundle / name).write_bytes((bundle / name).read_bytes() + b"\n")
    else:
        (bundle / name).unlink()
    env = {
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "RUNNER_TEMP": str(tmp_path),
    }
    done = invoked("ci", "github", str(bundle), env=env)
    assert done.exit_code == 2
    told = outputs(tmp_path / "output")
    assert told.pop("verdict") == "error"
    assert told.pop("complete") == "false"
    assert set(told.values()) == {""}
    assert "This is not a pass" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert f"{name}" in done.stdout
    assert list(tmp_path.glob("*.predicate.json")) == []
    for other in ("azure-devops", "gitlab"):
        folder = tmp_path / other
        folder.mkdir()
        said = invoked("ci", other, str(bundle), "--output", str(folder))
        assert said.exit_code == 2
        assert [path.name for path in folder.iterdir()] == (["auditor.env"] if other == "gitlab" else [])
    assert "AUDITOR_VERDICT=error" in (tmp_path / "gitlab" / "auditor.env").read_text(encoding="utf-8")


def test_what_a_ci_system_puts_beside_the_evidence_is_not_its_alteration(bundle: Path) -> None:
    """A file that the manifest does not name is told by `auditor verify`, and stops no gate."""
    (bundle / "upload.log").write_text("kept", encoding="utf-8")
    assert invoked("ci", "github", str(bundle)).exit_code == 0
    assert invoked("verify", str(bundle)).exit_code == 1


def test_of_altered_jobs_there_is_no_verdict(bundle: Path, healthy_run: Typed, tmp_path: Path) -> None:
    """Though an older run of the same workloads passed: that one was not asked for."""
    shutil.copytree(healthy_run.folder, bundle.parent / "older")
    painted(bundle)
    names = [each["name"] for each in healthy_run.run.settings["workloads"]]
    env = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    expected = [text for name in names for text in ("--expect", str(name))]
    done = invoked("ci", "merge", str(bundle.parent), *expected, env=env)
    assert done.exit_code == 2
    assert outputs(tmp_path / "output")["verdict"] == "error"
    assert "evidence.json" in (tmp_path / "summary.md").read_text(encoding="utf-8")
