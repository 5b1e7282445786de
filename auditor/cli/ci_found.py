"""The finished run that a CI command speaks of, what lies beside it, and where its settings stand in the repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cloud.redaction import bounded_member
from auditor.errors import SnapshotError

if TYPE_CHECKING:
    from auditor.ci.issues import Lines
    from auditor.ci.outputs import Kept
    from auditor.run import Run

_ROOTS = ("GITHUB_WORKSPACE", "BUILD_SOURCESDIRECTORY", "CI_PROJECT_DIR")
"""Variables that name the folder of the repository."""

_RUNS = ("GITHUB_RUN_ID", "BUILD_BUILDID", "CI_PIPELINE_ID")
"""Variables that name the CI system's run; evidence keeps them as its context."""

_REPORTS = ("report.html", "report.md")


@dataclass(frozen=True)
class Found:
    """A run, what is on disk of it, and the lines of its settings."""

    run: Run
    kept: Kept
    lines: Lines
    code: int
    """The exit code that the run ended with."""


def find(bundle: Path | None, settings: Path | None, environ: Mapping[str, str]) -> Found:
    """The run in the bundle, or else the newest under reports/; where this is a CI run, made by this very one.

    Raises SnapshotError where there is no evidence of it: nothing was audited, and that is no pass; BundleError where a
    file of it is not what its manifest says, or nothing says what it was.
    """
    from auditor.bundle.kept import unaltered
    from auditor.ci.outputs import Kept
    from auditor.cli.session import closing_code

    folder = bundle or _newest()
    evidence = folder / "evidence.json"
    if not evidence.is_file():
        raise SnapshotError(
            f"the audit wrote no evidence: there is no {evidence}",
            next_step="see what auditor run said before this; it says why it wrote none",
        )
    opened = unaltered(folder)
    run = opened.run()
    refuse_another_runs(folder, run, environ)
    kept = Kept(
        bundle=str(folder),
        evidence=str(evidence),
        evidence_sha256=opened.files[evidence.name].sha256,
        report=next((str(folder / name) for name in _REPORTS if (folder / name).is_file()), ""),
        sarif=_there(folder / "results.sarif"),
        manifest=_there(folder / "manifest.json"),
    )
    return Found(run, kept, lines_of(settings, environ), int(closing_code(run, exit_zero=False)))


def lines_of(settings: Path | None, environ: Mapping[str, str]) -> Lines:
    """The settings' path in the repository and the line of each workload; no file where it is not in there."""
    from auditor.ci.issues import Lines
    from auditor.settings_file import DEFAULT_PATH
    from auditor.settings_file.located import UnreadableError, read_yaml

    path = settings or DEFAULT_PATH
    root = Path(next((environ[name] for name in _ROOTS if environ.get(name)), os.curdir)).resolve()
    try:
        located = read_yaml(path.read_text(encoding="utf-8-sig"))
        file = path.resolve().relative_to(root).as_posix()
    except (OSError, ValueError, UnreadableError):
        return Lines("")
    workloads = located.data.get("workloads") if isinstance(located.data, dict) else None
    named = enumerate(workloads) if isinstance(workloads, list) else ()
    return Lines(
        file,
        {
            str(each["name"]): located.nearest(("workloads", number)).line
            for number, each in named
            if isinstance(each, dict) and "name" in each
        },
    )


def _newest() -> Path:
    """The newest run under reports/; run ids sort by time."""
    from auditor.cli.bundles import REPORTS

    folders = sorted(path.parent for path in REPORTS.glob("[0-9]*T[0-9]*Z-*/evidence.json"))
    if not folders:
        raise SnapshotError(
            f"the audit wrote no evidence: no run lies in {REPORTS}",
            next_step="run auditor run before this, or name the run's folder",
        )
    return folders[-1]


def refuse_another_runs(folder: Path, run: Run, environ: Mapping[str, str]) -> None:
    """Raises SnapshotError where this is a CI run and the bundle is of another: what it says may not be so any more.

    An audit that could not begin leaves what lay in its folder before.
    """
    for name in _RUNS:
        if environ.get(name) and run.context.get(name) != bounded_member(name, environ[name]):
            made_by, when = run.context.get(name, "none that it tells"), run.started_at.astimezone(UTC)
            raise SnapshotError(
                f"the audit wrote no evidence: {folder} holds that of {when:%Y-%m-%d %H:%M} UTC, which this"
                f" CI run did not make ({name} is {environ[name]}, and was {made_by})",
                next_step="see what auditor run said before this; it writes to a folder that is new or empty",
            )


def _there(path: Path) -> str:
    return str(path) if path.is_file() else ""
