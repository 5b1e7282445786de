"""What `diff` and its kin compare: a bundle, an evidence file or a snapshot becomes a side, with its run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.bundles import EVIDENCE, REPORTS, SNAPSHOT, member, named
from auditor.errors import PolicyError

if TYPE_CHECKING:
    from auditor.difference import Side
    from auditor.finding import Finding, Outcome
    from auditor.policy.pack import Policy
    from auditor.run import Run
    from auditor.snapshot import Snapshot


def side(name: str, reports: Path = REPORTS) -> Side:
    """The side that a path, `last-green` or `newest` names; SnapshotError says what is wrong with it, AlteredError
    which file of a bundle is not as it was written.
    """
    from auditor.bundle.kept import kept_run, kept_snapshot
    from auditor.difference import Side

    path = named(name, reports)
    if path.is_dir():
        path = path / EVIDENCE
    if path.name != EVIDENCE and _is_snapshot(path):
        snapshot = kept_snapshot(path)
        return Side(_judged(snapshot), snapshot, str(path))
    beside = path.with_name(SNAPSHOT)
    return Side(kept_run(path), kept_snapshot(beside) if beside.is_file() else None, str(path))


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
    return member(path, "resources") is not None
