"""junit.xml: no tool can take an unknown for a pass."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from auditor.report import junit
from auditor.run import Run
from tests.report.runs import HOSTILE, hostile_run, passing_run, sample_run


def parsed(run: Run) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(run))  # noqa: S314 - our own output


def results(root: ElementTree.Element, suite: str) -> list[str]:
    cases = root.findall(f"testsuite[@name='{suite}']/testcase")
    return [next((child.tag for child in case), "passed") for case in cases]


@pytest.mark.parametrize("make", [sample_run, hostile_run, passing_run])
def test_another_reader_sees_the_same(make: Callable[[], Run]) -> None:
    """junitparser, which reads what the dashboards of CI systems read, counts what the file says, case by case."""
    read = JUnitXml.fromstring(junit.render(make()).encode())
    told = (read.tests, read.failures, read.errors, read.skipped)
    cases = [case for suite in read for case in suite]
    kinds = [result for case in cases for result in case.result]
    assert told == (
        len(cases),
        *(sum(isinstance(kind, sort) for kind in kinds) for sort in (Failure, Error, Skipped)),
    )
    read.update_statistics()
    assert told == (read.tests, read.failures, read.errors, read.skipped)
    assert all(suite.timestamp and case.name and case.classname for suite in read for case in suite)


def test_each_check_is_a_suite_and_each_subject_a_case() -> None:
    """fail fails, unknown is an error, waived and not applicable are skipped."""
    root = parsed(sample_run())
    assert results(root, "deployment-missing") == ["failure"]
    assert results(root, "diagnostic-logs-missing") == ["error", "passed", "error"]
    assert results(root, "public-network-access") == ["passed", "skipped", "skipped"]
    assert results(root, "model-retires-soon") == ["failure"]


def test_counts_agree_with_the_cases() -> None:
    """In each suite and over all."""
    root = parsed(sample_run())
    for element in (root, *root.findall("testsuite")):
        cases = list(element.iter("testcase"))
        told = {name: int(element.get(name, "-1")) for name in ("tests", "failures", "errors", "skipped")}
        assert told == {
            "tests": len(cases),
            "failures": sum(1 for case in cases if case.find("failure") is not None),
            "errors": sum(1 for case in cases if case.find("error") is not None),
            "skipped": sum(1 for case in cases if case.find("skipped") is not None),
        }


def test_what_could_not_be_seen_is_an_error_of_its_own() -> None:
    """One for each cause; a case that passes says that all was seen."""
    assert results(parsed(sample_run()), "auditor") == ["error"]
    assert results(parsed(passing_run()), "auditor") == ["passed"]
    interrupted = passing_run().model_copy(update={"interrupted": True})
    assert results(parsed(interrupted), "auditor") == ["error"]


def test_hostile_text_parses_and_is_kept_as_text() -> None:
    """XML takes no control character; each subject stays a case of its own."""
    root = parsed(hostile_run())
    cases = root.findall("testsuite[@name='api-keys-accepted']/testcase")
    assert len(cases) == 4 * len(HOSTILE)
    assert {element.tag for element in root.iter()} == {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
    }
