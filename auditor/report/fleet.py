"""Deployments as people ask after them: what was asked for, what answered, how fast, what quota is left, until when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date

from auditor.call import Call
from auditor.inventory import DeploymentRow, QuotaRow
from auditor.report import hostile, wording
from auditor.run import Run


@dataclass(frozen=True)
class Deployed:
    """A deployment beside what it answered and what it draws on; what nobody knows is None."""

    row: DeploymentRow
    call: Call | None
    """The plain question to it, or whichever was put first."""
    calls: int
    """How many questions were put to it."""
    pool: QuotaRow | None
    days: int | None
    """Until its model stops; negative once it has."""


def deployed(run: Run) -> tuple[Deployed, ...]:
    """Every deployment, in the order of the evidence."""
    asked: dict[tuple[str, str], Call] = {}
    for call in run.calls:
        first = asked.setdefault(_key(call.account, call.deployment), call)
        if call.probe == "text" != first.probe:
            asked[_key(call.account, call.deployment)] = call
    times = Counter(_key(call.account, call.deployment) for call in run.calls)
    pools = {pool.id.lower(): pool for pool in run.quota}
    return tuple(
        Deployed(
            row,
            asked.get(_key(row.account, row.name)),
            times[_key(row.account, row.name)],
            pools.get((row.quota or "").lower()),
            days_until(run, row.retires) if row.retires else None,
        )
        for row in run.deployments
    )


def days_until(run: Run, day: date) -> int:
    """Days from the day of the run; negative for a day that has passed."""
    begun = run.started_at if run.started_at.tzinfo else run.started_at.replace(tzinfo=UTC)
    return (day - begun.astimezone(UTC).date()).days


def left(pool: QuotaRow) -> int | None:
    """What a pool has left once what is planned is in use; negative where more is planned than there is."""
    if pool.used is None or pool.limit is None:
        return None
    return pool.limit - pool.used - (pool.planned or 0)


def room(rest: int) -> str:
    """`20 left`, or by how much it is too little."""
    return f"{rest:,} left" if rest >= 0 else f"{-rest:,} too few"


def is_short(pool: QuotaRow | None) -> bool:
    """Whether nothing is left of it."""
    rest = left(pool) if pool else None
    return rest is not None and rest <= 0


def model(row: DeploymentRow) -> str:
    """`gpt-5.4 2026-03-05`, or a dash."""
    return hostile.line(" ".join(part for part in (row.model, row.version) if part) or "-")


def sku(row: DeploymentRow) -> str:
    """`GlobalStandard, 50`, or nothing."""
    capacity = "" if row.capacity is None else f"{row.capacity:,}"
    return hostile.line(", ".join(part for part in (row.sku, capacity) if part))


def status(row: DeploymentRow) -> str:
    """What is odd about how it stands: its state unless it succeeded, and that nobody declared it."""
    odd = row.state if row.state and row.state.lower() != "succeeded" else ""
    undeclared = "not declared" if row.declared is False else ""
    return hostile.line(", ".join(part for part in (odd, undeclared) if part))


def duration(call: Call | None) -> str:
    """The median of a question that was put several times, else what the one call took; or a dash."""
    if call is None:
        return "-"
    return wording.milliseconds(call.latency.p50 if call.latency and is_median(call) else call.latency_ms)


def is_median(call: Call | None) -> bool:
    """Whether the question was put several times, and its median is known."""
    return call is not None and call.latency is not None and call.latency.p50 is not None


def in_days(days: int) -> str:
    """`in 40 days`, `today`, `3 days ago`."""
    if days == 0:
        return "today"
    return f"in {wording.count(days, 'day')}" if days > 0 else f"{wording.count(-days, 'day')} ago"


def _key(account: str, name: str) -> tuple[str, str]:
    """Both as names, without case; an account may be told by its ARM id."""
    return account.rsplit("/", 1)[-1].lower(), name.lower()
