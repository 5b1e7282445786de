"""Controls of compliance frameworks as a run leaves them, each with the source of its mapping."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints

from auditor.finding import Outcome
from auditor.record import Record


class ControlState(StrEnum):
    """What the checks behind a control say of it."""

    NOT_MET = "not_met"
    """At least one finding fails, waived or not."""
    UNKNOWN = "unknown"
    """Nothing fails, and a finding is unknown, a check was not applied, or subjects may not have been seen."""
    MET = "met"
    """Every check behind it was applied to all there is, and passes wherever it applies."""
    NOT_APPLICABLE = "not_applicable"
    """Every check behind it was applied, and applies nowhere."""
    NOT_ASSESSED = "not_assessed"
    """No check behind it was applied."""


Relation = Literal["supports", "partially-supports"]
"""How a check answers to what the published source asks for a control: the same, or less, or only of some resources."""


class FrameworkSource(Record):
    """Where a mapping was published."""

    title: str
    page: Annotated[str, StringConstraints(pattern=r"^https://")]
    id: str
    """The initiative's id, or a file or folder at that address."""


class ControlCheck(Record):
    """A check behind a control, and what it found."""

    check: str
    relation: Relation
    source: str
    """A key of the framework's sources."""
    item: str
    """What of the source says so, such as the id of a policy."""
    applied: bool
    """Whether a pack of this run applied it."""
    hidden: bool = False
    """Whether there may be subjects that it would have judged and nobody saw."""
    counts: dict[Outcome, int] = {}
    """Outcome → findings; what has none is left out."""
    waived: int = 0
    """How many of the failures are waived."""


class ControlResult(Record):
    """A control as this run leaves it."""

    id: str
    words: str
    """What it is about, in the auditor's words."""
    state: ControlState
    waived: bool = False
    """Not met, and a waiver covers every failure."""
    checks: tuple[ControlCheck, ...]


class FrameworkResult(Record):
    """A compliance framework: its controls, as far as a published mapping leads to checks."""

    id: str
    title: str
    version: str
    publisher: str
    sources: dict[str, FrameworkSource]
    note: str
    """What the mapping does not say."""
    unmapped: str
    """For what there is no published mapping."""
    controls: tuple[ControlResult, ...]


class ControlMapping(Record):
    """A control that a check answers to, and who published that."""

    framework: str
    """A framework's id."""
    control: str
    relation: Relation
    source: Annotated[str, StringConstraints(pattern=r"^https://")]
    """The page of the publication."""
    item: str
    """What of the source says so, such as the id of a policy."""
