"""A run on disk: evidence, snapshot, raw bodies and reports in one folder that appears whole or not at all."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from auditor.errors import AuditorError, ReportError
from auditor.report import format_named
from auditor.run import Run
from auditor.snapshot import Snapshot

RAW = "raw"
"""The subfolder of raw bodies, each named by its sha256 and compressed."""

SNAPSHOT = "snapshot.json"


class Bundle:
    """Writes beside the folder first and moves it into place at the end, so that a killed run leaves no half report.

    Use as a context manager; raw bodies stream in through `keep` while the run goes on, so memory stays flat.
    Raises ReportError when the folder is taken or can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._partial = folder.parent / f".{folder.name}.partial"

    def __enter__(self) -> Bundle:
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise ReportError(
                f"{self.folder}: already holds something; a report never overwrites another",
                next_step="name an empty folder with --output, or leave it out",
            )
        try:
            (self._partial / RAW).mkdir(parents=True)
        except FileExistsError as error:
            raise ReportError(
                f"{self._partial}: another run is writing there, or was killed while it did",
                next_step=f"wait for it, or remove it: rm -r '{self._partial}'",
            ) from error
        except OSError as error:
            raise _unwritable(self.folder, error, audited=False) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)

    def keep(self, sha256: str, body: bytes) -> None:
        """Stores a raw body once, whatever number of exchanges had it."""
        path = self._partial / RAW / f"{sha256}.gz"
        if not path.exists():
            path.write_bytes(gzip.compress(body, compresslevel=6, mtime=0))

    def write(self, snapshot: Snapshot, run: Run, formats: Iterable[str]) -> dict[str, Path]:
        """Format → main file, after the whole folder has been moved into place; the snapshot and evidence always are.

        A format that crashes takes no other with it: the rest is written, and ReportError names it.
        """
        contents = {SNAPSHOT: (snapshot.model_dump_json(indent=1) + "\n").encode()}
        files = {"snapshot": SNAPSHOT}
        crashed: dict[str, Exception] = {}
        for name in dict.fromkeys(("json", *formats)):
            try:
                form = format_named(name)
                contents |= form.files(run)
                files[name] = form.filename
            except Exception as error:  # noqa: BLE001 - whatever it is, the other reports must be written
                crashed[name] = error
        try:
            for filename, content in contents.items():
                path = self._partial / filename
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            if self.folder.exists():
                self.folder.rmdir()
            self._partial.rename(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error, audited=True) from error
        for name, reason in crashed.items():
            raise ReportError(
                f"the {name} report could not be rendered ({_why(reason)}); all others are in {self.folder}",
                next_step=f"auditor --verbose report '{self.folder / 'evidence.json'}' --format {name} shows where",
                audited=True,
            ) from reason
        return {name: self.folder / filename for name, filename in files.items()}


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, AuditorError) else type(error).__name__


def _unwritable(folder: Path, error: OSError, *, audited: bool) -> ReportError:
    return ReportError(
        f"{folder}: can't be written: {error.strerror or error}",
        next_step="free space or name a writable folder with --output",
        audited=audited,
    )
