"""Files beside the settings are read once, within bounds, and what can't be read is a gap that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.settings import Settings
from auditor.settings_file.requirements import MAX_BYTES, read_requirements
from auditor.snapshot import GapReason


def settings(*names: str) -> Settings:
    workload = {
        "name": "shop",
        "owner": "me",
        "account": "contoso",
        "requirements": list(names),
        "deployments": [{"name": "chat", "model": "gpt-5.4"}],
    }
    scope = {"subscriptions": ["00000000-0000-4000-8000-0000000000a1"]}
    return Settings.model_validate({"scope": scope, "workloads": [workload, {**workload, "name": "shop-2"}]})


def test_a_file_is_read_once_with_proof_that_this_is_all(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("openai==3.52.0\nrequests==2.0\n", encoding="utf-8")
    read = read_requirements(settings("requirements.txt"), tmp_path)
    (found,) = read.resources
    assert found.body == {
        "file": "requirements.txt",
        "ecosystem": "pypi",
        "name": "openai",
        "spec": "==3.52.0",
        "version": "3.52.0",
    }
    assert [(one.scope, one.count) for one in read.listings] == [("/requirements/requirements.txt", 1)]
    assert read.gaps == ()


def test_a_file_with_no_library_is_proven_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xef\xbb\xbf# nothing\n")
    read = read_requirements(settings("requirements.txt"), tmp_path)
    assert (read.resources, read.listings[0].count, read.gaps) == ((), 0, ())


@pytest.mark.parametrize(
    ("name", "content", "reason", "words"),
    [
        ("requirements.txt", None, GapReason.FAILED, "there is no such file"),
        ("folder", None, GapReason.FAILED, "there is no such file"),
        ("setup.py", b"openai", GapReason.MALFORMED, "of no kind that is known"),
        ("../outside.txt", b"openai==1.0", GapReason.FAILED, "outside of the settings' folder"),
        ("requirements.txt", b"\xff\xfe", GapReason.FAILED, "no UTF-8 text"),
        ("requirements.txt", b"#" * (MAX_BYTES + 1), GapReason.FAILED, "larger than"),
        ("uv.lock", b"<html>", GapReason.MALFORMED, "not what its name says"),
        ("requirements.txt", b"-r base.txt\n", GapReason.NOT_OFFERED, "draws in base.txt"),
    ],
    ids=["missing", "folder", "kind", "outside", "bytes", "size", "content", "include"],
)
def test_what_cannot_be_read_is_a_gap(
    name: str, content: bytes | None, reason: GapReason, words: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "folder").mkdir(parents=True)
    if content is not None:
        (home / name).write_bytes(content)
    read = read_requirements(settings(name), home)
    (gap,) = read.gaps
    assert (gap.reason, words in gap.detail, read.listings) == (reason, True, ()), gap.detail
    assert str(tmp_path) not in gap.detail


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("openai==1.0", encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / "requirements.txt").symlink_to(tmp_path / "secret.txt")
    read = read_requirements(settings("requirements.txt"), home)
    assert (read.resources, len(read.gaps)) == ((), 1)


@pytest.mark.parametrize("name", ["/etc/hostname.txt", "a\x00.txt"])
def test_a_foreign_name_is_a_gap_and_no_crash(name: str, tmp_path: Path) -> None:
    assert len(read_requirements(settings(name), tmp_path).gaps) == 1
