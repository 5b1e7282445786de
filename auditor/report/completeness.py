"""Whether everything was seen, and who says so, in lines that every report for people shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from auditor.population import Clock, Population
from auditor.report import hostile, wording
from auditor.run import AttestationRecord, Run, WaiverState

_NAMED: Final = 5
"""How many things one line names."""

_STATES: Final[dict[WaiverState, str]] = {
    "in_force": "in force",
    "expired": "expired",
    "not_yet": "not yet in force",
    "unmatched": "matching no finding",
    "not_needed": "no longer needed",
}


def told(run: Run) -> tuple[tuple[str, str], ...]:
    """Label → sentence, each only where there is something to tell; no line grows with the run."""
    return tuple((label, hostile.line(text, limit=2000)) for label, text in _lines(run))


def _lines(run: Run) -> Iterator[tuple[str, str]]:
    for kind in run.population:
        if kind.second is not None:
            yield "Counted twice", counted(kind)
    if run.clock is not None and run.clock.differs:
        yield "Clock", apart(run.clock)
    if run.excluded:
        yield "Left out", left_out(run)
    if run.waivers:
        states = Counter(waiver.state for waiver in run.waivers)
        parts = (f"{states[state]:,} {words}" for state, words in _STATES.items() if states[state])
        yield "Waivers", f"{wording.count(len(run.waivers), 'entry', 'entries')}: {', '.join(parts)}"
    if run.attestations:
        parts = (_stated(one) for one in run.attestations[:_NAMED])
        yield "Stated by people, seen by nobody", "; ".join(parts) + _more(len(run.attestations))


def counted(kind: Population) -> str:
    """`account 3, and 3 by Resource Manager's list of all resources: the same`."""
    if kind.second is None:
        return "-"
    same = "the same" if kind.reconciled else "they differ"
    return f"{wording.kind(kind.kind)} {kind.count:,}, and {kind.second.count:,} by {kind.second.source}: {same}"


def apart(clock: Clock) -> str:
    """How far this machine's clock is from Azure's."""
    seconds = max((clock.skew_seconds, clock.largest_seconds), key=abs)
    return f"this machine's was {abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'} Azure's"


def left_out(run: Run) -> str:
    """How many of each kind, by reason, the most first."""
    reasons = Counter((one.kind, one.reason.rstrip(".")) for one in run.excluded)
    alike: dict[str, list[str]] = {}
    for (kind, reason), count in reasons.most_common():
        alike.setdefault(reason, []).append(wording.kind(kind) + (f" {count:,}" if count > 1 else ""))
    parts = [f"{', '.join(kinds[:_NAMED])}{_more(len(kinds))} ({reason})" for reason, kinds in alike.items()]
    return "; ".join(parts[:_NAMED]) + _more(len(parts))


def _stated(one: AttestationRecord) -> str:
    holds = "holds" if one.holds else "does not hold"
    of = f" for {one.workload}" if one.workload else ""
    until = f"until {one.expires.isoformat()}" if one.in_force else "does not count today"
    return f"{one.control}{of} {holds} ({one.owner}, {until})"


def _more(number: int) -> str:
    return f" and {number - _NAMED:,} more" if number > _NAMED else ""
