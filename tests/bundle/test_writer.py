"""A run on disk appears whole or not at all, and never over another."""

from __future__ import annotations

import errno
import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from auditor.bundle import Bundle, open_bundle
from auditor.bundle import writer as room
from auditor.bundle.chain import Link
from auditor.bundle.signature import SignatureState
from auditor.bundle.verification import State
from auditor.errors import BundleError, ReportError
from auditor.report import FORMATS, html, pdf
from tests.bundle.conftest import judgement_of, verified, written
from tests.cli.process import environment
from tests.conftest import Done


def test_a_bundle_holds_evidence_snapshot_reports_and_raw_bodies(tmp_path: Path, healthy: Done) -> None:
    body = b'{"value":[]}'
    with Bundle(tmp_path / "one") as bundle:
        bundle.keep(sha256(body).hexdigest(), body)
        bundle.keep(sha256(body).hexdigest(), body)
        files = bundle.write(healthy.audit.snapshot, healthy.audit.run, FORMATS, judgement_of(healthy.audit))
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


def test_a_folder_that_nothing_can_be_moved_to_is_refused_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mount point, as of a container's volume, a link, the working folder: it would fail when all is done."""
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "volume").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "volume")
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "link", tmp_path / "volume", Path(), Path("..")):
        with pytest.raises(ReportError, match="moved into place whole") as refused, Bundle(folder):
            pass
        assert str(folder / "run") in refused.value.next_step
        assert not refused.value.audited
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "volume"]


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
        bundle.write(healthy.audit.snapshot, healthy.audit.run, FORMATS, judgement_of(healthy.audit))
    assert caught.value.audited
    written = {path.name for path in (tmp_path / "one").iterdir()}
    others = {name for form in FORMATS.values() if form.name != "html" for name in form.files(healthy.audit.run)}
    assert {name.partition("/")[0] for name in others} <= written


def test_every_file_of_every_format_is_written(tmp_path: Path, healthy: Done) -> None:
    """As the format gives it, to the byte, in folders of its own."""
    run = healthy.audit.run
    with Bundle(tmp_path / "one") as bundle:
        bundle.write(healthy.audit.snapshot, run, FORMATS, judgement_of(healthy.audit))
    for form in FORMATS.values():
        for name, content in form.files(run).items():
            assert (tmp_path / "one" / name).read_bytes() == content, name


