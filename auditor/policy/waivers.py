"""Findings that somebody accepted: by whom, why, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from auditor.finding import Finding, Outcome, Subject, Waived
from auditor.policy.check import Kebab
from auditor.policy.document import ProblemsError, read_document
from auditor.policy.pack import Policy
from auditor.record import Record
from auditor.run import WaiverRecord, WaiverState

EVERY = "*"
"""As a subject: every subject of the check."""

ACCEPTABLE = frozenset({Outcome.FAIL, Outcome.UNKNOWN})
"""What a waiver may accept and a gate may hold up."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Waiver(Record):
    """One entry of a waivers file."""

    check: Kebab
    """The check's id, or one that it had before."""
    subject: _Text
    """The subject's id or its name, without regard to case, or `*` for every subject of the check."""
    owner: _Text
    reason: _Text
    ticket: _Text
    created: date | None = None
    """The first day, in UTC, on which it counts; absent: any."""
    expires: date
    """The last day, in UTC, on which it counts."""

    def names(self, checks: Iterable[str], subject: Subject) -> bool:
        """Whether it is about this subject of a check that goes by these ids."""
        return self.check in checks and self.subject.lower() in (EVERY, subject.id.lower(), subject.name.lower())

    def has_begun(self, today: date) -> bool:
        """Whether it counts on a day, unless it has expired."""
        return self.created is None or self.created <= today


@dataclass(frozen=True)
class Waivers:
    """All of a file, on one day."""

    entries: tuple[Waiver, ...] = ()
    today: date = date.max
    """In UTC; what expires before it no longer counts. Until somebody says which day it is, nothing does."""

    def on(self, today: date) -> Waivers:
        """The same as they count on a day: of a run's, Azure's own (`auditor.policy.clock.today`)."""
        return replace(self, today=today)

    def accepting(self, checks: Sequence[str], subject: Subject) -> Waived | None:
        """What accepts a finding of a check (its id and former ids); an expired one says so and comes last.

        One that was created after today accepts nothing yet.
        """
        found = [one for one in self.entries if one.names(checks, subject) and one.has_begun(self.today)]
        if not found:
            return None
        last = max(found, key=lambda waiver: waiver.expires)
        return Waived(
            owner=last.owner,
            reason=last.reason,
            ticket=last.ticket,
            expires=last.expires,
            expired=last.expires < self.today,
        )

    def notices(self, findings: Iterable[Finding], policy: Policy) -> tuple[str, ...]:
        """A sentence on each waiver that does not count today, names no finding of this run, or is no longer needed."""
        return tuple(notice for one in self.records(findings, policy) if (notice := _notice(one)))

    def records(self, findings: Iterable[Finding], policy: Policy) -> tuple[WaiverRecord, ...]:
        """Every entry of the file with what became of it, in its order."""
        names = {applied.check.id: (applied.check.id, *applied.check.aliases) for applied in policy.checks}
        by_check: dict[str, list[Finding]] = {}
        for finding in findings:
            for name in names.get(finding.check, (finding.check,)):
                by_check.setdefault(name, []).append(finding)
        return tuple(self._record(waiver, by_check.get(waiver.check, ())) for waiver in self.entries)

    def _record(self, waiver: Waiver, findings: Iterable[Finding]) -> WaiverRecord:
        named = [finding for finding in findings if waiver.names((waiver.check,), finding.subject)]
        accepted = tuple(finding.id for finding in named if finding.outcome in ACCEPTABLE)
        state: WaiverState = "in_force" if accepted else "not_needed" if named else "unmatched"
        if waiver.expires < self.today:
            state = "expired"
        elif not waiver.has_begun(self.today):
            state = "not_yet"
        return WaiverRecord(**waiver.model_dump(), state=state, findings=accepted)


def _notice(waiver: WaiverRecord) -> str | None:
    which = f"The waiver of {waiver.check} on {waiver.subject} ({waiver.ticket}, {waiver.owner})"
    return {
        "expired": f"{which} expired on {waiver.expires} and no longer counts.",
        "not_yet": f"{which} was created on {waiver.created}, a day to come (in UTC), and does not count before.",
        "unmatched": f"{which} matches no finding.",
        "not_needed": f"{which} is no longer needed.",
    }.get(waiver.state)


NO_WAIVERS = Waivers()


def load_waivers(path: Path | None) -> Waivers:
    """The waivers of a file (a list of entries), of no day yet; none where there is no file to read.

    Raises PolicyError with everything that is wrong, with line and column.
    """
    if path is None:
        return NO_WAIVERS
    document = read_document(path)
    if document.body is None:
        return NO_WAIVERS
    entries = document.checked(tuple[Waiver, ...])
    problems = [
        f"{document.at([position, 'expires'])}: expires before it was created"
        for position, waiver in enumerate(entries)
        if waiver.created and waiver.expires < waiver.created
    ]
    if problems:
        raise ProblemsError(problems, next_step="mend the waivers file")
    return Waivers(entries)
