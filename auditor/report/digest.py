"""A run in the order in which people read it: what stops the release, why it could not be seen, then the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.finding import Finding, Outcome, Severity
from auditor.run import CheckRecord, Run
from auditor.snapshot import Gap, GapReason


@dataclass(frozen=True)
class WorkloadFindings:
    """Findings of one workload, worst first; `workload` is None for what no workload names."""

    workload: str | None
    owner: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Cause:
    """One reason why things could not be seen, in however many places; told once."""

    gaps: tuple[Gap, ...]
    """At least one, all with the same reason."""
    findings: tuple[Finding, ...]
    """The unknown findings that hang on it, worst first; one that hangs on several causes stands at the first."""

    @property
    def reason(self) -> GapReason:
        """Why."""
        return self.gaps[0].reason

    @property
    def kinds(self) -> tuple[str, ...]:
        """What could not be seen."""
        return _distinct(gap.kind for gap in self.gaps)

    @property
    def permissions(self) -> tuple[str, ...]:
        """The ARM actions that would have allowed it."""
        return _distinct(gap.permission for gap in self.gaps if gap.permission)

    @property
    def cures(self) -> tuple[str, ...]:
        """What to do, each once."""
        return _distinct(gap.next_step for gap in self.gaps)

    @property
    def words(self) -> tuple[str, ...]:
        """What the service said, each once."""
        return _distinct(gap.detail for gap in self.gaps)


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
    """Why things could not be seen: the cause on which most findings hang first.

    Gaps are one cause when one step cures them all, or when they differ in nothing but the place.
    """
    groups = _alike(run.gaps)
    of_gap = {gap.id: number for number, gaps in enumerate(groups) for gap in gaps}
    hanging: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in unknowns(run):
        number = next((of_gap[gap] for gap in finding.gaps if gap in of_gap), None)
        if number is not None:
            hanging[number].append(finding)
    found = [Cause(gaps, tuple(hanging[number])) for number, gaps in enumerate(groups)]
    return tuple(sorted(found, key=lambda cause: (-len(cause.findings), cause.kinds, cause.gaps[0].id)))


def _alike(gaps: Iterable[Gap]) -> list[tuple[Gap, ...]]:
    by_cure: defaultdict[tuple[str, str], list[Gap]] = defaultdict(list)
    for gap in sorted(gaps, key=lambda gap: (gap.kind, gap.scope.lower(), gap.id)):
        by_cure[gap.reason, gap.next_step].append(gap)
    by_sort: defaultdict[tuple[object, ...], list[Gap]] = defaultdict(list)
    for group in by_cure.values():
        kinds = _distinct(gap.kind for gap in group)
        by_sort[group[0].reason, kinds, _distinct(gap.permission or "" for gap in group)] += group
    return [tuple(group) for group in by_sort.values()]


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


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
