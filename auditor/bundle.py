"""A run on disk: evidence, snapshot, raw bodies and reports in one folder that appears whole or not at all."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from auditor.errors import ReportError
from auditor.report import FORMATS
from auditor.run import Run
from auditor.snapshot import Snapshot

RAW = "raw"
"""The subfolder of raw bodies, each named by its sha256 and compressed."""


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
        """Format → file, after the whole folder has been moved into place; the snapshot and the evidence always are."""
        files = {"snapshot": "snapshot.json"}
        texts = {"snapshot.json": snapshot.model_dump_json(indent=1) + "\n"}
        for name in dict.fromkeys(("json", *formats)):
            files[name] = FORMATS[name].filename
            texts[FORMATS[name].filename] = FORMATS[name].render(run)
        try:
            for filename, text in texts.items():
                (self._partial / filename).write_text(text, encoding="utf-8", newline="\n")
            if self.folder.exists():
                self.folder.rmdir()
            self._partial.rename(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error, audited=True) from error
        return {name: self.folder / filename for name, filename in files.items()}


def _unwritable(folder: Path, error: OSError, *, audited: bool) -> ReportError:
    return ReportError(
        f"{folder}: can't be written: {error.strerror or error}",
        next_step="free space or name a writable folder with --output",
        audited=audited,
    )
