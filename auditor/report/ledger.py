"""Findings as rows of long lists: some in the document, all of them in a JSON island that the page's script reads."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.finding import Finding, Outcome
from auditor.report import digest
from auditor.run import Run

CARDS = 100
"""How many failures, how many unknowns and how many waived findings are told in full, the worst first."""

ROWS = 100
"""Rows of a ledger in the document, and on each page of it."""


@dataclass(frozen=True)
class Ledger:
    """A long list of findings of one sort."""

    sort: str
    """fail, unknown, waived, pass or not_applicable."""
    findings: tuple[Finding, ...]

    @property
    def first(self) -> tuple[Finding, ...]:
        """What stands in the document itself."""
        return self.findings[:ROWS]


def ledgers(run: Run) -> dict[str, Ledger]:
    """Sort → ledger: of what passed or does not apply all; of the rest, what exceeds the cards."""
    sorts = {
        "fail": digest.failures(run)[CARDS:],
        "unknown": digest.unknowns(run)[CARDS:],
        "waived": digest.waived(run)[CARDS:],
        "pass": digest.of_outcome(run, Outcome.PASS),
        "not_applicable": digest.of_outcome(run, Outcome.NOT_APPLICABLE),
    }
    return {sort: Ledger(sort, findings) for sort, findings in sorts.items()}
