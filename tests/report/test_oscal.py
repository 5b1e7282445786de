"""assessment-results.oscal.json: valid by NIST's schema and by an independent validator, and the same each time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft7Validator, FormatChecker

from auditor.finding import Outcome
from auditor.report import oscal
from auditor.run import Run
from tests.report.full import full_run
from tests.report.runs import hostile_run, incomplete_run, large_run, passing_run, sample_run

RUNS = (sample_run, full_run, hostile_run, passing_run, incomplete_run)
SCHEMA = Path(__file__).parent / "schemas" / "oscal-complete-1.2.3.json"

every_run = pytest.mark.parametrize("make", RUNS)


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    """NIST's schema, its classes of letters and numbers in the words of Python's expressions."""
    text = SCHEMA.read_text(encoding="utf-8").replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
    return Draft7Validator(json.loads(text), format_checker=FormatChecker())


def results(run: Run) -> dict[str, Any]:
    (result,) = json.loads(oscal.render(run))["assessment-results"]["results"]
    assert isinstance(result, dict)
    return result


def members(value: Any, name: str) -> Iterator[Any]:
    """The values of every member of this name, at any depth."""
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key == name)
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from members(each, name)


@every_run
def test_it_is_oscal(make: Callable[[], Run], validator: Draft7Validator) -> None:
    """Valid against the published schema."""
    document = json.loads(oscal.render(make()))
    errors = list(validator.iter_errors(document))
    assert not errors, errors[0].message


def test_the_schema_finds_faults(validator: Draft7Validator) -> None:
    """What is no OSCAL is not taken for it."""
    document = json.loads(oscal.render(sample_run()))
    document["assessment-results"]["results"][0]["props"][0]["name"] = "1 no token"
    assert list(validator.iter_errors(document))


@every_run
def test_another_validator_finds_no_error(make: Callable[[], Run], tmp_path: Path) -> None:
    """oscal-validate checks structure, identifiers and references by NIST's schema and constraints for 1.2.3."""
    beside = Path(sys.executable).parent / "oscal-validate"
    program = str(beside) if beside.exists() else shutil.which("oscal-validate")
    if program is None:
        pytest.skip("oscal-validate is not installed: it needs Python 3.12 or newer")
    path = tmp_path / "assessment-results.oscal.json"
    path.write_text(oscal.render(make()), encoding="utf-8", newline="\n")
    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    (errors, warnings) = re.findall(r"(\d+) ERROR, (\d+) WARNING", done.stdout)[-1]
    assert (errors, warnings) == ("0", "0"), done.stdout


@every_run
def test_uuids_are_derived_unique_and_lead_somewhere(make: Callable[[], Run]) -> None:
    """The same run has the same ones; none is given twice; each reference is to one that exists."""
    document = json.loads(oscal.render(make()))
    given = list(members(document, "uuid"))
    assert len(set(given)) == len(given)
    assert {UUID(one).version for one in given} == {5}
    for name in ("subject-uuid", "observation-uuid", "risk-uuid"):
        assert set(members(document, name)) <= set(given)
    assert document["assessment-results"]["import-ap"]["href"].removeprefix("#") in given


def test_a_check_is_satisfied_only_where_all_was_seen_and_passes() -> None:
    """A failure is not satisfied, nor is an unknown, for another reason; what applies nowhere is no finding."""
    told = {
        finding["target"]["target-id"]: finding["target"]["status"] for finding in results(sample_run())["findings"]
    }
    assert told["api-keys-accepted"] == {"state": "not-satisfied", "reason": "fail"}
    assert told["diagnostic-logs-missing"]["state"] == "not-satisfied"
    assert told["diagnostic-logs-missing"]["reason"] == "other"
    passing = results(passing_run())["findings"]
    assert {finding["target"]["status"]["state"] for finding in passing} == {"satisfied"}
    run = sample_run()
    nowhere = tuple(replace(f, outcome=Outcome.NOT_APPLICABLE) for f in run.findings)
    assert "findings" not in results(run.model_copy(update={"findings": nowhere}))


def test_a_waiver_is_an_approved_deviation() -> None:
    """With its deadline; an expired one leaves the risk open."""
    risks = results(sample_run())["risks"]
    (accepted,) = [risk for risk in risks if risk["status"] == "deviation-approved"]
    assert accepted["deadline"] == "2027-01-31T00:00:00Z"
    assert [risk["status"] for risk in risks].count("open") == 5


def test_what_could_not_be_seen_is_observed_by_an_unknown_method() -> None:
    """With the permission that is missing."""
    (unseen,) = [one for one in results(sample_run())["observations"] if one["methods"] == ["UNKNOWN"]]
    assert "diagnosticSettings/read" in unseen["remarks"].replace("\\", "").replace("<!-- -->", "")


def test_evidence_leads_to_the_raw_answer() -> None:
    """By its hash, in the bundle."""
    hrefs = {one["href"] for each in results(sample_run())["observations"] for one in each.get("relevant-evidence", ())}
    (digest,) = {reading.body_sha256 for reading in sample_run().readings}
    assert hrefs == {f"raw/{digest}.gz"}


def test_controls_are_those_that_a_publication_names() -> None:
    """None is claimed where there is none."""
    (chosen,) = results(full_run())["reviewed-controls"]["control-selections"]
    assert chosen["include-controls"] == [{"control-id": "AC-3"}]
    (whole,) = results(sample_run())["reviewed-controls"]["control-selections"]
    assert whole["include-all"] == {}


def test_large_runs_stay_valid_in_shape() -> None:
    """One observation for each finding."""
    assert len([one for one in results(large_run(1000))["observations"] if one["methods"] == ["TEST"]]) == 1000
