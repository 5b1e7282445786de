"""A run on disk appears whole or not at all, and never over another."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from auditor.bundle import Bundle
from auditor.errors import ReportError
from auditor.report import FORMATS, html, pdf
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

    monkeypatch.setattr(html, "render", crash)
    with Bundle(tmp_path / "one") as bundle, pytest.raises(ReportError, match="html report") as caught:
        bundle.write(healthy.audit.snapshot, healthy.audit.run, FORMATS)
    assert caught.value.audited
    written = {path.name for path in (tmp_path / "one").iterdir()}
    others = {name for form in FORMATS.values() if form.name != "html" for name in form.files(healthy.audit.run)}
    assert {"snapshot.json", "raw", *(name.partition("/")[0] for name in others)} == written


def test_every_file_of_every_format_is_written(tmp_path: Path, healthy: Done) -> None:
    """As the format gives it, to the byte, in folders of its own."""
    run = healthy.audit.run
    with Bundle(tmp_path / "one") as bundle:
        bundle.write(healthy.audit.snapshot, run, FORMATS)
    for form in FORMATS.values():
        for name, content in form.files(run).items():
            assert (tmp_path / "one" / name).read_bytes() == content, name


def test_what_a_format_needs_and_lacks_is_said(tmp_path: Path, healthy: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF without a browser: everything else is there, and the error says why."""
    monkeypatch.setattr(pdf, "_BROWSERS", ())
    monkeypatch.setattr(pdf, "_ELSEWHERE", ())
    with Bundle(tmp_path / "one") as bundle, pytest.raises(ReportError, match=r"pdf report .* none was found"):
        bundle.write(healthy.audit.snapshot, healthy.audit.run, ("pdf",))
    assert (tmp_path / "one" / "evidence.json").is_file()
