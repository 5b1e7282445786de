"""One check on one subject: what was judged, with which facts, and what follows."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from enum import StrEnum
from hashlib import sha256

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from auditor.record import Json, Record


class Outcome(StrEnum):
    """What a check says of a subject; a waiver is not an outcome."""

    UNKNOWN = "unknown"
    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """How bad it is when the check fails."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(reversed(Severity))}


class Subject(Record):
    """What a finding is about, for people and for machines."""

    kind: str
    """account, deployment, expectation, quota, subscription or workload."""
    id: str
    """The ARM id, or for what has none (an expectation, a workload) a path made of names."""
    name: str
    workload: str | None = None
    location: str | None = None


class Fact(Record):
    """One value that the judgement rests on."""

    path: str
    value: Json = None
    note: str | None = None
    """Why the value is what it is: `absent; documented default Enabled`, or `not known`."""
    source: str | None = None
    """The page that documents a default."""


class Fix(Record):
    """What mends it, ready to paste."""

    text: str | None = None
    cli: str | None = None
    bicep: str | None = None


class Waived(Record):
    """A finding accepted: by whom, why, until when."""

    owner: str
    reason: str
    ticket: str
    expires: date
    expired: bool = False
    """An expired waiver no longer counts; it stays to say so."""


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Finding:
    """The outcome of one check on one subject."""

    id: str
    """A fingerprint of check and subject, the same in every run."""
    check: str
    severity: Severity
    outcome: Outcome
    subject: Subject
    message: str
    """One sentence: the bad state as seen, or why it is unknown or does not apply."""
    facts: tuple[Fact, ...] = ()
    readings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    fix: Fix | None = None
    """Only where the outcome is fail."""
    waiver: Waived | None = None
    gating: bool = False
    """Whether a fail (or unknown) here decides the verdict: severe enough and not waived."""


class OpenFinding:
    """A finding while it is made: of the same members, which are right already and are not looked at again.

    Very many are made, each of them far quicker than a frozen one.
    """

    __slots__ = tuple(one.name for one in fields(Finding))

    id: str
    check: str
    severity: Severity
    outcome: Outcome
    subject: Subject
    message: str
    facts: tuple[Fact, ...]
    readings: tuple[str, ...]
    gaps: tuple[str, ...]
    fix: Fix | None
    waiver: Waived | None
    gating: bool

    def done(self) -> Finding:
        """The finding that it is from now on."""
        self.__class__ = Finding  # type: ignore[assignment] # of the same slots
        return self  # type: ignore[return-value]


def fingerprint(check: str, subject_id: str) -> str:
    """Sixteen hex digits that name this check on this subject, whatever the case of the id."""
    return digest(check_mark(check), subject_mark(subject_id))


def check_mark(check: str) -> bytes:
    """What of a fingerprint is the check's."""
    return f"{check}\0".encode()


def subject_mark(subject_id: str) -> bytes:
    """What of a fingerprint is the subject's."""
    return subject_id.lower().encode()


def digest(check: bytes, subject: bytes) -> str:
    """The fingerprint of both marks."""
    return sha256(check + subject).hexdigest()[:16]
