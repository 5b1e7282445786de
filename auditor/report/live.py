"""What deployments proved: each feature of each deployment in one mark, said in words too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.call import Call
from auditor.run import Run

Mark = Literal["failed", "skipped", "ok", "not applicable"]

WORST: tuple[Mark, ...] = ("failed", "skipped", "ok", "not applicable")
"""Of what was asked on several surfaces the worst stands."""

SIGNS: dict[Mark, str] = {"failed": "✗", "skipped": "-", "ok": "✓", "not applicable": "·"}

SORTS: dict[Mark, str] = {"failed": "fail", "skipped": "unknown", "ok": "pass", "not applicable": "not_applicable"}
"""Mark → how reports colour it."""


@dataclass(frozen=True)
class Row:
    """A deployment and what it proved, by the name of each probe that was meant for it."""

    deployment: str
    account: str
    marks: dict[str, Mark]

    def with_mark(self, mark: Mark) -> tuple[str, ...]:
        """The probes of that mark."""
        return tuple(name for name, found in self.marks.items() if found == mark)


@dataclass(frozen=True)
class Matrix:
    """Deployments against features."""

    features: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(run: Run) -> Matrix:
    """Every deployment that was to be asked, in the order of the calls; `text` is the first feature."""
    found: dict[tuple[str, str], dict[str, Mark]] = {}
    for call in run.calls:
        marks = found.setdefault((call.account, call.deployment), {})
        own = mark(call)
        marks[call.probe] = min(own, marks.get(call.probe, own), key=WORST.index)
    names = sorted({name for marks in found.values() for name in marks}, key=lambda name: (name != "text", name))
    rows = (
        Row(deployment, account, {name: marks[name] for name in names if name in marks})
        for (account, deployment), marks in found.items()
    )
    return Matrix(tuple(names), tuple(rows))


def mark(call: Call) -> Mark:
    """What a call came to; one that was answered and did not prove what it should has failed."""
    if call.outcome == "not_applicable":
        return "not applicable"
    if call.outcome == "completed":
        return "failed" if call.proven is False else "ok"
    return "skipped" if call.outcome in ("skipped", "not known") else "failed"
