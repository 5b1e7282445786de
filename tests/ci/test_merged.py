"""Several runs as one verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor.ci.merged import merge, summary, workloads
from auditor.errors import ExitCode
from auditor.report.digest import tally
from auditor.run import Run
from tests.report.runs import HOSTILE, incomplete_run, passing_run, sample_run


def about(run: Run, *names: str, later: float = 0, **changes: Any) -> Run:
    """The run as one about these workloads, so many seconds later."""
    settings = {**run.settings, "workloads": [{"name": name} for name in names]}
    identity = f"{'-'.join(names)}-{later}"
    at = run.started_at + timedelta(seconds=later)
    return run.model_copy(update={"settings": settings, "id": identity, "started_at": at, **changes})


PASS, FAIL, INCOMPLETE = passing_run(), sample_run(), incomplete_run()


@pytest.mark.parametrize(
    ("runs", "code", "verdict"),
    [
        ([about(PASS, "a"), about(PASS, "b")], ExitCode.PASSED, "pass"),
        ([about(PASS, "a", "b")], ExitCode.PASSED, "pass"),
        ([about(PASS, "a"), about(INCOMPLETE, "b")], ExitCode.INCOMPLETE, "incomplete"),
        ([about(FAIL, "a"), about(INCOMPLETE, "b")], ExitCode.FAILED, "fail"),
        ([about(PASS, "a")], ExitCode.USAGE, "error"),
        ([about(FAIL, "a")], ExitCode.FAILED, "fail"),
        ([], ExitCode.USAGE, "error"),
        ([about(PASS, "a"), about(PASS, "b", exit_code=130, interrupted=True)], ExitCode.INCOMPLETE, "incomplete"),
    ],
)
def test_one_verdict(runs: list[Run], code: ExitCode, verdict: str) -> None:
    """A failure wins; a workload without evidence is no pass; what is not whole is incomplete."""
    merged = merge(runs, ("a", "b"))
    assert (merged.code, merged.verdict) == (code, verdict)


def test_the_newest_run_of_a_workload_counts() -> None:
    """A job that was run again replaces its first try, whichever came out how."""
    runs = [about(PASS, "a", later=9), about(FAIL, "a", later=1)]
    assert merge(runs, ("a",)).verdict == "pass"
    assert merge([about(PASS, "a", later=1), about(FAIL, "a", later=9)], ("a",)).verdict == "fail"


def test_runs_about_others_do_not_count() -> None:
    assert merge([about(PASS, "a"), about(FAIL, "elsewhere")], ("a",)).verdict == "pass"


def test_the_summary_is_a_table_whatever_the_names_are() -> None:
    """Each run is one row of five cells, also with pipes, HTML and line ends in its names."""
    text = summary(merge([about(FAIL, name, later=i) for i, name in enumerate(HOSTILE)], (*HOSTILE, "missing")))
    table = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert len(table) == len(HOSTILE) + 1
    assert all(line.replace("\\|", "").count("|") == 6 for line in table)
    assert "**No evidence**" in table[-1]
    assert "<img" not in text.replace("\\<", "")


def test_counts_of_all_together() -> None:
    """What failed and what is unknown, over the runs that count."""
    merged = merge([about(FAIL, "a"), about(INCOMPLETE, "b"), about(FAIL, "elsewhere")], ("a", "b"))
    tallies = [tally(FAIL), tally(INCOMPLETE)]
    assert merged.failed == sum(one.fail for one in tallies) > 0
    assert merged.unknown == sum(one.unknown for one in tallies) > 0


def test_nothing_expected_and_nothing_found_is_no_pass() -> None:
    """No run and no name to miss: still nobody was audited."""
    assert merge([], ()).code is ExitCode.USAGE


def test_the_worst_stands_first() -> None:
    """Failed, interrupted, incomplete, passed; those that are alike by the names of their workloads."""
    interrupted = about(PASS, "b", exit_code=130, interrupted=True)
    runs = [about(PASS, "a"), about(PASS, "e"), interrupted, about(INCOMPLETE, "c"), about(FAIL, "d")]
    merged = merge(runs, ("e", "a", "c", "b", "d"))
    assert [workloads(run) for run in merged.runs] == [("d",), ("b",), ("c",), ("a",), ("e",)]


@pytest.mark.parametrize("declared", [None, "a", {"name": "a"}, ["name", {"title": "a"}, 7]])
def test_settings_of_another_shape_name_no_workload(declared: object) -> None:
    """Evidence of another hand: its run is about nobody, and the workload stays missing."""
    run = PASS.model_copy(update={"settings": {"workloads": declared}})
    assert merge([run], ("a",)).missing == ("a",)


def test_the_summary_begins_with_the_verdict_and_what_the_endpoints_say() -> None:
    """Each notice once, in a fixed order, as a callout of its own before the table."""
    runs = [
        about(PASS, "a", notices=("sandbox: not evidence", "b")),
        about(INCOMPLETE, "c", notices=("sandbox: not evidence",)),
    ]
    assert summary(merge(runs, ("a", "c"))).split("\n|")[0] == (
        "# Incomplete: 2 audits\n\n> [!CAUTION]\n> **b**\n\n> [!CAUTION]\n> **sandbox: not evidence**\n"
    )
