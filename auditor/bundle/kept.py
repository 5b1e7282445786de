"""What lies in a bundle, read for another use than verifying it: where there is a manifest, only what it vouches for.

A lone evidence.json or snapshot.json, of which no manifest tells, is read as it is: nothing says what it was.
"""

from __future__ import annotations

import os
from pathlib import Path

from auditor.bundle.alteration import Kind
from auditor.bundle.layout import EVIDENCE, MANIFEST, SNAPSHOT
from auditor.bundle.opened import Opened, open_bundle
from auditor.errors import AlteredError
from auditor.run import Run, load_run
from auditor.snapshot import Snapshot, load_snapshot


def kept_run(path: Path) -> Run:
    """The run in an evidence.json, or in the folder of a run.

    Raises AlteredError where a manifest lies beside it and says otherwise, BundleError where that is of another
    version, SnapshotError for what is no evidence.
    """
    file = path / EVIDENCE if path.is_dir() else path
    return open_bundle(file.parent).run() if _is_vouched(file, EVIDENCE) else load_run(file)


def kept_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file; raises as `kept_run` does."""
    return open_bundle(path.parent).snapshot() if _is_vouched(path, SNAPSHOT) else load_snapshot(path)


def unaltered(folder: Path) -> Opened:
    """The bundle in a folder, each file of which is what its manifest says; files that it does not name may lie beside.

    Raises AlteredError for the first that is not, BundleError where there is no manifest, or one of another version.
    """
    opened = open_bundle(folder)
    for one in opened.alterations():
        if one.path in opened.files or one.kind is Kind.SYMLINK:
            raise AlteredError(f"{folder / one.path}: {one.detail}", path=one.path, kind=one.kind)
    return opened


def _is_vouched(file: Path, name: str) -> bool:
    return file.name == name and os.path.lexists(file.with_name(MANIFEST))
