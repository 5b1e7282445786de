"""junit.xml for CI systems that show tests: a suite for each check, a case for each subject.

A failure fails, an unknown is an error, what is waived or does not apply is skipped; so no tool can take an unknown
for a pass. The first suite says whether everything could be seen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from auditor.finding import Finding, Outcome
from auditor.report import digest, hostile, wording
from auditor.report.place import place, short_id
from auditor.run import CheckRecord, Run

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class _Case:
    name: str
    result: Literal["passed", "failure", "error", "skipped"] = "passed"
    message: str = ""
    kind: str = ""
    detail: str = ""


def render(run: Run) -> str:
    """The whole file."""
    root = ElementTree.Element("testsuites", {"name": "auditor", "time": f"{wording.seconds(run):.3f}"})
    suites = [_suite(run, "auditor", "auditor", _sight(run))]
    _add_properties(suites[0], run)
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in run.findings:
        findings[finding.check].append(finding)
    for name, check in sorted(digest.checks(run).items()):
        judged = sorted(findings[name], key=lambda finding: (place(finding.subject), finding.id))
        suites.append(_suite(run, name, f"auditor.{check.area}.{name}", [_case(each, check) for each in judged]))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root, " ")
    return _XML + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(run: Run, name: str, classname: str, cases: list[_Case]) -> ElementTree.Element:
    results = [case.result for case in cases]
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": hostile.line(name),
            "tests": str(len(cases)),
            "failures": str(results.count("failure")),
            "errors": str(results.count("error")),
            "skipped": str(results.count("skipped")),
            "timestamp": wording.moment(run.started_at).removesuffix(" UTC").replace(" ", "T"),
            "time": "0",
        },
    )
    for case in cases:
        element = ElementTree.SubElement(
            suite, "testcase", {"classname": hostile.line(classname), "name": case.name, "time": "0"}
        )
        if case.result != "passed":
            attributes = {"message": hostile.line(case.message)} | ({"type": case.kind} if case.kind else {})
            ElementTree.SubElement(element, case.result, attributes).text = hostile.block(case.detail) or None
    return suite


def _add_properties(suite: ElementTree.Element, run: Run) -> None:
    properties = ElementTree.Element("properties")
    rows = [
        ("Verdict", wording.VERDICTS[run.verdict]),
        *(("Reason", reason) for reason in wording.reasons(run)),
        *(("Notice", hostile.line(notice)) for notice in run.notices),
        ("Counts", wording.summary(run)),
        *wording.provenance(run),
        *(
            (f"Population: {wording.kind(kind.kind)}", _population(kind.count, kind.lists_read, kind.gaps))
            for kind in run.population
        ),
        *((f"Parameter: {check}.{name}", setting) for check, name, setting in wording.parameters(run)),
    ]
    for name, text in rows:
        ElementTree.SubElement(properties, "property", {"name": name, "value": text})
    suite.insert(0, properties)


def _population(seen: int, lists: int, gaps: int) -> str:
    return f"{seen:,} seen, {wording.count(lists, 'list')} read whole, {gaps:,} not seen"


def _sight(run: Run) -> list[_Case]:
    """One error for each cause of not seeing; one passed case when everything was seen."""
    cases = [
        _Case(
            name=f"{wording.cause(cause)} of {short_id(cause.gaps[0].scope)}",
            result="error",
            message=f"{wording.cause(cause)}: {cause.words[0]}",
            kind=cause.reason.value,
            detail=_lines(
                *(f"Needed to see it: {action}" for action in cause.permissions),
                wording.cures(cause),
                *(f"Not seen: {gap.kind} of {gap.scope}: {gap.detail}" for gap in cause.gaps),
            ),
        )
        for cause in digest.causes(run)
    ]
    if run.interrupted:
        cases.append(_Case("The audit ran to its end", "error", "The audit was interrupted", "interrupted"))
    return cases or [_Case("Everything in scope could be seen")]


def _case(finding: Finding, check: CheckRecord) -> _Case:
    name = "/".join(place(finding.subject))
    if digest.is_waived(finding):
        return _Case(name, "skipped", wording.waiver(finding) or "")
    if finding.outcome == Outcome.PASS:
        return _Case(name)
    if finding.outcome == Outcome.NOT_APPLICABLE:
        return _Case(name, "skipped", f"Not applicable: {finding.message}")
    result: Literal["failure", "error"] = "failure" if finding.outcome == Outcome.FAIL else "error"
    fix = finding.fix
    detail = _lines(
        f"{check.title}: {finding.message}",
        *(
            f"Seen: {fact.path} = {hostile.value(fact.value)}{f' ({fact.note})' if fact.note else ''}"
            for fact in finding.facts
        ),
        f"Passes when: {check.passes_when}",
        f"Why it matters: {check.why}",
        wording.waiver(finding) or "",
        (fix.text or "") if fix else "",
        (fix.cli or "") if fix else "",
        *check.references,
        f"Subject: {finding.subject.id}",
    )
    return _Case(name, result, finding.message, finding.severity.value, detail)


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)
