"""What differs between two runs: of the findings, of the world, of what judged it and of what was intended.

Pure. The four are kept apart on purpose: a check that became stricter is not a world that became worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.difference.judged import JudgedChange, judged_changes
from auditor.difference.moved import Because, Move, Moved, moves
from auditor.difference.settled import Setting, settings_changes
from auditor.difference.world import Changed, changes
from auditor.finding import Outcome
from auditor.record import Record
from auditor.run import Run, Verdict
from auditor.snapshot import Snapshot

SCHEMA_VERSION = "1"

_LISTED = 3
"""Subscriptions that a note names."""

_BAD = (Verdict.PASS, Verdict.INCOMPLETE, Verdict.FAIL)
"""From good to bad, to tell whether a verdict became worse."""


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    run: Run
    snapshot: Snapshot | None
    """None where only the evidence is at hand: then nothing can be said of single settings of the world."""
    source: str
    """Where it came from, for the reader."""


class SideRecord(Record):
    """One of the two, as a reader wants to know it."""

    source: str
    run_id: str
    verdict: Verdict
    taken_at: datetime
    ended_at: datetime
    packs: tuple[str, ...]
    policy_digest: str
    tool_version: str
    who: str | None
    """The object or application id that looked."""
    sandbox: bool
    """Whether its endpoints said that they are a sandbox."""


class Difference(Record):
    """All that differs, worst first."""

    schema_version: str = SCHEMA_VERSION
    before: SideRecord
    after: SideRecord
    worse: bool
    """Whether anything fails or is unknown now that did not, or was not, before; or the verdict is worse."""
    findings: tuple[Moved, ...]
    world: tuple[Changed, ...] | None
    """None where one of the snapshots is not at hand."""
    judged: tuple[JudgedChange, ...]
    """Changes of checks, severities and parameters."""
    settings: tuple[Setting, ...]
    """Changes of what the owner declared."""
    notes: tuple[str, ...] = ()
    """What the comparison could not tell, one sentence each."""

    def moved(self, move: Move) -> tuple[Moved, ...]:
        """The findings of one sort."""
        return tuple(finding for finding in self.findings if finding.move is move)


def difference(before: Side, after: Side, rejudged: Mapping[str, Outcome] | None = None) -> Difference:
    """What changed from one to the other.

    `rejudged` holds, by finding id, what the policy of `after` says of the snapshot of `before`; with it a finding that
    moved because of the policy is told from one that the world moved. Without it a changed check is taken as the cause.
    """
    judged = judged_changes(before.run.policy, after.run.policy)
    declared = settings_changes(before.run.settings, after.run.settings)
    found = moves(before.run, after.run, frozenset(change.check for change in judged), rejudged)
    world = changes(before.snapshot, after.snapshot) if before.snapshot and after.snapshot else None
    return Difference(
        before=_side(before),
        after=_side(after),
        worse=any(each.worse for each in found) or _BAD.index(after.run.verdict) > _BAD.index(before.run.verdict),
        findings=found,
        world=world,
        judged=judged,
        settings=declared,
        notes=_notes(before, after, world is None),
    )


def _side(side: Side) -> SideRecord:
    run = side.run
    return SideRecord(
        source=side.source,
        run_id=run.id,
        verdict=run.verdict,
        taken_at=run.started_at,
        ended_at=run.ended_at,
        packs=run.policy.packs,
        policy_digest=run.policy.digest,
        tool_version=run.tool.version,
        who=run.principal.object_id or run.principal.app_id,
        sandbox=any(notice.lower().startswith("sandbox") for notice in run.notices),
    )


def _notes(before: Side, after: Side, blind: bool) -> tuple[str, ...]:
    notes = []
    if blind:
        notes.append("Only the evidence of one side is at hand: its findings are compared, single settings are not.")
    if before.run.started_at > after.run.started_at:
        notes.append("The first was taken after the second: read the changes backwards.")
    if before.run.tool.version != after.run.tool.version:
        notes.append(
            f"auditor {before.run.tool.version} made the first and {after.run.tool.version} the second: "
            "a finding may have moved because the auditor did."
        )
    if (before.run.principal.object_id, before.run.principal.app_id) != (
        after.run.principal.object_id,
        after.run.principal.app_id,
    ):
        notes.append("Another identity looked: what became unknown, or known, may come of its permissions.")
    notes += _elsewhere(_subscriptions(before.run), _subscriptions(after.run))
    if before.run.cloud != after.run.cloud:
        notes.append(f"The first is of the cloud {before.run.cloud}, the second of {after.run.cloud}.")
    return tuple(notes)


def _elsewhere(first: frozenset[str], second: frozenset[str]) -> Iterator[str]:
    """Whether the two looked at different subscriptions; nothing where settings name none."""
    if not first or not second:
        return
    if not first & second:
        yield (
            f"The first looked at {_listed(first)}, the second at {_listed(second)}: "
            "what fails in the second is called new, though it may be old."
        )
        return
    for word, alone in (("first", first - second), ("second", second - first)):
        if alone:
            yield f"Only the {word} looked at {_listed(alone)}."


def _subscriptions(run: Run) -> frozenset[str]:
    scope = run.settings.get("scope")
    named = scope.get("subscriptions") if isinstance(scope, dict) else None
    return frozenset(str(one).lower() for one in named) if isinstance(named, list) else frozenset()


def _listed(subscriptions: frozenset[str]) -> str:
    told = sorted(subscriptions)
    more = f" and {len(told) - _LISTED:,} more" if len(told) > _LISTED else ""
    return f"subscription{'s' if len(told) > 1 else ''} {', '.join(told[:_LISTED])}{more}"


__all__ = [
    "Because",
    "Changed",
    "Difference",
    "JudgedChange",
    "Move",
    "Moved",
    "Setting",
    "Side",
    "difference",
]
