"""Writes a bundle: raw bodies while the run goes on, all else at its end, the manifest last."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from auditor.bundle.chain import newest_before
from auditor.bundle.layout import ENVELOPE, JUDGEMENT, MANIFEST, RAW, RAW_SUFFIX, SETTINGS, SNAPSHOT
from auditor.bundle.manifest import FileRecord, Manifest, digest
from auditor.bundle.signing import Signer
from auditor.bundle.statement import statement
from auditor.errors import AuditorError, ReportError, TakenError
from auditor.policy.judgement import Judgement
from auditor.report import format_named
from auditor.report.hostile import in_json
from auditor.run import Run
from auditor.snapshot import Snapshot


class Bundle:
    """Writes beside the folder first and moves it into place at the end, so that a killed run leaves no half report.

    The manifest gets its name last of all, when the folder stands in place: what was left by a killed run never
    verifies. Use as a context manager; raw bodies stream in through `keep` while the run goes on, so memory stays flat.
    Raises ReportError when the folder is taken or can't be written.
    """

    def __init__(self, folder: Path, signer: Signer | None = None) -> None:
        self.folder = folder
        self._signer = signer
        self._partial = folder.parent / f".{folder.name}.partial"
        self._files: dict[str, FileRecord] = {}
        self._lost: OSError | None = None

    def __enter__(self) -> Bundle:
        self._refuse_unmovable()
        self._refuse_taken()
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.folder, error, audited=False) from error
        try:
            self._partial.mkdir()
            (self._partial / RAW).mkdir()
        except FileExistsError as error:
            raise ReportError(
                f"{self._partial}: another run is writing there, or was killed while it did",
                next_step=f"wait for it, or remove it: rm -r '{self._partial}'",
            ) from error
        except OSError as error:
            raise _unwritable(self.folder, error, audited=False) from error
        try:
            self._refuse_taken()  # by a run that was moved into place since we looked first
        except ReportError:
            shutil.rmtree(self._partial, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)

    def keep(self, sha256: str, body: bytes) -> None:
        """Stores a raw body once, however many exchanges had it.

        One that can't be stored does not end the run, which has more to tell; `write` then refuses.
        """
        path = f"{RAW}/{sha256}{RAW_SUFFIX}"
        if path in self._files or self._lost:
            return
        try:
            self._put(path, gzip.compress(body, compresslevel=6, mtime=0))
        except OSError as error:
            self._lost = error

    def write(self, snapshot: Snapshot, run: Run, formats: Iterable[str], judgement: Judgement) -> dict[str, Path]:
        """Format → file, after the whole folder has been moved into place.

        Snapshot, evidence, settings, judgement and manifest are always written. A format that crashes takes no other
        with it, nor does a key that does not sign: the rest is written, and ReportError names it.
        """
        if self._lost:
            raise _unwritable(self.folder, self._lost, audited=True) from self._lost
        try:
            files, crashed = self._render(run, formats)
            self._put(SNAPSHOT, (in_json(snapshot.model_dump_json(indent=1)) + "\n").encode())
            self._put(SETTINGS, _settings(run).encode())
            self._put(JUDGEMENT, (in_json(judgement.model_dump_json(indent=1)) + "\n").encode())
            files |= {"snapshot": SNAPSHOT, "manifest": MANIFEST}
            unsigned = self._seal(run)
        except OSError as error:
            raise _unwritable(self.folder, error, audited=True) from error
        for name, reason in crashed.items():
            raise ReportError(
                f"the {name} report could not be rendered ({_why(reason)}); all others are in {self.folder}",
                next_step=f"auditor --verbose report '{self.folder / 'evidence.json'}' --format {name} shows where",
                audited=True,
            ) from reason
        if unsigned:
            raise ReportError(
                f"the manifest could not be signed ({type(unsigned).__name__}); {self.folder} is whole, and unsigned",
                next_step="check that the key may still be used, and run again",
                audited=True,
            ) from unsigned
        if self._signer:
            files["signature"] = ENVELOPE
        return {name: self.folder / filename for name, filename in files.items()}

    def _render(self, run: Run, formats: Iterable[str]) -> tuple[dict[str, str], dict[str, Exception]]:
        """Format → its main file, and what those raised that crashed; no two are in memory at once."""
        files: dict[str, str] = {}
        crashed: dict[str, Exception] = {}
        for name in dict.fromkeys(("json", *formats)):
            try:
                form = format_named(name)
                contents = form.files(run)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other reports must be written
                crashed[name] = error
                continue
            for path, content in contents.items():
                self._put(path, content)
            del contents
            files[name] = form.filename
        return files, crashed

    def _seal(self, run: Run) -> Exception | None:
        """Manifest and signature, then the folder into place, then the manifest's name; gives why it is not signed."""
        manifest = Manifest(
            run_id=run.id,
            made_at=datetime.now(UTC),
            verdict=run.verdict.value,
            previous=newest_before(self.folder),
            files=tuple(self._files[path] for path in sorted(self._files)),
        )
        unsigned: Exception | None = None
        if self._signer:
            try:
                envelope = self._signer.envelope(statement(run, manifest))
            except Exception as error:  # noqa: BLE001 - whatever the key's keeper says, the evidence must be written
                unsigned = error
            else:
                _write(self._partial / ENVELOPE, envelope)
        unnamed = f".{MANIFEST}"
        _write(self._partial / unnamed, manifest.written())
        written = [self._partial / path for path in self._files]
        folders = dict.fromkeys((*(path.parent for path in written), self._partial / RAW, self._partial))
        with ThreadPoolExecutor() as pool:  # a disk is asked once for what waits together
            list(pool.map(_settle, (*written, *folders)))
        if self.folder.exists():
            self.folder.rmdir()
        self._partial.rename(self.folder)
        (self.folder / unnamed).rename(self.folder / MANIFEST)
        for place in (self.folder, self.folder.parent):
            _settle(place)
        return unsigned

    def _put(self, path: str, data: bytes) -> None:
        (self._partial / path).parent.mkdir(exist_ok=True)
        _write(self._partial / path, data)
        self._files[path] = FileRecord(path=path, bytes=len(data), sha256=digest(data))

    def _refuse_unmovable(self) -> None:
        """A name at which no folder can be put: only a failure at the very end would tell."""
        if self.folder.is_symlink() or os.path.ismount(self.folder) or self.folder.name in ("", ".."):
            what = "a link" if self.folder.is_symlink() else "a mount point, the working folder or one above it"
            raise ReportError(
                f"{self.folder}: is {what}; the folder of a run is written beside it and moved into place whole",
                next_step=f"name a new folder in it: --output '{self.folder / 'run'}'",
            )

    def _refuse_taken(self) -> None:
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise TakenError(
                f"{self.folder}: already holds something; a report never overwrites another",
                next_step="name an empty folder with --output, or leave it out",
            )


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, AuditorError) else type(error).__name__


def _settings(run: Run) -> str:
    return in_json(json.dumps(run.settings, indent=1, ensure_ascii=False)) + "\n"


def _write(path: Path, data: bytes) -> None:
    """The file whole; what could not be written whole is removed."""
    try:
        path.write_bytes(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _settle(path: Path) -> None:
    """Waits until a file or a folder is on the disk; a folder can't be waited for on Windows."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(folder: Path, error: OSError, *, audited: bool) -> ReportError:
    return ReportError(
        f"{folder}: can't be written: {error.strerror or error}",
        next_step="free space or name a writable folder with --output",
        audited=audited,
    )
