"""The unit of record: settings, population, findings, who looked, when, with what, and the verdict."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from auditor.errors import ExitCode
from auditor.finding import Finding, Outcome, Severity
from auditor.record import Json, JsonObject, Record
from auditor.snapshot import Gap, Principal, Reading, load

SCHEMA_VERSION = "1"


class Verdict(StrEnum):
    """The gate's word, the same in every report."""

    INCOMPLETE = "incomplete"
    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - a verdict, not a password

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that says the same."""
        return {
            Verdict.PASS: ExitCode.PASSED,
            Verdict.FAIL: ExitCode.FAILED,
            Verdict.INCOMPLETE: ExitCode.INCOMPLETE,
        }[self]


class Tool(Record):
    """With what it was looked at."""

    name: str = "auditor"
    version: str
    python: str
    packages: dict[str, str] = {}
    """Distribution → version, of what the verdict rests on."""


class CheckRecord(Record):
    """A check as it was applied: enough to explain its findings without the policy at hand."""

    id: str
    title: str
    area: str
    severity: Severity
    subject: str
    why: str
    references: tuple[str, ...] = ()
    parameters: dict[str, Json] = {}
    passes_when: str
    applies_when: str = "true"


class PolicyRecord(Record):
    """Which packs judged, with which effective parameters."""

    packs: tuple[str, ...]
    digest: str
    """sha256 over every check, pack and parameter that was applied."""
    checks: tuple[CheckRecord, ...]


class Gate(Record):
    """What decides the verdict."""

    fail_on: Severity
    incomplete_blocks: bool = True


class Population(Record):
    """How many of a kind were seen, and in how many places the auditor could not look."""

    kind: str
    count: int
    lists_read: int
    gaps: int


class Latency(Record):
    """What single calls took; a percentile that too few calls tell is None, and nothing is an average."""

    samples_ms: tuple[float, ...]
    """Every call that was answered, in their order."""
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    first_token_ms: tuple[float, ...] = ()
    """When the first text of each streamed call had come."""
    first_token_p50: float | None = None
    first_token_p95: float | None = None
    tokens_per_second: float | None = None
    """The median of the streamed calls, from their first text to their end."""


class Spend(Record):
    """What the live calls used and cost."""

    calls: int
    input_tokens: int
    output_tokens: int
    money: float | None = None
    """None where any part of it is not known."""
    currency: str
    price_date: str | None = None
    """Since when the youngest of the prices holds."""
    price_source: Literal["settings", "retail"] | None = None
    unpriced: str | None = None
    """Why the money is not known."""


class Call(Record):
    """One live call to a deployment, as a row that people read."""

    deployment: str
    account: str
    workload: str | None = None
    probe: str
    outcome: str
    """completed, incomplete, failed, refused, unreachable or not_applicable."""
    requested_model: str | None = None
    responded_model: str | None = None
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    http_status: int | None = None
    failure: str | None = None
    """The class of failure, such as `deployment-not-found`."""
    cause: str | None = None
    next_step: str | None = None
    request_id: str | None = None
    region: str | None = None
    proven: bool | None = None
    """Whether an answered call proved what it was to prove; None where that was not judged."""
    latency: Latency | None = None
    """Of a question that was put several times."""


class RoutedCall(Record):
    """One question to a model router, and which model answered it."""

    deployment: str
    account: str
    workload: str | None = None
    task: str
    """What was asked for, in a few words."""
    requested_model: str
    responded_model: str | None = None
    latency_ms: float | None = None
    in_subset: bool | None = None
    """Whether the router's owner lets it choose that model; None where any may be chosen, or it is not known."""


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


class Run(Record):
    """One audit, whole."""

    schema_version: str = SCHEMA_VERSION
    id: str
    verdict: Verdict
    reasons: tuple[str, ...]
    """Why the verdict is what it is, worst first, one sentence each."""
    exit_code: int
    started_at: datetime
    ended_at: datetime
    interrupted: bool = False
    cloud: str
    notices: tuple[str, ...] = ()
    tool: Tool
    principal: Principal
    context: dict[str, str] = {}
    """Where it ran: the CI's actor, workflow, commit and run, where there is a CI."""
    command: tuple[str, ...] = ()
    settings: JsonObject
    settings_sha256: str
    gate: Gate
    policy: PolicyRecord
    api_versions: dict[str, str] = {}
    population: tuple[Population, ...] = ()
    counts: dict[Outcome, int]
    waived: int = 0
    findings: tuple[Finding, ...]
    frameworks: tuple[FrameworkResult, ...] = ()
    """Those that were asked for."""
    calls: tuple[Call, ...] = ()
    routed: tuple[RoutedCall, ...] = ()
    """What model routers chose."""
    spend: Spend | None = None
    """None in evidence of versions that did not tell."""
    gaps: tuple[Gap, ...] = ()
    readings: tuple[Reading, ...] = ()

    def check(self, check_id: str) -> CheckRecord:
        """The check with this id as it was applied; KeyError when none was."""
        for check in self.policy.checks:
            if check.id == check_id:
                return check
        raise KeyError(check_id)


def load_run(path: Path) -> Run:
    """The run in an evidence.json; raises SnapshotError with what is wrong and what to do."""
    return load(path, Run, "evidence", SCHEMA_VERSION)
