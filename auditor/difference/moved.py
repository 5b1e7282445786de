"""Findings that moved from one run to the other, and whether the policy moved them or the world."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from auditor.finding import Finding, Outcome, Severity
from auditor.record import Record
from auditor.run import Run


class Move(StrEnum):
    """What became of a finding, worst first."""

    NEW = "new"
    """Fails now, and did not."""
    NEWLY_UNKNOWN = "newly_unknown"
    """Cannot be told any more."""
    STILL_FAILING = "still_failing"
    GONE = "gone"
    """Failed, and is not judged any more: its subject or its check is not there. That is not the same as fixed."""
    WAIVED = "waived"
    """Fails as before, and was accepted since."""
    FIXED = "fixed"
    """Failed, and passes or no longer applies."""
    KNOWN_AGAIN = "known_again"
    """Could not be told, and passes or does not apply."""


class Because(StrEnum):
    """What moved it."""

    WORLD = "world"
    POLICY = "policy"


class Moved(Record):
    """One finding that moved, or stayed bad."""

    id: str
    check: str
    title: str
    severity: Severity
    subject: str
    subject_name: str
    workload: str | None
    move: Move
    because: Because
    was: Outcome | None
    """None where it was not judged."""
    now: Outcome | None
    """None where it is not judged any more."""
    message: str
    """Of the later run, or where it is gone of the earlier."""
    worse: bool
    """Whether it makes the later run worse."""
    fix: str | None = None
    """The command that mends what fails now."""


def moves(
    before: Run, after: Run, changed: Collection[str], rejudged: Mapping[str, Outcome] | None = None
) -> tuple[Moved, ...]:
    """Every finding that moved or still fails: worst move first, then by severity, check and subject.

    `changed` names the checks that are not the same in both policies.
    """
    earlier = {finding.id: finding for finding in before.findings}
    later = {finding.id: finding for finding in after.findings}
    titles = {check.id: check.title for run in (before, after) for check in run.policy.checks}

    def told() -> Iterator[Moved]:
        for name in dict.fromkeys((*later, *earlier)):
            was, now = earlier.get(name), later.get(name)
            move = _move(was, now)
            if move is None:
                continue
            shown = now or was
            if shown is None:  # pragma: no cover - the name came out of one of the two
                raise KeyError(name)
            yield Moved(
                id=name,
                check=shown.check,
                title=titles.get(shown.check, shown.check),
                severity=shown.severity,
                subject=shown.subject.id,
                subject_name=shown.subject.name,
                workload=shown.subject.workload,
                move=move,
                because=_because(shown, was, now, changed, rejudged),
                was=was.outcome if was else None,
                now=now.outcome if now else None,
                message=shown.message,
                worse=move in (Move.NEW, Move.NEWLY_UNKNOWN),
                fix=now.fix.cli or now.fix.text if now and now.fix else None,
            )

    order = list(Move)
    return tuple(sorted(told(), key=lambda it: (order.index(it.move), -it.severity.rank, it.check, it.subject.lower())))


def _move(was: Finding | None, now: Finding | None) -> Move | None:
    failed, fails = _fails(was), _fails(now)
    if now is not None and now.outcome is Outcome.UNKNOWN:
        return None if was is not None and was.outcome is Outcome.UNKNOWN else Move.NEWLY_UNKNOWN
    if fails:
        return Move.STILL_FAILING if failed else Move.NEW
    if failed:
        if now is None:
            return Move.GONE
        return Move.WAIVED if now.outcome is Outcome.FAIL else Move.FIXED
    if was is not None and was.outcome is Outcome.UNKNOWN and now is not None:
        return Move.WAIVED if now.outcome is Outcome.FAIL else Move.KNOWN_AGAIN
    return None


def _fails(finding: Finding | None) -> bool:
    """Whether it fails and nobody accepted that."""
    if finding is None or finding.outcome is not Outcome.FAIL:
        return False
    return finding.waiver is None or finding.waiver.expired


def _because(
    shown: Finding,
    was: Finding | None,
    now: Finding | None,
    changed: Collection[str],
    rejudged: Mapping[str, Outcome] | None,
) -> Because:
    if was and now and was.outcome is now.outcome:
        return Because.WORLD
    if rejudged is None:
        return Because.POLICY if shown.check in changed else Because.WORLD
    then = rejudged.get(shown.id)
    return Because.POLICY if then == (now.outcome if now else None) else Because.WORLD
