"""A finding, or the newest run, looked for in the bundles of a folder."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.bundles import EVIDENCE, bundles
from auditor.cli.console import say
from auditor.errors import BundleError, SnapshotError

if TYPE_CHECKING:
    from auditor.history import Since
    from auditor.report.finding import Told
    from auditor.run import Run

_LOOKED_AT = 20
"""Bundles in which a finding is looked for."""


def told_finding(wanted: str, bundle: Path | None, reports: Path) -> Told:
    """The finding of that id in the newest bundle that has it, or in the one that is named.

    Raises SnapshotError where none has it, BundleError where the named one was altered.
    """
    from auditor.bundle.kept import kept_run
    from auditor.report.finding import Told

    looked_at = [_evidence(bundle)] if bundle else [folder / EVIDENCE for folder in bundles(reports)][:_LOOKED_AT]
    if not looked_at:
        raise SnapshotError(
            f"{reports}: holds no bundle in which to look for the finding",
            next_step="run the audit, or name a bundle with --bundle, or a folder of them with --reports",
        )
    newest = None
    for path in looked_at:
        if not bundle and not _names(path, wanted):
            newest = newest or path.parent.name
            continue
        try:
            run = kept_run(path)
        except BundleError as error:
            if bundle:
                raise
            say(f"left out: {path.parent}: {error}")
            continue
        finding = next((one for one in run.findings if one.id == wanted), None)
        if finding is None:
            newest = newest or run.id
            continue
        since, indexed = _since(wanted, run.id, path.parent.parent)
        return Told(
            run=run,
            finding=finding,
            bundle=str(path.parent),
            since=since,
            indexed=indexed,
            newest=newest,
        )
    where = str(looked_at[0]) if len(looked_at) == 1 else f"the newest {len(looked_at)} bundles of {reports}"
    raise SnapshotError(
        f"no finding {wanted} in {where}",
        next_step="see the ids of what fails with auditor history, or name another bundle with --bundle",
    )


def _since(wanted: str, run: str, reports: Path) -> tuple[Since | None, bool]:
    """What the index of the folder tells of the finding, and whether there is one; it is only brought up to date."""
    from auditor.bundle.kept import kept_run
    from auditor.errors import ReportError
    from auditor.history import FILENAME, Index

    if not (reports / FILENAME).is_file():
        return None, False
    try:
        with Index(reports, kept_run) as index:
            index.sync()
            return index.since(wanted, run), True
    except (ReportError, sqlite3.Error) as error:
        say(f"the index of runs can't be used: {error}")
        return None, False


def newest_run(bundle: Path | None, reports: Path) -> tuple[Run | None, str]:
    """The newest run, or that of the bundle that was named, with its folder; None where there is none to read."""
    from auditor.bundle.kept import kept_run

    path = _evidence(bundle) if bundle else next((folder / EVIDENCE for folder in bundles(reports)), None)
    if path is None:
        return None, ""
    try:
        return kept_run(path), str(path.parent)
    except (SnapshotError, BundleError) as error:
        if bundle:
            raise
        say(f"left out: {path.parent}: {error}" if isinstance(error, BundleError) else f"left out: {error}")
        return None, ""


def _evidence(bundle: Path) -> Path:
    return bundle / EVIDENCE if bundle.is_dir() else bundle


def _names(path: Path, wanted: str) -> bool:
    try:
        return wanted.encode() in path.read_bytes()
    except OSError:
        return False
