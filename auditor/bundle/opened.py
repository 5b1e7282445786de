"""A bundle opened for reading: nothing of it is believed that its manifest does not vouch for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from auditor.bundle.alteration import Alteration, Kind
from auditor.bundle.layout import ENVELOPE, EVIDENCE, JUDGEMENT, MANIFEST, SETTINGS, SNAPSHOT
from auditor.bundle.manifest import MAX_BYTES, FileRecord, Manifest, digest, read_manifest
from auditor.bundle.reading import digest_bounded, read_bounded
from auditor.errors import AlteredError, BundleError, SnapshotError
from auditor.policy import judgement as judging
from auditor.policy.judgement import Judgement
from auditor.record import Record
from auditor.run import SCHEMA_VERSION as RUN_VERSION
from auditor.run import Run
from auditor.settings import Settings
from auditor.snapshot import SCHEMA_VERSION as SNAPSHOT_VERSION
from auditor.snapshot import Snapshot, parsed

MAX_IN_MEMORY = 1024 * 1024 * 1024
"""Bytes of a file that is read whole."""

MAX_ENVELOPE = 1024 * 1024

_Kept = TypeVar("_Kept", bound=Record)


@dataclass(frozen=True)
class Opened:
    """A bundle whose manifest was read; its files are looked at when they are asked for."""

    folder: Path
    manifest: Manifest
    manifest_bytes: bytes

    @property
    def manifest_sha256(self) -> str:
        """What the next run's manifest names, and what a signature is over."""
        return digest(self.manifest_bytes)

    @cached_property
    def files(self) -> dict[str, FileRecord]:
        """Path → what the manifest says of it."""
        return self.manifest.by_path

    def read(self, path: str) -> bytes:
        """The bytes of a file, which are those that the manifest names.

        Raises AlteredError where they are not, where it is a link or missing, BundleError where the bundle has none.
        """
        record = self.files.get(path)
        if record is None:
            raise BundleError(
                f"{self.folder}: holds no {path}", next_step="name a bundle that `auditor run` wrote whole"
            )
        data = read_bounded(self.folder, path, min(record.bytes, MAX_IN_MEMORY))
        if digest(data) != record.sha256:
            raise AlteredError(f"{path}: is not what the manifest says", path=path, kind=Kind.CHANGED)
        return data

    def run(self) -> Run:
        """The evidence; raises as `read` does, and SnapshotError for what is no evidence of this version."""
        return self._record(EVIDENCE, Run, "evidence", RUN_VERSION)

    def snapshot(self) -> Snapshot:
        """What was seen; raises as `run` does."""
        return self._record(SNAPSHOT, Snapshot, "a snapshot", SNAPSHOT_VERSION)

    def judgement(self) -> Judgement:
        """What judged it; raises as `run` does."""
        return self._record(JUDGEMENT, Judgement, "a judgement", judging.SCHEMA_VERSION)

    def settings(self) -> Settings:
        """The owner's intent; raises as `run` does."""
        try:
            return Settings.model_validate_json(self.read(SETTINGS), strict=True)
        except ValidationError as error:
            raise SnapshotError(
                f"{self.folder / SETTINGS}: not settings of this version",
                next_step="use the version of the auditor that wrote the bundle",
            ) from error

    def envelope(self) -> bytes | None:
        """The signature, if there is one; raises AlteredError where it is a link or no file."""
        try:
            return read_bounded(self.folder, ENVELOPE, MAX_ENVELOPE)
        except AlteredError as error:
            if error.kind == Kind.MISSING:
                return None
            raise

    def alterations(self) -> tuple[Alteration, ...]:
        """Every file that is not as the manifest says, and every one that it does not name, by path."""
        owners = {file.sha256: file.path for file in self.manifest.files}
        found = [self._alteration(file, owners) for file in self.manifest.files]
        told = [one for one in found if one is not None]
        return tuple(sorted([*told, *self._extra()], key=lambda one: one.path))

    def _record(self, path: str, shape: type[_Kept], called: str, version: str) -> _Kept:
        return parsed(self.read(path), self.folder / path, shape, called, version)

    def _alteration(self, file: FileRecord, owners: dict[str, str]) -> Alteration | None:
        try:
            size, found = digest_bounded(self.folder, file.path, max(file.bytes, _largest(self.manifest)))
        except AlteredError as error:
            return as_alteration(error)
        if found == file.sha256 and size == file.bytes:
            return None
        if found is not None and found in owners:
            return Alteration(path=file.path, kind=Kind.SWAPPED, detail=f"holds what {owners[found]} was")
        sizes = f"{size:,} bytes" if size == file.bytes else f"{size:,} bytes instead of {file.bytes:,}"
        return Alteration(path=file.path, kind=Kind.CHANGED, detail=f"{sizes}, another sha256")

    def _extra(self) -> Iterator[Alteration]:
        """What lies in the folder and is not in the manifest; a link is never looked through."""
        named = self.files.keys()
        folders = {path.rpartition("/")[0] for path in named} - {""}
        known = {MANIFEST, ENVELOPE}
        for below in ("", *sorted(folders)):
            place = self.folder / below
            if below and not stat.S_ISDIR(_mode(place)):
                continue  # its files were found missing, or below a link
            for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
                path = f"{below}/{entry.name}" if below else entry.name
                if path in named or path in folders or (path in known and not entry.is_symlink()):
                    continue
                if not entry.is_symlink() and entry.is_dir() and not any(Path(entry.path).iterdir()):
                    continue
                kind = Kind.SYMLINK if entry.is_symlink() else Kind.EXTRA
                yield Alteration(path=printable(path), kind=kind, detail="is not in the manifest")


def open_bundle(path: Path) -> Opened:
    """The bundle in a folder, with its manifest read; the folder itself may be named through a link.

    Raises BundleError where there is none, or one of another layout; AlteredError where its manifest is not as the
    auditor writes it.
    """
    try:
        folder = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise BundleError(f"{path}: there is no such folder", next_step="name the folder of a run") from error
    if not folder.is_dir():
        raise BundleError(f"{path}: is a file", next_step=f"name the folder that it lies in: {path.parent}")
    try:
        data = read_bounded(folder, MANIFEST, MAX_BYTES)
    except AlteredError as error:
        if error.kind != Kind.MISSING:
            raise
        raise _no_manifest(path, folder) from error
    return Opened(folder, read_manifest(data), data)


def as_alteration(error: AlteredError) -> Alteration:
    """The same as a value."""
    return Alteration(path=error.path, kind=Kind(error.kind), detail=str(error).removeprefix(f"{error.path}: "))


def printable(path: str) -> str:
    """A file's name as text, whatever bytes it has."""
    return path.encode(errors="backslashreplace").decode()


def _no_manifest(path: Path, folder: Path) -> BundleError:
    if (folder / EVIDENCE).exists() or (folder / SNAPSHOT).exists():
        return BundleError(
            f"{path}: holds evidence but no {MANIFEST}: it was removed, the run was killed while it wrote, or an older "
            "version of the auditor made it, which wrote none. Whether it was altered can't be told",
            next_step=f"judge its snapshot again: auditor evaluate '{path / SNAPSHOT}'",
        )
    return BundleError(f"{path}: is no bundle: it holds no {MANIFEST}", next_step="name the folder of a run")


def _largest(manifest: Manifest) -> int:
    """Bytes of its largest file: no file is read further, and two that were swapped are still told as such."""
    return max((file.bytes for file in manifest.files), default=0)


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0
