"""Evidence that an earlier version wrote is still read, and every report of it still made."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from auditor.cli.schema import schema_of
from auditor.report import FORMATS, terminal
from auditor.run import load_run

OLD = Path(__file__).parent / "kept" / "evidence-before-population.json"
"""Of the first schema, before it told of clocks, exclusions, the inventory and where its numbers come from."""


def test_it_is_read_and_says_nothing_of_what_it_never_told() -> None:
    run = load_run(OLD)
    assert (run.clock, run.excluded, run.deployments, run.quota, run.waivers, run.attestations) == (
        None, (), (), (), (), (),
    )  # fmt: skip
    assert {(one.found_by, one.second, one.reconciled) for one in run.population} == {((), None, None)}
    assert {(check.controls, tuple(check.counts)) for check in run.policy.checks} == {((), ())}
    assert (run.policy.pack_digests, run.tool.digests) == ({}, {})


def test_it_fits_the_schema_of_today() -> None:
    assert list(Draft202012Validator(schema_of("evidence")).iter_errors(json.loads(OLD.read_text("utf-8")))) == []


def test_every_report_of_it_is_made() -> None:
    run = load_run(OLD)
    assert "Counted twice" not in terminal.render(run, 80, color=False)
    assert all(form.render(run) for form in FORMATS.values())
