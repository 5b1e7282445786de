"""findings.csv, the run's basis and a list of every population, for people with a spreadsheet.

The lists that an auditor asks for to see that nothing is missing: what was judged, by kind, with how it came out; what
was read; what could not be. Every file is written, also where a list is empty. The form is RFC 4180
(https://www.rfc-editor.org/rfc/rfc4180) in UTF-8 with a byte order mark; `auditor.report.spreadsheet` makes cells safe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from auditor.call import Call, RoutedCall
from auditor.finding import Finding, Subject
from auditor.inventory import DeploymentRow, QuotaRow
from auditor.population import Excluded, Population
from auditor.record import Record
from auditor.report import controls, digest, wording
from auditor.report.spreadsheet import table
from auditor.run import AttestationRecord, CheckRecord, Run, WaiverRecord
from auditor.snapshot import Gap, Reading

MAIN = "findings.csv"

_SUBJECTS = {
    "subscription": "subscriptions",
    "workload": "workloads",
    "account": "accounts",
    "expectation": "expectations",
}
"""Kind of subject → its list; deployments and quota have richer ones, and kinds that are not known share one."""

_OUTCOMES = ("failed", "unknown", "waived", "passed", "not_applicable")

_FINDING = (
    *("outcome", "waived", "gating", "severity", "check", "title", "area", "subject_kind", "subject", "subject_id"),
    *("workload", "location", "message", "expected", "seen", "why", "fix", "command", "controls"),
    *("waiver_owner", "waiver_reason", "waiver_ticket", "waiver_expires", "waiver_expired"),
    *("readings", "gaps", "references", "finding_id", "run_id", "notice"),
)


def render(run: Run) -> str:
    """findings.csv: all findings, those first that decide the verdict."""
    checks = digest.checks(run)
    ordered = (*digest.failures(run), *digest.unknowns(run), *digest.waived(run))
    told = {id(finding) for finding in ordered}
    rest = digest.worst_first(finding for finding in run.findings if id(finding) not in told)
    notice = "; ".join(run.notices)
    return table(_FINDING, (_finding(run, item, checks[item.check], notice) for item in (*ordered, *rest)))


def files(run: Run) -> dict[str, bytes]:
    """File name → content."""
    subjects = _outcomes(run)
    texts = {MAIN: render(run), "run.csv": table(("what", "value"), _basis(run))}
    lists = {
        **{name: _subjects(subjects, kind) for kind, name in _SUBJECTS.items()},
        "deployments": _judged(DeploymentRow, run.deployments, subjects, "deployment"),
        "quota": _judged(QuotaRow, run.quota, subjects, "quota"),
        "others": _subjects(subjects, None),
        "calls": _records(Call, run.calls),
        "routed-calls": _records(RoutedCall, run.routed),
        "kinds": _records(Population, run.population, ("reconciled",)),
        "excluded": _records(Excluded, run.excluded),
        "gaps": _records(Gap, run.gaps),
        "readings": _records(Reading, run.readings),
        "checks": _records(CheckRecord, run.policy.checks),
        "controls": _controls(run),
        "waivers": _records(WaiverRecord, run.waivers),
        "attestations": _records(AttestationRecord, run.attestations),
    }
    texts |= {f"population/{name}.csv": text for name, text in lists.items()}
    return {name: text.encode() for name, text in texts.items()}


def _finding(run: Run, finding: Finding, check: CheckRecord, notice: str) -> tuple[object, ...]:
    subject, fix, waiver = finding.subject, finding.fix, finding.waiver
    return (
        finding.outcome.value,
        digest.is_waived(finding),
        finding.gating,
        finding.severity.value,
        finding.check,
        check.title,
        check.area,
        subject.kind,
        subject.name,
        subject.id,
        subject.workload,
        subject.location,
        finding.message,
        check.passes_when,
        {fact.path: fact.value for fact in finding.facts} or None,
        check.why,
        fix.text if fix else None,
        fix.cli if fix else None,
        [f"{mapping.framework} {mapping.control}" for mapping in check.controls],
        waiver.owner if waiver else None,
        waiver.reason if waiver else None,
        waiver.ticket if waiver else None,
        waiver.expires if waiver else None,
        waiver.expired if waiver else None,
        finding.readings,
        finding.gaps,
        check.references,
        finding.id,
        run.id,
        notice,
    )


def _basis(run: Run) -> Iterable[tuple[str, str]]:
    yield "Verdict", wording.VERDICTS[run.verdict]
    yield from (("Reason", reason) for reason in wording.reasons(run))
    yield from (("Notice", notice) for notice in run.notices)
    yield "Counts", wording.summary(run)
    yield from wording.provenance(run)
    yield from ((f"Parameter: {check}.{name}", setting) for check, name, setting in wording.parameters(run))


def _outcomes(run: Run) -> dict[tuple[str, str], tuple[Subject, Counter[str]]]:
    """(kind, id in lower case) → the subject and how its findings came out, in order of kind and id."""
    found: dict[tuple[str, str], tuple[Subject, Counter[str]]] = {}
    for finding in run.findings:
        subject = finding.subject
        key = (subject.kind, subject.id.lower())
        outcome = "waived" if digest.is_waived(finding) else wording.OUTCOMES[finding.outcome].replace(" ", "_")
        found.setdefault(key, (subject, Counter()))[1][outcome] += 1
    return dict(sorted(found.items()))


def _subjects(found: dict[tuple[str, str], tuple[Subject, Counter[str]]], kind: str | None) -> str:
    """The subjects of a kind that were judged; of None those of kinds without a list of their own."""
    listed = {*_SUBJECTS, "deployment", "quota"}
    rows = (
        (subject.kind, subject.id, subject.name, subject.workload, subject.location, *_cells(outcomes))
        for (of, _), (subject, outcomes) in found.items()
        if (of == kind if kind else of not in listed)
    )
    return table(("kind", "id", "name", "workload", "location", *_OUTCOMES), rows)


def _judged(
    shape: type[Record],
    rows: Sequence[DeploymentRow | QuotaRow],
    found: dict[tuple[str, str], tuple[Subject, Counter[str]]],
    kind: str,
) -> str:
    """The inventory of a kind, each row with how its findings came out; what was judged and is not in it follows."""
    members = tuple(shape.model_fields)
    left = {identity: told for (of, identity), told in found.items() if of == kind}
    cells: list[tuple[object, ...]] = []
    for row in rows:
        _, outcomes = left.pop(row.id.lower(), (None, Counter()))
        cells.append((*(getattr(row, member) for member in members), *_cells(outcomes)))
    for subject, outcomes in left.values():
        cells.append((*(getattr(subject, member, None) for member in members), *_cells(outcomes)))
    return table((*members, *_OUTCOMES), cells)


def _cells(outcomes: Counter[str]) -> tuple[int, ...]:
    return tuple(outcomes[outcome] for outcome in _OUTCOMES)


def _records(shape: type[Record], records: Iterable[Record], more: Sequence[str] = ()) -> str:
    """A column for each member of the record, and for each property that is named."""
    members = tuple(shape.model_fields)
    rows = ((*record.model_dump(mode="json").values(), *(getattr(record, name) for name in more)) for record in records)
    return table((*members, *more), rows)


def _controls(run: Run) -> str:
    head = ("framework", "version", "control", "words", "state", "waived", "checks", "sources")
    rows = (
        (
            framework.title,
            framework.version,
            control.id,
            control.words,
            controls.STATES[control.state],
            control.waived,
            [controls.behind(check) for check in control.checks],
            sorted(
                {source.page for check in control.checks if (source := framework.sources.get(check.source)) is not None}
            ),
        )
        for framework in run.frameworks
        for control in framework.controls
    )
    return table(head, rows)
