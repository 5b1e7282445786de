"""How complete a run is, in words: what could not be seen, what two sources counted, whose clock said when."""

from __future__ import annotations

from auditor.finding import Outcome, Severity
from auditor.population import Clock, Population
from auditor.report import digest, hostile, wording
from auditor.run import Run, Verdict

_CAUSES = 3
"""How many causes are named in one line."""
_SKEW = 2.0
"""Seconds within which two clocks agree: the service tells whole seconds, and an answer takes its time."""


def unseen(run: Run) -> str:
    """What could not be seen, in one line."""
    undecided = len(digest.unknowns_without_gap(run))
    parts = [f"{wording.count(undecided, 'finding')} could not be decided"] if undecided else []
    if run.interrupted:
        parts.insert(0, "the run was interrupted")
    if run.gaps:
        found = digest.causes(run)
        told = "; ".join(wording.cause(cause) for cause in found[:_CAUSES])
        more = f"; {wording.count(len(found) - _CAUSES, 'further cause')}" if found[_CAUSES:] else ""
        parts.insert(0, f"{wording.count(len(run.gaps), 'place')} ({told}{more})")
    return hostile.line("; ".join(parts)) or "Nothing: each read in scope came back whole"


def headline(run: Run) -> str:
    """How many findings decide the verdict, by severity; empty for a pass."""
    wanted = {Verdict.FAIL: Outcome.FAIL, Verdict.INCOMPLETE: Outcome.UNKNOWN}.get(run.verdict)
    deciding = [finding for finding in run.findings if finding.gating and finding.outcome == wanted]
    if not deciding:
        return ""
    worst = ", ".join(
        f"{number:,} {severity.value}"
        for severity in Severity
        if (number := sum(finding.severity == severity for finding in deciding))
    )
    if run.verdict is Verdict.FAIL:
        return f"{wording.count(len(deciding), 'failure stops', 'failures stop')} the release: {worst}."
    return f"{wording.count(len(deciding), 'unknown leaves', 'unknowns leave')} the release undecided: {worst}."


def clock(told: Clock) -> str:
    """Whether this machine's clock and the service's agree, in one line."""
    worst = abs(told.largest_seconds)
    if worst <= _SKEW:
        return f"this machine's clock and the service's agree within {worst:,.1f} s"
    side = "ahead of" if told.largest_seconds > 0 else "behind"
    return f"this machine's clock was up to {worst:,.1f} s {side} the service's"


def agrees(told: Clock) -> bool:
    """Whether the clocks agree."""
    return abs(told.largest_seconds) <= _SKEW


def reconciled(kind: Population) -> str:
    """What the second source says, or a dash where there is none."""
    if kind.second is None:
        return "-"
    word = "agrees" if kind.reconciled else "differs"
    return hostile.line(f"{word}: {kind.second.count:,} by {kind.second.source}")


def counted_twice(run: Run) -> str:
    """How many kinds two sources counted, and of how many they agree; empty where none was."""
    twice = [kind for kind in run.population if kind.second is not None]
    if not twice:
        return ""
    same = sum(kind.reconciled is True for kind in twice)
    counted = wording.count(len(twice), "kind was", "kinds were")
    verb = "agrees" if same == 1 else "agree"
    return f"{counted} counted by a second source; of these {same:,} {verb}."
