"""The policy of a run as its evidence keeps it: each check with its numbers and the controls that it answers to."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.finding import Finding, Outcome
from auditor.policy.frameworks import published
from auditor.policy.pack import AppliedCheck, Policy
from auditor.run import CheckRecord, PolicyRecord


def policy_record(policy: Policy, findings: Iterable[Finding]) -> PolicyRecord:
    """All of it; the counts of all checks add up to the findings."""
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    return PolicyRecord(
        packs=policy.packs,
        digest=policy.digest,
        pack_digests=dict(policy.pack_digests),
        checks=tuple(_check(applied, by_check.get(applied.check.id, [])) for applied in policy.checks),
    )


def _check(applied: AppliedCheck, findings: list[Finding]) -> CheckRecord:
    check = applied.check
    outcomes = [finding.outcome for finding in findings]
    return CheckRecord(
        id=check.id,
        title=check.title,
        area=check.area,
        severity=applied.severity,
        subject=check.subject,
        why=check.why,
        references=check.references,
        parameters=dict(applied.parameters),
        passes_when=check.passes_when,
        applies_when=check.applies_when,
        controls=published().get(check.id, ()),
        counts={outcome: count for outcome in Outcome if (count := outcomes.count(outcome))},
        waived=sum(finding.waiver is not None and not finding.waiver.expired for finding in findings),
    )
