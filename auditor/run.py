"""The unit of record: settings, population, findings, who looked, when, with what, and the verdict."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from auditor.call import Call, RoutedCall, Spend
from auditor.control import ControlMapping, FrameworkResult
from auditor.errors import ExitCode
from auditor.finding import Finding, Outcome, Severity
from auditor.inventory import DeploymentRow, QuotaRow
from auditor.population import Clock, Excluded, Population
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
    digests: dict[str, str] = {}
    """Distribution → sha256 of its RECORD file, the list of its files with their hashes; a sentence where that says
    nothing, as of an editable install."""


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
    controls: tuple[ControlMapping, ...] = ()
    """Every published mapping to it, whichever frameworks were asked for."""
    counts: dict[Outcome, int] = {}
    """Outcome → findings, over all that was evaluated; what has none is left out."""
    waived: int = 0
    """How many of its findings a waiver accepts."""


class PolicyRecord(Record):
    """Which packs judged, with which effective parameters."""

    packs: tuple[str, ...]
    digest: str
    """sha256 over every check, pack and parameter that was applied."""
    pack_digests: dict[str, str] = {}
    """Pack → sha256 over its file, then each file that it extends, in order and each once."""
    checks: tuple[CheckRecord, ...]


class Gate(Record):
    """What decides the verdict."""

    fail_on: Severity
    incomplete_blocks: bool = True


WaiverState = Literal["in_force", "expired", "not_yet", "unmatched", "not_needed"]
"""not_yet: it was created on a day to come; unmatched: it names no finding of the run; not_needed: what it names
neither fails nor is unknown."""


class WaiverRecord(Record):
    """An entry of the waivers file, and what became of it in this run."""

    check: str
    subject: str
    owner: str
    reason: str
    ticket: str
    created: date | None = None
    expires: date
    state: WaiverState
    findings: tuple[str, ...] = ()
    """The ids of the findings that it accepts, or would if it counted on the day of the run."""


class AttestationRecord(Record):
    """A statement of a person about what no API can see."""

    control: str
    workload: str | None = None
    statement: str
    holds: bool
    owner: str
    evidence: str
    """A web address."""
    stated: date
    expires: date
    in_force: bool
    """Whether the day of the run lies between the two."""


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
    clock: Clock | None = None
    """None where no answer carried a date."""
    population: tuple[Population, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    deployments: tuple[DeploymentRow, ...] = ()
    quota: tuple[QuotaRow, ...] = ()
    waivers: tuple[WaiverRecord, ...] = ()
    attestations: tuple[AttestationRecord, ...] = ()
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
