"""findings.ocsf.jsonl: accepted by the models of another, and true to the millisecond."""

from __future__ import annotations

import json
from typing import Any

import pytest
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

from auditor.report import ocsf
from auditor.run import Run
from tests.report.full import full_run
from tests.report.parts import STARTED
from tests.report.runs import hostile_run, incomplete_run, passing_run, sample_run

OMITTED = {"compliance.status", "compliance.status_detail"}
"""Members of OCSF 1.5.0's compliance object that these models leave out
(https://schema.ocsf.io/1.5.0/objects/compliance)."""


def events(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ocsf.render(run).split("\n") if line]


def unknown_members(told: Any, kept: Any, path: str = "") -> set[str]:
    """What was written and the models did not take over."""
    if isinstance(told, dict):
        assert isinstance(kept, dict)
        lost = {f"{path}{name}" for name in told if name not in kept}
        return lost.union(*(unknown_members(told[name], kept[name], f"{path}{name}.") for name in told if name in kept))
    if isinstance(told, list):
        return set().union(*(unknown_members(one, other, path) for one, other in zip(told, kept, strict=True)))
    assert told == kept, path
    return set()


@pytest.mark.parametrize("make", [sample_run, full_run, hostile_run, passing_run, incomplete_run])
def test_each_line_is_a_compliance_finding(make: Any) -> None:
    """Validated by py-ocsf-models, which knows version 1.5.0; no member is one that it does not know."""
    for event in events(make()):
        kept = json.loads(ComplianceFinding.model_validate(event).model_dump_json())
        assert unknown_members(event, kept) <= OMITTED
        assert (event["class_uid"], event["category_uid"], event["type_uid"]) == (2003, 2, 200301)
        assert event["metadata"]["version"] == "1.5.0"
        assert event["compliance"]["standards"]


def test_times_are_milliseconds() -> None:
    """Not seconds, which readers would take for January 1970."""
    event = events(sample_run())[1]
    assert event["start_time"] == int(STARTED.timestamp()) * 1000
    assert event["time"] == event["end_time"] == event["start_time"] + 12_400


def test_outcomes_and_waivers_have_the_standard_s_words() -> None:
    """Pass 1, unknown 2 (missing information), fail 3; waived is suppressed; what does not apply is told as other."""
    run = full_run()
    told = {event["finding_info"]["uid"]: event for event in events(run)}
    status = {"pass": 1, "unknown": 2, "fail": 3, "not_applicable": 99}
    for finding in run.findings:
        event = told[finding.id]
        assert event["compliance"]["status_id"] == status[finding.outcome]
        in_force = finding.waiver is not None and not finding.waiver.expired
        assert event["status_id"] == (3 if in_force else 1)
        assert event["severity_id"] == (finding.severity.rank + 1 if status[finding.outcome] in {2, 3} else 1)
    (mapped,) = [event for event in told.values() if event["compliance"].get("requirements")]
    assert mapped["compliance"]["standards"] == ["nist-800-53-r5"]
    assert mapped["compliance"]["requirements"] == ["nist-800-53-r5 AC-3"]


def test_the_audit_itself_is_the_first_line() -> None:
    """A lake learns that something could not be seen, and of a run without findings that it was."""
    first = events(sample_run())[0]
    assert (first["compliance"]["status_id"], first["unmapped"]["verdict"]) == (2, "fail")
    assert first["unmapped"]["not_seen"][0]["places"] == 2
    (alone,) = events(passing_run().model_copy(update={"findings": ()}))
    assert alone["compliance"]["status_id"] == 1


def test_ids_repeat_from_run_to_run_and_events_do_not() -> None:
    """finding_info.uid follows a finding through runs; metadata.uid names one event."""
    told = events(sample_run())
    again = events(sample_run().model_copy(update={"id": "20261122T000000Z-aaaa"}))
    assert [event["finding_info"]["uid"] for event in told[1:]] == [event["finding_info"]["uid"] for event in again[1:]]
    assert len({event["metadata"]["uid"] for event in (*told, *again)}) == 2 * len(told)
