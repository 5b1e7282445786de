"""The packages: what does not fit is named, and a file that is not the one that was installed."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import PathDistribution, version
from pathlib import Path

from auditor.doctor.checkup import State
from auditor.doctor.packages import files, misfits, packages, requirements


def installed(folder: Path, *, listed: bool = True, name: str = "pretended") -> PathDistribution:
    """A distribution of one module, with its RECORD."""
    told = folder / f"{name}-1.0.dist-info"
    told.mkdir(parents=True)
    (folder / f"{name}.py").write_text("SAFE = True\n", encoding="utf-8")
    digest = urlsafe_b64encode(sha256(b"SAFE = True\n").digest()).rstrip(b"=").decode()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    if listed:
        (told / "RECORD").write_text(f"{name}.py,sha256={digest},12\n{told.name}/RECORD,,\n", encoding="utf-8")
    return PathDistribution(told)


def test_this_installation_is_well() -> None:
    """What runs these tests fits its own requirements, and names the versions of its SDKs."""
    needed, files_row = packages()
    assert (needed.state, files_row.state) == (State.OK, State.OK), (needed, files_row)
    assert f"openai {version('openai')}" in needed.says


def test_misfits_are_named() -> None:
    """A package that is missing or too old is named with what was asked; one for another system is not."""
    wanted = ("openai>=99", "no-such-package>=1", "openai>=1", "no-such-package; sys_platform == 'nowhere'")
    assert list(misfits(wanted)) == [
        f"openai {version('openai')} does not fit >=99",
        "no-such-package is not installed",
    ]
    assert requirements()


def test_files_as_installed(tmp_path: Path) -> None:
    """With every file in place there is nothing to mend."""
    row = files([installed(tmp_path)])
    assert (row.state, row.next_step) == (State.OK, None)


def test_an_altered_file_fails(tmp_path: Path) -> None:
    """A file with other bytes is named, with the command that puts the right one back."""
    one = installed(tmp_path)
    (tmp_path / "pretended.py").write_text("SAFE = False\n", encoding="utf-8")
    row = files([one])
    assert (row.state, row.says) == (State.FAIL, "not as they were installed: pretended.py")
    assert row.next_step == "pip install --force-reinstall --no-deps pretended==1.0"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """A file that somebody removed is worth knowing, and no proof of harm."""
    one = installed(tmp_path)
    (tmp_path / "pretended.py").unlink()
    row = files([one])
    assert (row.state, row.says) == (State.WARN, "no longer there: pretended.py")


def test_without_a_list_it_is_not_claimed(tmp_path: Path) -> None:
    """A distribution without a RECORD is never said to be as it was installed."""
    row = files([installed(tmp_path, listed=False)])
    assert row.state is State.WARN
    assert "pretended" in row.says
