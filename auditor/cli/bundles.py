"""Where the bundles of runs lie, and which of them a name means."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from json import JSONDecodeError, loads
from pathlib import Path
from shlex import quote

from auditor.errors import SnapshotError

REPORTS = Path("reports")
"""Where runs lie, each in a folder of its own, unless --output says otherwise."""

LAST_GREEN = "last-green"
"""Names the newest bundle of the reports folder whose verdict is a pass."""

NEWEST = "newest"
"""Names the newest bundle of the reports folder, whatever its verdict."""

EVIDENCE, SNAPSHOT = "evidence.json", "snapshot.json"


def named(name: str, reports: Path) -> Path:
    """The bundle or file of a name; SnapshotError where there is none, or a folder that is no bundle."""
    if name == LAST_GREEN:
        return last_green(reports)
    if name == NEWEST:
        found = next(bundles(reports), None)
        if found is None:
            raise SnapshotError(
                f"{reports}: no bundle in it", next_step="run the audit, or name the folder of bundles with --reports"
            )
        return found
    path = Path(name)
    if not path.exists():
        near = get_close_matches(name, (LAST_GREEN, NEWEST), n=1)
        raise SnapshotError(
            f"{name}: there is no such bundle or file",
            next_step=f"did you mean {near[0]}?" if near else f"name a bundle, {EVIDENCE}, {SNAPSHOT} or {LAST_GREEN}",
        )
    if path.is_dir() and not (path / EVIDENCE).exists():
        within = next(bundles(path), None)
        raise SnapshotError(
            f"{name}: is no bundle: it holds no {EVIDENCE}",
            next_step=f"name one in it, such as {within}" if within else "name the folder of a run",
        )
    return path


def last_green(reports: Path) -> Path:
    """The newest bundle that passed; SnapshotError where there is none."""
    for bundle in bundles(reports):
        if member(bundle / EVIDENCE, "verdict") == "pass":
            return bundle
    raise SnapshotError(
        f"{reports}: no bundle in it has passed",
        next_step="name a bundle instead of last-green, or their folder with --reports",
    )


def bundles(reports: Path) -> Iterator[Path]:
    """The bundles in a folder, newest first: a run's id begins with its time."""
    if reports.is_dir():
        yield from sorted((each.parent for each in reports.glob(f"*/{EVIDENCE}")), reverse=True)


def explaining(finding: str, bundle: Path, reports: Path) -> str:
    """The command that explains a finding of a bundle, which lies in that folder or elsewhere."""
    command = f"auditor explain {finding}"
    if bundle.resolve().parent != reports.resolve():
        return f"{command} --bundle {quote(str(bundle))}"
    return command if reports == REPORTS else f"{command} --reports {quote(str(reports))}"


def member(path: Path, name: str) -> object:
    """A member of the JSON object in a file; None where it can't be told, which the loader then says in full."""
    try:
        found = loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, JSONDecodeError, RecursionError):
        return None
    return found.get(name) if isinstance(found, dict) else None