def test_what_a_format_needs_and_lacks_is_said(tmp_path: Path, healthy: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF without a browser: everything else is there, and the error says why."""
    monkeypatch.setattr(pdf, "_BROWSERS", ())
    monkeypatch.setattr(pdf, "_ELSEWHERE", ())
    with Bundle(tmp_path / "one") as bundle, pytest.raises(ReportError, match=r"pdf report .* none was found"):
        bundle.write(healthy.audit.snapshot, healthy.audit.run, ("pdf",), judgement_of(healthy.audit))
    assert (tmp_path / "one" / "evidence.json").is_file()


DYING = """
import os, signal, sys
from pathlib import Path
from auditor.bundle import Bundle, open_bundle, writer

source, target, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
opened = open_bundle(source)

def dying(name, done):
    def instead(*given, **more):
        if moment == name or any(str(one).endswith(moment) for one in given):
            os.kill(os.getpid(), signal.SIGKILL)
        return done(*given, **more)
    return instead

writer._write = dying("write", writer._write)
writer._settle = dying("settle", writer._settle)
Path.rename = dying("rename", Path.rename)
with Bundle(target) as bundle:
    for path in opened.files:
        if path.startswith("raw/"):
            bundle.keep(path[4:-3], b"body")
    bundle.write(opened.snapshot(), opened.run(), (), opened.judgement())
"""
"""Writes a bundle like another, and is killed at a moment: at the first call of a kind, or at one about a file."""


@pytest.mark.parametrize(
    "moment", ["write", "evidence.json", "judgement.json", ".manifest.json", "settle", "rename", "/manifest.json"]
)
def test_a_run_that_is_killed_leaves_nothing_that_verifies(tmp_path: Path, whole: Path, moment: str) -> None:
    """At no moment: not while it writes, nor before it moves the folder, nor between that and the manifest's name."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(whole), str(tmp_path / "one"), moment], env=environment(), check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = list(tmp_path.iterdir())
    assert left, "it was killed before it began"
    for folder in left:
        with pytest.raises(BundleError, match=r"no bundle|no manifest\.json"):
            verified(folder)


def test_what_a_killed_run_left_is_said_to_the_next(tmp_path: Path) -> None:
    (tmp_path / ".one.partial").mkdir()
    with pytest.raises(ReportError, match="was killed") as caught, Bundle(tmp_path / "one"):
        pass
    assert caught.value.next_step.endswith("rm -r '" + str(tmp_path / ".one.partial") + "'")


def test_of_two_runs_at_once_one_is_written(tmp_path: Path, healthy: Done) -> None:
    """The other is told before it audits anything, or finds the folder taken; what is there verifies."""
    together, told = Barrier(4), []

    def one(name: str) -> None:
        together.wait()
        try:
            written(tmp_path / "one", healthy, run_id=name)
        except ReportError as error:
            told.append((error.audited, str(error)))

    threads = [Thread(target=one, args=(f"run-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 3
    assert not any(audited for audited, _ in told)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert verified(tmp_path / "one").state is State.INTACT


def test_a_folder_taken_since_it_was_looked_at_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run was moved into place between the first look and the hold on the name."""
    made = Path.mkdir

    def meanwhile(path: Path, *given: Any, **more: Any) -> None:
        made(path, *given, **more)
        if path.name == "raw":
            (tmp_path / "one").mkdir()
            (tmp_path / "one" / "evidence.json").write_text("{}", encoding="utf-8")

    monkeypatch.setattr(Path, "mkdir", meanwhile)
    with pytest.raises(ReportError, match="already holds"), Bundle(tmp_path / "one"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def full(done: Callable[..., Any], about: str) -> Callable[..., Any]:
    """A disk that fills up in the middle of a file."""

    def instead(path: Path, *given: Any) -> Any:
        if about in str(path):
            if given:
                done(path, given[0][: len(given[0]) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return done(path, *given)

    return instead


@pytest.mark.parametrize("about", ["raw/", "evidence.json", "snapshot.json", "judgement.json", ".manifest.json"])
def test_a_disk_that_fills_up_leaves_no_bundle(
    tmp_path: Path, healthy: Done, monkeypatch: pytest.MonkeyPatch, about: str
) -> None:
    """What was audited is still told, the error names the cause, and nothing is left that takes space."""
    monkeypatch.setattr(Path, "write_bytes", full(Path.write_bytes, about))
    with pytest.raises(ReportError, match="No space left") as caught:
        written(tmp_path / "one", healthy)
    assert caught.value.audited
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_when_it_is_settled_leaves_no_bundle(
    tmp_path: Path, healthy: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_settle", full(room._settle, "report.md"))
    with pytest.raises(ReportError, match="No space left"):
        written(tmp_path / "one", healthy)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which not even root may write")
def test_a_folder_that_is_not_writable_is_said_before_anything_is_audited() -> None:
    with pytest.raises(ReportError, match="can't be written") as caught, Bundle(Path("/proc/self/task/reports/one")):
        pass
    assert not caught.value.audited


def test_each_run_names_the_one_before(tmp_path: Path, healthy: Done) -> None:
    one = written(tmp_path / "one", healthy, run_id="1")
    two = written(tmp_path / "two", healthy, run_id="2")
    three = written(tmp_path / "three", healthy, run_id="3")
    named = [open_bundle(folder).manifest.previous for folder in (one, two, three)]
    assert [previous and previous.run_id for previous in named] == [None, "1", "2"]
    assert [(found.chain and found.chain.state) for found in map(verified, (one, two, three))] == [
        Link.FIRST,
        Link.FOLLOWS,
        Link.FOLLOWS,
    ]


def test_a_run_that_was_altered_is_not_followed(tmp_path: Path, healthy: Done) -> None:
    """The newest whose files are as written is; another program's manifest is passed over."""
    written(tmp_path / "one", healthy, run_id="1")
    two = written(tmp_path / "two", healthy, run_id="2")
    (two / "report.md").write_text("All is well.", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "manifest.json").write_text('{"name": "a web page"}', encoding="utf-8")
    previous = open_bundle(written(tmp_path / "three", healthy, run_id="3")).manifest.previous
    assert previous is not None
    assert previous.run_id == "1"


def test_a_run_that_was_replaced_breaks_the_chain(tmp_path: Path, healthy: Done) -> None:
    one = written(tmp_path / "one", healthy, run_id="1")
    two = written(tmp_path / "two", healthy, run_id="2")
    (one / "manifest.json").write_bytes(
        (one / "manifest.json").read_bytes().replace(b'"made_at": "2', b'"made_at": "3')
    )
    found = verified(two)
    assert (found.state, found.exit_code) == (State.CHAIN, 1)
    one.rename(tmp_path.parent / f"{tmp_path.name}-away")
    gone = verified(two)
    assert (gone.state, gone.chain and gone.chain.state) == (State.INTACT, Link.NOT_BESIDE)
    assert gone.signature.state is SignatureState.NONE
