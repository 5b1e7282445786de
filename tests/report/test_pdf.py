"""report.pdf: the page as Chromium prints it, the same each time, without the network and the environment."""

from __future__ import annotations

import io
import stat
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from auditor.errors import ReportError
from auditor.report import format_named, pdf
from tests.report.runs import hostile_run, sample_run

PRINT = format_named("pdf").files


@pytest.fixture
def printer() -> str:
    try:
        return pdf.chromium()
    except ReportError as error:
        pytest.skip(f"nothing is printed: {error}")


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Another browser on the PATH."""
    if sys.platform == "win32":
        pytest.skip("a shell script is no browser on Windows")
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_it_prints_every_failure_and_repeats_itself(printer: str) -> None:
    """Read by another program; its dates are the run's, and two prints are the same to the byte."""
    run = sample_run()
    (content,) = PRINT(run).values()
    reader = PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for finding in run.findings:
        if finding.outcome == "fail":
            assert finding.subject.name in text
    assert reader.metadata is not None
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"] == "D:20261121061256+00'00'"
    assert PRINT(run) == {"report.pdf": content}


def test_ids_count_from_one_wherever_the_browser_began(printer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stays itself, in its order, and nothing moves."""
    document = b"/ID (node00000068) /K (node00000070) /Limits [(node00000068) (node00000107)] (node7)"
    monkeypatch.setattr("auditor.report.pdf._printed", lambda browser, page: document)  # noqa: ARG005 - as it is called
    (content,) = PRINT(sample_run()).values()
    assert content == b"/ID (node00000001) /K (node00000002) /Limits [(node00000001) (node00000003)] (node7)"


def test_hostile_text_prints(printer: str) -> None:
    """Whatever a name holds."""
    (content,) = PRINT(hostile_run()).values()
    assert content.startswith(b"%PDF-")
    assert not [key for page in PdfReader(io.BytesIO(content)).pages for key in page if key == "/AA"]


def test_without_a_browser_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else changes: no other format needs one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "_ELSEWHERE", ())
    with pytest.raises(ReportError, match="none was found") as caught:
        PRINT(sample_run())
    assert "apt-get install chromium" in caught.value.next_step
    assert caught.value.audited
    with pytest.raises(ReportError) as early:
        pdf.chromium()
    assert not early.value.audited


def test_a_browser_that_prints_nothing_is_an_error_with_its_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an empty file."""
    pretend(tmp_path, monkeypatch, "echo 'no usable sandbox' >&2; exit 7")
    with pytest.raises(ReportError, match="ended with 7 and printed nothing: no usable sandbox"):
        PRINT(sample_run())


def test_a_browser_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its deadline."""
    monkeypatch.setattr(pdf, "_DEADLINE", 0.2)
    pretend(tmp_path, monkeypatch, "exec sleep 60")
    with pytest.raises(ReportError, match="did not end within"):
        PRINT(sample_run())


def test_the_browser_gets_no_secret_and_no_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment holds nothing of ours, and its flags close the network."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "planted-secret")
    pretend(tmp_path, monkeypatch, f'env > "{tmp_path}/env"; echo "$@" > "{tmp_path}/flags"; exit 1')
    with pytest.raises(ReportError):
        PRINT(sample_run())
    assert "planted-secret" not in (tmp_path / "env").read_text(encoding="utf-8")
    flags = (tmp_path / "flags").read_text(encoding="utf-8")
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in flags
    assert "--proxy-server=127.0.0.1:9" in flags
    assert "file://" in flags
