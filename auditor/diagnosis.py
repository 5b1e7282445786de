"""What triage says: the probable causes, each with its evidence, and all that was seen on the way to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from auditor.record import Record

SCHEMA_VERSION = "1"

Owner = Literal["ours", "network", "azure", "unknown"]
"""Who can mend it; the words of `auditor.policy.failure`."""

NOTHING_WRONG = "nothing-wrong"
"""The id of the cause that says so, where there is any: everything asked answered."""


class Standing(StrEnum):
    """How sure a cause is, surest first."""

    CONFIRMED = "confirmed"
    """What was read proves it."""
    LIKELY = "likely"
    """It explains what fails, and nothing that was read speaks against it."""
    POSSIBLE = "possible"
    """It explains what fails; so does another, and `tells_apart` says what would decide."""


class Telltale(Record):
    """One thing seen that speaks for a cause, or against it."""

    says: str
    """One sentence; what the service said in it is quoted as it was."""
    source: str | None = None
    """Where it was seen: a resource's id, a reading's id or a request id."""
    at: datetime | None = None


class Step(Record):
    """One thing to do next."""

    text: str
    command: str | None = None
    """To paste into a shell as it is; None where no command does it."""


class Cause(Record):
    """One explanation of what fails."""

    id: str
    """kebab-case: a failure class of `auditor.policy.failure`, or one of policies/causes."""
    title: str
    standing: Standing
    whose: Owner
    explains: tuple[str, ...] = ()
    """The deployments whose failure it explains, by name, or the texts that were pasted; empty: nothing that fails."""
    evidence: tuple[Telltale, ...] = ()
    against: tuple[Telltale, ...] = ()
    """What speaks against it; empty where nothing that was read does."""
    next_steps: tuple[Step, ...] = ()
    """In their order; the first mends, or tells more where nothing here can mend it."""
    tells_apart: str | None = None
    """What would tell it from its look-alikes, where it has any that are not ruled out."""


class StageName(StrEnum):
    """The parts of one call, in their order."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    TOKEN = "token"  # noqa: S105 (a stage's name, not a token)
    REQUEST = "request"
    """From sending the request until the status line had come."""
    FIRST_TOKEN = "first_token"  # noqa: S105 (a stage's name)
    """From the status line until the first text of the stream."""
    COMPLETE = "complete"
    """From the first text until the stream's end."""


class Stage(Record):
    """One part of a call."""

    name: StageName
    ms: float | None = None
    """What it took; None where it was not reached or not measured."""
    outcome: Literal["ok", "failed", "not_reached", "not_measured"]
    note: str | None = None


class Trace(Record):
    """One live call, stage by stage."""

    deployment: str
    account: str
    host: str | None = None
    region: str | None = None
    outcome: str
    """As a probe's: completed, incomplete, failed, refused, unreachable, not_applicable, skipped."""
    http_status: int | None = None
    stages: tuple[Stage, ...] = ()
    """All seven, in their order, where a call was sent; empty where none was."""
    request_ids: dict[str, str] = {}
    """Header name → value."""
    failure_class: str | None = None
    """A class of `auditor.policy.failure`; None where the call succeeded or was not sent."""
    said: str | None = None
    """The error in the service's own words, bounded."""
    sent_at: datetime | None = None


class Happened(Record):
    """One change, or one incident, before or around the onset."""

    at: datetime | None
    """None where only the two sides are known between which it was."""
    who: str | None
    """None where nothing names anybody."""
    what: str
    on: str
    """The id of what it was done to."""
    source: Literal["activity log", "last green", "service health", "resource health"]


class Meter(Record):
    """One number of a deployment over the hours that were looked at."""

    deployment: str
    """The deployment's name; the account's where it is of the whole account."""
    name: str
    """In plain words, such as `answers 429`."""
    unit: str
    """requests, ms or %."""
    points: tuple[float | None, ...] = ()
    """One for each interval, oldest first; None where nothing was counted."""
    before: float | None = None
    """The ordinary value: the median of the intervals before the onset, or of the first half where none is known."""
    now: float | None = None
    """The last interval that is over."""


class Support(Record):
    """What Azure's support asks for first."""

    request_ids: tuple[str, ...] = ()
    region: str | None = None
    times: tuple[datetime, ...] = ()
    """Of the calls that failed, in the order of `request_ids` where these are told."""
    endpoint: str | None = None
    subscription: str | None = None
    resource: str | None = None
    """The account's id."""


class NotSeen(Record):
    """What could not be read, and what would cure it."""

    what: str
    why: str
    next_step: str | None = None


class Onset(Record):
    """Since when it fails."""

    at: datetime | None
    """None: not known."""
    how: str
    """How that is known, or why it is not."""


class LastGreen(Record):
    """The newest bundle that passed, with which this was compared."""

    run_id: str
    taken_at: datetime
    source: str


class Verdict(StrEnum):
    """The answer in a word."""

    WRONG = "wrong"
    """A cause was found."""
    WELL = "well"
    """Everything asked answered, and nothing is wrong as far as could be seen."""
    UNCLEAR = "unclear"
    """No cause was found, and not everything that decides could be seen."""


class Triage(Record):
    """Everything that one look at a fault tells."""

    schema_version: str = SCHEMA_VERSION
    taken_at: datetime
    seconds: float
    """What the look took."""
    deadline: float
    """Seconds that it might take."""
    hours: float
    """How far back changes and numbers were looked for."""
    cloud: str | None = None
    interrupted: bool = False
    asked_for: str | None = None
    """The workload or deployment that was named; None: all that the settings name."""
    verdict: Verdict
    traces: tuple[Trace, ...] = ()
    causes: tuple[Cause, ...] = ()
    """Ranked: the first is the answer."""
    since: Onset
    happened: tuple[Happened, ...] = ()
    """Newest first."""
    meters: tuple[Meter, ...] = ()
    support: Support = Support()
    not_whose: tuple[str, ...] = ()
    """Whose fault it is not and what shows that, one sentence each."""
    not_seen: tuple[NotSeen, ...] = ()
    last_green: LastGreen | None = None
    notes: tuple[str, ...] = ()
    """What is worth knowing beside the answer, and is not its cause; one or two sentences each."""
    notices: tuple[str, ...] = ()
    """What the endpoints say of themselves; a sandbox says that it is one."""
