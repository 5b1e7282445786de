"""With what a run was made: digests that anybody can make again, and honest words where there are none."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

import auditor
from auditor.installed import (
    DISTRIBUTION,
    EDITABLE,
    ELSEWHERE,
    NO_LIST,
    NOT_INSTALLED,
    RESTS_ON,
    digest,
    own_digest,
    tool,
)


def installed(folder: Path, name: str = "auditor", *, record: bool = True, direct: object = None) -> Distribution:
    place = folder / f"{name}-0.1.0.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    if record:
        lines = f"{name}/__init__.py,sha256=abc,3\r\n{place.name}/RECORD,,\r\n"
        (place / "RECORD").write_bytes(lines.encode())
    if direct is not None:
        (place / "direct_url.json").write_text(json.dumps(direct))
    return Distribution.at(place)


def test_what_the_verdict_rests_on_is_told_by_version_and_digest() -> None:
    told = tool()
    assert told.digests.keys() == {"auditor", *RESTS_ON}
    assert told.packages.keys() == set(RESTS_ON)
    assert "not installed" not in told.packages.values()
    found = distribution("openai")
    record = next(file for file in found.files or () if file.name == "RECORD")
    assert told.digests["openai"] == sha256(Path(str(record.locate())).read_bytes()).hexdigest()


def test_a_digest_is_that_of_the_file_byte_for_byte(tmp_path: Path) -> None:
    found = installed(tmp_path, "thing")
    assert digest(found) == sha256((tmp_path / "thing-0.1.0.dist-info" / "RECORD").read_bytes()).hexdigest()


@pytest.mark.parametrize("direct", [{"url": "file:///x"}, {"dir_info": {}}, {"dir_info": {"editable": False}}, []])
def test_an_install_from_elsewhere_that_is_not_editable_has_one(tmp_path: Path, direct: object) -> None:
    assert len(digest(installed(tmp_path, direct=direct))) == 64


def test_without_a_list_of_files_there_are_words(tmp_path: Path) -> None:
    assert digest(None) == NOT_INSTALLED
    assert digest(installed(tmp_path, record=False)) == NO_LIST


def test_an_editable_install_says_so(tmp_path: Path) -> None:
    found = installed(tmp_path, direct={"url": "file:///src", "dir_info": {"editable": True}})
    assert own_digest(found) == EDITABLE


def test_what_is_installed_but_not_what_runs_is_not_told_for_it(tmp_path: Path) -> None:
    assert own_digest(None) == ELSEWHERE
    assert own_digest(installed(tmp_path)) == ELSEWHERE


def test_the_auditor_is_looked_for_under_the_name_that_it_is_installed_by() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert project["name"] == DISTRIBUTION


def test_what_is_installed_and_runs_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "auditor").symlink_to(Path(auditor.__file__).parent, target_is_directory=True)
    found = installed(tmp_path)
    assert own_digest(found) == digest(found)
