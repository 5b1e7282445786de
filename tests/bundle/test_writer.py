"""A run on disk appears whole or not at all, and never over another."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor import bundle as room
from auditor.bundle import Bundle
from auditor.errors import ReportError
from auditor.report import FORMATS
from tests.conftest import Done


def test_a_bundle_holds_evidence_snapshot_reports_and_raw_bodies(tmp_path: Path, healthy: Done) -> None:
    body = b'{"value":[]}'
    with Bundle(tmp_path / "one") as bundle:
        bundle.keep(sha256(body).hexdigest(), body)
        bundle.keep(sha256(body).hexdigest(), body)
        files = bundle.write(healthy.audit.snapshot, healthy.audit.run, FORMATS)
    assert all(path.is_file() for path in files.values())
    (raw,) = (tmp_path / "one" / "raw").iterdir()
    assert sha256(gzip.decompress(raw.read_bytes())).hexdigest() == raw.stem
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_run_that_ends_early_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Bundle(tmp_path / "one") as bundle:
            bundle.keep("0" * 64, b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine", encoding="utf-8")
    with pytest.raises(ReportError, match="already holds"), Bundle(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    with Bundle(tmp_path / "one"), pytest.raises(ReportError, match="another run"), Bundle(tmp_path / "one"):
        pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReportError, match="can't be written"), Bundle(tmp_path / "file" / "one"):
        pass


def test_a_format_that_crashes_takes_no_other_with_it(
    tmp_path: Path, healthy: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(run: object) -> str:
        raise ZeroDivisionError

    broken = {**FORMATS, "html": SimpleNamespace(filename="report.html", render=crash)}
    monkeypatch.setattr(room, "FORMATS", broken)
    with Bundle(tmp_path / "one") as bundle, pytest.raises(ReportError, match="html report") as caught:
        bundle.write(healthy.audit.snapshot, healthy.audit.run, FORMATS)
    assert caught.value.audited
    written = {path.name for path in (tmp_path / "one").iterdir()}
    assert {"evidence.json", "snapshot.json", "report.md", "junit.xml", "results.sarif"} <= written
