"""What the index answers: runs, findings that fail with since when, latency and headroom over time."""

from __future__ import annotations

from auditor.record import Record


class Seen(Record):
    """One run."""

    id: str
    folder: str
    taken_at: str
    verdict: str
    failed: int
    unknown: int
    waived: int
    passed: int


class Since(Record):
    """A finding that fails, or is unknown, in the newest run."""

    id: str
    severity: str
    title: str
    subject: str
    subject_name: str
    outcome: str
    first: str
    """When it first was so after it last passed, or at all."""
    last_good: str | None
    """When it last passed or did not apply; None where no run saw that."""
    flips: int
    """How often it went from good to bad or back, over the runs that are told of."""
    course: str
    """One letter per run, oldest first: f failed, u unknown, w waived, p passed, n not applicable, - not judged."""


class Deployed(Record):
    """A deployment's live calls over time."""

    deployment: str
    latencies_ms: tuple[float | None, ...]
    """One per run, oldest first; None where it was not answered or not called."""


class Pool(Record):
    """A quota pool over time."""

    pool: str
    headroom: tuple[int | None, ...]
    """What was left, one per run, oldest first."""
    limit: int
    """In the newest run that told."""


class Story(Record):
    """What is told of one scope."""

    scope: str
    runs: tuple[Seen, ...]
    """Oldest first."""
    more: int
    """Runs of the same scope before these."""
    others: int
    """Runs of another scope in the same folder, of which nothing is told here."""
    failing: tuple[Since, ...]
    """Worst first, longest first."""
    deployments: tuple[Deployed, ...]
    pools: tuple[Pool, ...]
