"""What `diff` and its kin compare: a bundle, an evidence file or a snapshot becomes a side, with its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from json import JSONDecodeError, loads
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from auditor.cli.session import REPORTS
from auditor.errors import PolicyError, SnapshotError

if TYPE_CHECKING:
    from auditor.difference import Side
    from auditor.finding import Finding, Outcome
    from auditor.policy.pack import Policy
    from auditor.run import Run
    from auditor.snapshot import Snapshot

LAST_GREEN = "last-green"
"""Names the newest bundle of the reports folder whose verdict is a pass."""

NEWEST = "newest"
"""Names the newest bundle of the reports folder, whatever its verdict."""

EVIDENCE, SNAPSHOT = "evidence.json", "snapshot.json"


def side(name: str, reports: Path = REPORTS) -> Side:
    """The side that a path, `last-green` or `newest` names; SnapshotError says what is wrong with it, AlteredError
    which file of a bundle is not as it was written.
    """
    from auditor.bundle.kept import kept_run, kept_snapshot
    from auditor.difference import Side

    path = _named(name, reports)
    if path.is_dir():
        path = path / EVIDENCE
    if path.name != EVIDENCE and _is_snapshot(path):
        snapshot = kept_snapshot(path)
        return Side(_judged(snapshot), snapshot, str(path))
    beside = path.with_name(SNAPSHOT)
    return Side(kept_run(path), kept_snapshot(beside) if beside.is_file() else None, str(path))


def explaining(finding: str, bundle: Path, reports: Path) -> str:
    """The command that explains a finding of a bundle, which lies in that folder or elsewhere."""
    command = f"auditor explain {finding}"
    if bundle.resolve().parent != reports.resolve():
        return f"{command} --bundle {quote(str(bundle))}"
    return command if reports == REPORTS else f"{command} --reports {quote(str(reports))}"


def _named(name: str, reports: Path) -> Path:
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
        if _told(bundle / EVIDENCE, "verdict") == "pass":
            return bundle
    raise SnapshotError(
        f"{reports}: no bundle in it has passed",
        next_step="name a bundle instead of last-green, or their folder with --reports",
    )


def bundles(reports: Path) -> Iterator[Path]:
    """Those of a folder, newest first: a run's id begins with its time."""
    if reports.is_dir():
        yield from sorted((each.parent for each in reports.glob(f"*/{EVIDENCE}")), reverse=True)


def rejudged(before: Side, after: Side) -> Mapping[str, Outcome] | None:
    """What the policy of `after` says of the snapshot of `before`, by finding.

    None where there is nothing to tell apart, or the policy is not at hand as it was.
    """
    if before.run.policy.digest == after.run.policy.digest or before.snapshot is None:
        return None
    from auditor.policy.pack import load_policy
    from auditor.settings_file import saved_settings

    settings = saved_settings(after.run.settings, {})
    try:
        policy = load_policy(after.run.policy.packs, settings.parameters, Path())
    except PolicyError:
        return None
    if policy.digest != after.run.policy.digest:
        return None
    return {finding.id: finding.outcome for finding in _findings(before.snapshot, policy)}


def _findings(snapshot: Snapshot, policy: Policy) -> tuple[Finding, ...]:
    from auditor.policy.evaluate import judge
    from auditor.policy.facts import join
    from auditor.policy.waivers import Waivers
    from auditor.settings_file import saved_settings

    settings = saved_settings(snapshot.settings, {})
    return judge(
        join(snapshot, settings), policy, Waivers(), gaps=snapshot.gaps, gate=settings.gate, now=snapshot.taken_at
    )


def _judged(snapshot: Snapshot) -> Run:
    from auditor.judgement import judge
    from auditor.policy.pack import load_policy
    from auditor.policy.waivers import Waivers
    from auditor.settings_file import saved_settings

    settings = saved_settings(snapshot.settings, {})
    policy = load_policy(settings.packs, settings.parameters, Path())
    return judge(snapshot, settings, policy, Waivers(), run_id=f"snapshot-of-{snapshot.taken_at:%Y%m%dT%H%M%SZ}")


def _is_snapshot(path: Path) -> bool:
    return _told(path, "resources") is not None


def _told(path: Path, member: str) -> object:
    """A member of the JSON object in a file; None where it can't be told, which the loader then says in full."""
    try:
        found = loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, JSONDecodeError, RecursionError):
        return None
    return found.get(member) if isinstance(found, dict) else None
