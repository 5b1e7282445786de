"""The built wheel, installed from hashed wheels into a clean environment, runs the demo from another folder."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from auditor.report import FORMATS

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".wheels"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = folder.glob("aoai_auditor-*.whl")
    return made


def test_the_wheel_holds_the_policies_the_worlds_and_the_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / "policies").rglob("*.yaml")}
    assert len(shipped) > 60
    assert {f"auditor/{name}" for name in shipped} <= names
    for folder in ("sandbox", "report", "policy"):
        data = [
            path for path in (ROOT / "auditor" / folder).rglob("*") if path.suffix in {".yaml", ".j2", ".css", ".js"}
        ]
        assert {path.relative_to(ROOT).as_posix() for path in data} <= names
    assert not [name for name in names if name.startswith(("tests/", "reports/"))]


@pytest.mark.timeout(300)
def test_the_installed_command_runs_the_demo_elsewhere(wheel: Path, tmp_path: Path) -> None:
    if not WHEELS.is_dir():
        pytest.skip("no .wheels folder: `make test` keeps the hashed wheels there, so that this needs no network")
    environment, elsewhere = tmp_path / "clean", tmp_path / "elsewhere"
    elsewhere.mkdir()
    venv.create(environment, with_pip=True, symlinks=sys.platform != "win32")
    binaries = environment / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--find-links", str(WHEELS)]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.txt")], check=True, cwd=elsewhere)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, cwd=elsewhere)
    done = subprocess.run(
        [str(binaries / "auditor"), "demo"], cwd=elsewhere, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "As a gate this run would end with exit code 1" in done.stdout + done.stderr
    (bundle,) = (elsewhere / "reports").iterdir()
    reports = {form.filename for form in FORMATS.values()} | {"run.csv", "population"}
    parts = {"snapshot.json", "settings.json", "judgement.json", "manifest.json", "raw"}
    assert {path.name for path in bundle.iterdir()} == reports | parts
    digests = json.loads((bundle / "evidence.json").read_text())["tool"]["digests"]
    assert [name for name, told in digests.items() if len(told) != 64] == []
    subprocess.run([str(binaries / "auditor"), "verify", str(bundle)], cwd=elsewhere, check=True)
