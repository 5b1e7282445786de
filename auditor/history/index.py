"""The index as a SQLite file beside the bundles: brought up to date from them, asked, thrown away at will."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from types import TracebackType

from auditor.errors import BundleError, ReportError, SnapshotError
from auditor.history.rows import BAD, forget, keep
from auditor.history.story import Deployed, Pool, Seen, Since, Story
from auditor.run import Run, load_run

FILENAME = ".history.sqlite3"
EVIDENCE = "evidence.json"

_VERSION = 3
_SEVERITIES = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True)
class Synced:
    """What bringing the index up to date did."""

    read: int
    gone: int
    refused: tuple[str, ...]
    """Evidence that can't be read, with why; the other bundles count."""


class Index:
    """The index of one folder of bundles; use as a context manager. ReportError where the file can't be written."""

    def __init__(self, reports: Path, read: Callable[[Path], Run] = load_run) -> None:
        """`read` gives the run in an evidence.json, and raises SnapshotError or BundleError for one to leave out."""
        self._reports = reports
        self._read = read
        self._path = reports / FILENAME

    def __enter__(self) -> Index:
        try:
            self._base = self._opened()
        except sqlite3.Error:
            try:
                self._path.unlink(missing_ok=True)  # it is no record: a broken or foreign one is made anew
                self._base = self._opened()
            except (sqlite3.Error, OSError) as error:
                raise ReportError(
                    f"{self._path}: can't be written: {error}", next_step="name a writable folder with --reports"
                ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def sync(self, more: Sequence[Path] = ()) -> Synced:
        """Reads bundles that are new or changed, here and at `more`, and forgets those that are gone."""
        known = dict(self._base.execute("SELECT folder, stamp FROM run"))
        there = {
            str(path.parent.resolve()): path for path in (*self._reports.glob(f"*/{EVIDENCE}"), *evidence_in(more))
        }
        kept = {folder: _stamp(path) for folder, path in there.items()}
        gone = [folder for folder in known if folder not in kept and not (Path(folder) / EVIDENCE).is_file()]
        refused = []
        read = 0
        with self._base:
            for folder in gone:
                forget(self._base, "folder = ?", (folder,))
            for folder, stamp in kept.items():
                if known.get(folder) == stamp:
                    continue
                try:
                    keep(self._base, self._read(there[folder]), folder, stamp)
                    read += 1
                except (SnapshotError, BundleError) as error:
                    refused.append(str(error))
        return Synced(read, len(gone), tuple(refused))

    def story(self, runs: int) -> Story | None:
        """What the newest so many runs of the newest run's scope tell; None where there is none."""
        newest = self._base.execute("SELECT scope FROM run ORDER BY taken_at DESC, id DESC LIMIT 1").fetchone()
        if newest is None:
            return None
        seen = self._newest(newest[0], runs)
        (same,) = self._base.execute("SELECT count(*) FROM run WHERE scope = ?", newest).fetchone()
        (all_of_them,) = self._base.execute("SELECT count(*) FROM run").fetchone()
        return Story(
            scope=newest[0],
            runs=seen,
            more=same - len(seen),
            others=all_of_them - same,
            failing=tuple(sorted(self._failing(seen), key=_worst_first)),
            deployments=tuple(self._deployments(seen)),
            pools=tuple(self._pools(seen)),
        )

    def since(self, finding: str, run: str, runs: int = 30) -> Since | None:
        """Since when a finding is as it is in a run, over so many runs up to it; None where it is good or not known."""
        row = self._base.execute(
            "SELECT failing.id, severity, title, subject, subject_name, outcome, scope, taken_at FROM failing"
            " JOIN run ON run.number = failing.run WHERE failing.id = ? AND run.id = ?",
            (finding, run),
        ).fetchone()
        if row is None:
            return None
        return self._since(row[:6], self._newest(row[6], runs, until=row[7]))

    def answered(self, account: str, deployment: str) -> tuple[datetime | None, datetime | None]:
        """When a run last saw its plain call answered, and when one first saw it fail after that; None for never."""
        rows = self._base.execute(
            "SELECT taken_at, answered FROM call JOIN run ON run.number = call.run"
            " WHERE lower(deployment) = ? ORDER BY taken_at",
            (f"{account}/{deployment}".lower(),),
        ).fetchall()
        good = max((at for at, answered in rows if answered), default=None)
        bad = min((at for at, answered in rows if not answered and at > (good or "")), default=None)
        return (datetime.fromisoformat(good) if good else None, datetime.fromisoformat(bad) if bad else None)

    def beyond(self, most: int) -> tuple[Path, ...]:
        """The folders of all but the newest so many runs of each scope, oldest first; the last green one always stays:
        without it nothing tells what was different when all was well.
        """
        rows = self._base.execute(
            "SELECT folder FROM (SELECT folder, taken_at,"
            " row_number() OVER (PARTITION BY scope ORDER BY taken_at DESC, id DESC) AS place FROM run)"
            " WHERE place > ? AND folder NOT IN (SELECT folder FROM (SELECT folder,"
            " row_number() OVER (PARTITION BY scope ORDER BY taken_at DESC, id DESC) AS place FROM run"
            " WHERE verdict = 'pass') WHERE place = 1) ORDER BY taken_at",
            (most,),
        )
        return tuple(Path(folder) for (folder,) in rows)

    def _opened(self) -> sqlite3.Connection:
        with ExitStack() as undo:
            base = undo.enter_context(closing(sqlite3.connect(self._path)))
            base.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
            (version,) = base.execute("PRAGMA user_version").fetchone()
            if version not in {0, _VERSION}:
                raise sqlite3.DatabaseError(f"an index of version {version}")
            if version == 0:
                with closing(base.cursor()) as cursor:
                    cursor.executescript(files("auditor.history").joinpath("schema.sql").read_text(encoding="utf-8"))
                    cursor.execute(f"PRAGMA user_version = {_VERSION}")
            undo.pop_all()
        return base

    def _newest(self, scope: str, runs: int, until: str = "9999") -> tuple[Seen, ...]:
        """The newest so many runs of a scope that were taken by then, oldest first."""
        told = self._base.execute(
            f"SELECT {', '.join(Seen.model_fields)} FROM run"  # noqa: S608 - the names are ours
            " WHERE scope = ? AND taken_at <= ? ORDER BY taken_at DESC, id DESC LIMIT ?",
            (scope, until, runs),
        ).fetchall()
        return tuple(Seen.model_validate(dict(zip(Seen.model_fields, row, strict=True))) for row in reversed(told))

    def _failing(self, seen: Sequence[Seen]) -> Iterator[Since]:
        rows = self._base.execute(
            "SELECT failing.id, severity, title, subject, subject_name, outcome FROM failing"
            " JOIN run ON run.number = failing.run WHERE run.id = ?",
            (seen[-1].id,),
        ).fetchall()
        for row in rows:
            yield self._since(row, seen)

    def _since(self, row: Sequence[str], seen: Sequence[Seen]) -> Since:
        """What the runs before tell of a row of what fails in the last of these."""
        told = self._base.execute(
            "SELECT run.id, taken_at, outcome FROM finding JOIN run ON run.number = finding.run"
            " WHERE finding.id = ? AND taken_at <= ? ORDER BY taken_at",
            (bytes.fromhex(row[0]), seen[-1].taken_at),
        ).fetchall()
        good = max((at for _, at, letter in told if letter in "pn"), default=None)
        first = min((at for _, at, letter in told if BAD.get(letter) == row[5] and at > (good or "")))
        by_run = {run: letter for run, _, letter in told}
        course = "".join(by_run.get(run.id, "-") for run in seen)
        return Since(
            **dict(zip(("id", "severity", "title", "subject", "subject_name", "outcome"), row, strict=True)),
            first=first,
            last_good=good,
            flips=_flips(course),
            course=course,
        )

    def _deployments(self, seen: Sequence[Seen]) -> Iterator[Deployed]:
        for name, told in self._series("SELECT deployment, run.id, latency_ms FROM call", seen).items():
            yield Deployed(deployment=name, latencies_ms=tuple(told.get(run.id) for run in seen))

    def _pools(self, seen: Sequence[Seen]) -> Iterator[Pool]:
        left = self._series("SELECT pool, run.id, most - used FROM quota", seen)
        most = self._series("SELECT pool, run.id, most FROM quota", seen)
        for name, told in left.items():
            headroom = tuple(None if (value := told.get(run.id)) is None else int(value) for run in seen)
            limit = next(int(value) for run in reversed(seen) if (value := most[name].get(run.id)) is not None)
            yield Pool(pool=name, headroom=headroom, limit=limit)

    def _series(self, query: str, seen: Sequence[Seen]) -> dict[str, dict[str, float | None]]:
        """Name → run → value, for these runs; by name."""
        found: dict[str, dict[str, float | None]] = {}
        wanted = {run.id for run in seen}
        told = f"{query} JOIN run ON run.number = run WHERE taken_at >= ? ORDER BY 1"
        for name, run, value in self._base.execute(told, (seen[0].taken_at,)):
            if run in wanted:
                found.setdefault(name, {})[run] = value
        return found


def _worst_first(one: Since) -> tuple[int, str, str, str]:
    return _SEVERITIES.index(one.severity), one.first, one.title, one.subject_name


def evidence_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The evidence in bundles, and in folders of bundles; SnapshotError for what is neither."""
    for path in paths:
        found = [path / EVIDENCE] if (path / EVIDENCE).is_file() else sorted(path.glob(f"*/{EVIDENCE}"))
        if path.name == EVIDENCE and path.is_file():
            found = [path]
        if not found:
            raise SnapshotError(
                f"{path}: {'no bundle, nor a folder of bundles' if path.exists() else 'there is no such folder'}",
                next_step="name a bundle (a folder with evidence.json in it), or the folder in which bundles lie",
            )
        yield from found


def _stamp(path: Path) -> str:
    told = path.stat()
    return f"{told.st_size} {told.st_mtime_ns}"


def _flips(course: str) -> int:
    """How often good and bad change places; what is unknown or was not judged is neither."""
    told = ["b" if letter == "f" else "g" for letter in course if letter in "fpn"]
    return sum(one != other for one, other in pairwise(told))
