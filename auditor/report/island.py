"""Every finding that the document does not tell in full, as JSON that the page's script reads.

What repeats stands once and is named by its number: checks, subjects, facts, readings and texts.
"""

from __future__ import annotations

from auditor.finding import Fact, Finding
from auditor.record import Json
from auditor.report import controls, digest, evidence, hostile, ledger, wording
from auditor.run import CheckRecord, Run


class _Numbers:
    """Things in the order in which they were first asked for."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], int] = {}

    def of(self, *parts: str) -> int:
        return self.known.setdefault(parts, len(self.known))


def island(run: Run, books: dict[str, ledger.Ledger], workloads: dict[str | None, int]) -> Json:
    """The rows and what they name.

    Shapes: rows [finding id, check, subject, message, facts, readings, fix, waiver, gating], from the end on left out
    where empty; facts [path text, value, note text, source text]; fix [text, text of cli, of bicep]; subjects [name,
    kind, workload number, parent text, last segment of the id]; checks as `_check` says; readings [request, told, ids,
    sha256, masked]. A text that is not there is text 0, which is empty.
    """
    checks = digest.checks(run)
    check_numbers = {name: number for number, name in enumerate(checks)}
    texts, subjects, facts, readings = _Numbers(), _Numbers(), _Numbers(), _Numbers()
    texts.of("")
    known = {reading.id: reading for reading in run.readings}

    def subject(finding: Finding) -> int:
        of = finding.subject
        parent, _, last = hostile.line(of.id).rpartition("/")
        number = str(workloads[of.workload])
        return subjects.of(hostile.line(of.name), hostile.line(of.kind), number, str(texts.of(parent)), last)

    def fact(quoted: Fact) -> int:
        path, note, source = (
            str(texts.of(hostile.line(text or ""))) for text in (quoted.path, quoted.note, quoted.source)
        )
        return facts.of(path, hostile.value(quoted.value), note, source)

    def row(finding: Finding) -> Json:
        line: list[Json] = [finding.id, check_numbers[finding.check], subject(finding), hostile.line(finding.message)]
        line.append([fact(quoted) for quoted in finding.facts])
        line.append([readings.of(name) for name in finding.readings[:20] if name in known])
        fix = finding.fix
        line.append([texts.of(hostile.block(text or "")) for text in (fix.text, fix.cli, fix.bicep)] if fix else 0)
        line.append(wording.waiver(finding) or 0)
        line.append(int(finding.gating))
        while not line[-1]:
            line.pop()
        return line

    rows: dict[str, Json] = {sort: [row(finding) for finding in book.findings] for sort, book in books.items()}
    touched = controls.touched(run)
    return {
        "page": ledger.ROWS,
        "checks": [_check(check, touched.get(check.id, ())) for check in checks.values()],
        "subjects": [
            [name, kind, int(workload), int(parent), last] for name, kind, workload, parent, last in subjects.known
        ],
        "workloads": [hostile.line(name or "") for name in workloads],
        "facts": [[int(path), value, int(note), int(source)] for path, value, note, source in facts.known],
        "texts": [text for (text,) in texts.known],
        "readings": [_reading(evidence.exchange(known[name])) for (name,) in readings.known],
        "rows": rows,
    }


def _check(check: CheckRecord, touched: tuple[controls.Touched, ...]) -> Json:
    """[id, title, severity, area, why, passes when, applies when, parameters, references, controls]."""
    return [
        hostile.line(check.id),
        hostile.line(check.title),
        check.severity.value,
        check.area,
        hostile.line(check.why, 2000),
        hostile.line(check.passes_when, 2000),
        "" if check.applies_when == "true" else hostile.line(check.applies_when, 2000),
        [[hostile.line(name), hostile.value(setting)] for name, setting in check.parameters.items()],
        [hostile.line(url) for url in check.references],
        [[each.framework, each.controls_told, each.source] for each in touched],
    ]


def _reading(seen: evidence.Exchange) -> Json:
    return [seen.request, seen.told, [list(pair) for pair in seen.ids], seen.sha256, int(seen.masked)]
