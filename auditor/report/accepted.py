"""What people answer for: waivers and statements, each with its owner, its reason, its dates and what became of it."""

from __future__ import annotations

from auditor.report import hostile
from auditor.run import AttestationRecord, Run, WaiverRecord, WaiverState

STATES: dict[WaiverState, str] = {
    "in_force": "in force",
    "expired": "expired",
    "not_yet": "not yet in force",
    "unmatched": "matches nothing",
    "not_needed": "not needed",
}

_LOOKS: dict[WaiverState, str] = {
    "in_force": "waived",
    "expired": "fail",
    "not_yet": "fail",
    "unmatched": "unknown",
    "not_needed": "not_applicable",
}


def state(waiver: WaiverRecord) -> str:
    """What became of it, in words."""
    return STATES[waiver.state]


def sort(waiver: WaiverRecord) -> str:
    """The sort of finding that it looks like."""
    return _LOOKS[waiver.state]


def stands(statement: AttestationRecord) -> str:
    """Whether a statement counts on the day of the run, and what it says."""
    if not statement.in_force:
        return "out of date"
    return "holds" if statement.holds else "does not hold"


def looks(statement: AttestationRecord) -> str:
    """The sort of finding that it looks like."""
    if not statement.in_force:
        return "unknown"
    return "pass" if statement.holds else "fail"


def summary(run: Run) -> str:
    """`2 waivers in force, 1 expired; 3 statements in force`; empty where there is neither."""
    counted = [
        f"{number:,} {word}" for key, word in STATES.items() if (number := sum(w.state == key for w in run.waivers))
    ]
    parts = [f"waivers: {', '.join(counted)}"] if counted else []
    if run.attestations:
        current = sum(statement.in_force for statement in run.attestations)
        parts.append(f"statements: {current:,} in force of {len(run.attestations):,}")
    return hostile.line("; ".join(parts))
