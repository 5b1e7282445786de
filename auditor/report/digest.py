"""A run in the order in which people read it: what stops the release, why it could not be seen, then the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.finding import Finding, Outcome, Severity
from auditor.run import CheckRecord, Run
from auditor.snapshot import Gap


@dataclass(frozen=True)
class WorkloadFindings:
    """Findings of one workload, worst first; `workload` is None for what no workload names."""

    workload: str | None
    owner: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Cause:
    """One reason why something could not be seen, in however many places; told once."""

    gaps: tuple[Gap, ...]
    """At least one; all of the same kind and reason, with the same cure."""
    findings: tuple[Finding, ...]
    """The unknown findings that hang on it, worst first; one that hangs on several causes stands at the first."""


@dataclass(frozen=True)
class Tally:
    """How many findings of each outcome something has; `waived` ones are counted there alone."""

    name: str
    fail: int
    unknown: int
    waived: int
    passed: int
    not_applicable: int

    @property
    def total(self) -> int:
        """All findings."""
        return self.fail + self.unknown + self.waived + self.passed + self.not_applicable


def is_waived(finding: Finding) -> bool:
    """Whether a waiver that still counts covers a failure or an unknown."""
    accepted = finding.waiver is not None and not finding.waiver.expired
    return accepted and finding.outcome in {Outcome.FAIL, Outcome.UNKNOWN}


def failures(run: Run) -> tuple[Finding, ...]:
    """Every failure that no waiver covers, worst first."""
    return _standing(run, Outcome.FAIL)


def unknowns(run: Run) -> tuple[Finding, ...]:
    """Every unknown that no waiver covers, worst first."""
    return _standing(run, Outcome.UNKNOWN)


def waived(run: Run) -> tuple[Finding, ...]:
    """Every failure and unknown that a waiver covers, worst first."""
    return worst_first(finding for finding in run.findings if is_waived(finding))


def of_outcome(run: Run, outcome: Outcome) -> tuple[Finding, ...]:
    """Every finding of an outcome, by check and subject."""
    chosen = (finding for finding in run.findings if finding.outcome == outcome)
    return tuple(sorted(chosen, key=lambda finding: (finding.check, finding.subject.id.lower(), finding.id)))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that decide the verdict, then by severity, then by check and subject."""
    return tuple(sorted(findings, key=_badness))


def by_workload(run: Run, findings: Iterable[Finding]) -> tuple[WorkloadFindings, ...]:
    """The findings of each workload, the worst workload first, what belongs to none of them last."""
    groups: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for finding in worst_first(findings):
        groups[finding.subject.workload].append(finding)
    ordered = sorted(groups.items(), key=lambda item: (item[0] is None, _badness(item[1][0])[:2], item[0] or ""))
    owners = workload_owners(run)
    return tuple(WorkloadFindings(name, owners.get(name or ""), tuple(group)) for name, group in ordered)


def causes(run: Run) -> tuple[Cause, ...]:
    """Why things could not be seen: the cause on which most findings hang first."""
    groups: defaultdict[tuple[str, str, str | None, str], list[Gap]] = defaultdict(list)
    for gap in sorted(run.gaps, key=lambda gap: (gap.kind, gap.scope.lower(), gap.id)):
        groups[gap.reason, gap.kind, gap.permission, gap.next_step].append(gap)
    of_gap = {gap.id: key for key, gaps in groups.items() for gap in gaps}
    hanging: defaultdict[tuple[str, str, str | None, str], list[Finding]] = defaultdict(list)
    for finding in unknowns(run):
        key = next((of_gap[gap] for gap in finding.gaps if gap in of_gap), None)
        if key is not None:
            hanging[key].append(finding)
    found = [Cause(tuple(gaps), tuple(hanging[key])) for key, gaps in groups.items()]
    return tuple(sorted(found, key=lambda cause: (-len(cause.findings), cause.gaps[0].kind, cause.gaps[0].id)))


def unknowns_without_gap(run: Run) -> tuple[Finding, ...]:
    """Unknowns that no gap explains: a rule that could not be evaluated, a response of a shape never seen."""
    known = {gap.id for gap in run.gaps}
    return tuple(finding for finding in unknowns(run) if not known.intersection(finding.gaps))


def checks(run: Run) -> dict[str, CheckRecord]:
    """Check id → the check as it was applied, for every check that was applied or that a finding names."""
    records = {check.id: check for check in run.policy.checks}
    for finding in run.findings:
        if finding.check not in records:
            records[finding.check] = CheckRecord(
                id=finding.check,
                title=finding.check,
                area="unrecorded",
                severity=finding.severity,
                subject=finding.subject.kind,
                why="The evidence holds no record of this check.",
                passes_when="not recorded",
            )
    return records


def tally_by_severity(run: Run) -> tuple[Tally, ...]:
    """Counts for each severity that occurs, worst first."""
    tallies = _tallies((finding.severity.value, finding) for finding in run.findings)
    return tuple(tallies[severity.value] for severity in Severity if severity.value in tallies)


def tally_by_area(run: Run) -> tuple[Tally, ...]:
    """Counts for each area of checks, in alphabetical order."""
    records = checks(run)
    tallies = _tallies((records[finding.check].area, finding) for finding in run.findings)
    return tuple(tallies[area] for area in sorted(tallies))


def tally_by_check(run: Run) -> dict[str, Tally]:
    """Check id → counts, for every check, also those that found no subject."""
    tallies = _tallies((finding.check, finding) for finding in run.findings)
    return {name: tallies.get(name, Tally(name, 0, 0, 0, 0, 0)) for name in checks(run)}


def tally(run: Run) -> Tally:
    """Counts over the whole run."""
    return _tallies(("all", finding) for finding in run.findings).get("all", Tally("all", 0, 0, 0, 0, 0))


def workload_owners(run: Run) -> Mapping[str, str]:
    """Workload name → owner, as the settings say."""
    workloads = run.settings.get("workloads") or ()
    return {
        str(workload["name"]): str(workload["owner"])
        for workload in workloads
        if isinstance(workload, dict) and workload.get("name") and workload.get("owner")
    }


def is_complete(run: Run) -> bool:
    """Whether everything in scope was seen and every check could be decided."""
    return not run.interrupted and not run.gaps and not any(f.outcome == Outcome.UNKNOWN for f in run.findings)


def _standing(run: Run, outcome: Outcome) -> tuple[Finding, ...]:
    return worst_first(f for f in run.findings if f.outcome == outcome and not is_waived(f))


def _badness(finding: Finding) -> tuple[bool, int, str, str, str]:
    return (not finding.gating, -finding.severity.rank, finding.check, finding.subject.id.lower(), finding.id)


def _tallies(named: Iterable[tuple[str, Finding]]) -> dict[str, Tally]:
    counters: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, finding in named:
        counters[name]["waived" if is_waived(finding) else finding.outcome.value] += 1
    return {
        name: Tally(
            name,
            fail=counter["fail"],
            unknown=counter["unknown"],
            waived=counter["waived"],
            passed=counter["pass"],
            not_applicable=counter["not_applicable"],
        )
        for name, counter in counters.items()
    }
