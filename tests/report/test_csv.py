"""CSV: read back by Python's own reader it holds every finding and every list, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.finding import Outcome, Subject
from auditor.report import FORMATS, digest, wording
from auditor.report.spreadsheet import cell, table
from auditor.run import Run
from tests.report.full import full_run
from tests.report.parts import build, finding
from tests.report.runs import HOSTILE, hostile_run, passing_run, sample_run

FORMULA = re.compile("(?:^|[;|])[\\s\"'`\u00a0]*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MARKED = re.compile("(?:^|[;|])[\\s\"'`\u00a0]*'[=+\\-@\uff1d\uff0b\uff0d\uff20]")
PAYLOADS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '"=1',
    "' =1",
    '  =HYPERLINK("https://evil.example","x")',
    "\uff1d1+1",
    "a;=1",
    'a; "=1',
    "\u00a0=1",
)


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def lists(run: Run) -> dict[str, list[dict[str, str]]]:
    return {name: read(content) for name, content in FORMATS["csv"].files(run).items()}


def acts(text: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula."""
    return FORMULA.search(MARKED.sub("text", text)) is not None and not NUMBER.fullmatch(text)


def test_findings_are_all_there_worst_first() -> None:
    """What decides the verdict stands above what does not; each row can stand alone."""
    run = sample_run()
    rows = lists(run)["findings.csv"]
    assert {row["finding_id"] for row in rows} == {finding.id for finding in run.findings}
    assert [row["outcome"] for row in rows[:7]] == ["fail"] * 5 + ["unknown"] * 2
    first = rows[0]
    assert first["message"].startswith('Nothing is deployed as "gpt-5.4-mini"')
    assert first["seen"] == '{"expected.exists": false, "expected.probably_meant": ["gpt-54-mini"]}'
    assert "--name aoai-chat --deployment-name" in first["command"]
    assert (first["run_id"], first["notice"]) == (run.id, "sandbox: not evidence")


@pytest.mark.parametrize("make", [sample_run, full_run])
def test_each_finding_is_one_row(make: Any) -> None:
    """Also one that decides the verdict."""
    run = make()
    told = [row["finding_id"] for row in lists(run)["findings.csv"]]
    assert sorted(told) == sorted(item.id for item in run.findings)


def test_the_basis_of_the_verdict_stands_in_a_list_of_its_own() -> None:
    """The verdict, each reason and notice, the counts, and where it all comes from."""
    run = sample_run().model_copy(update={"reasons": ("first", "second"), "notices": ("a", "b")})
    rows = [(row["what"], row["value"]) for row in lists(run)["run.csv"]]
    assert rows[0] == ("Verdict", wording.VERDICTS[run.verdict])
    assert [value for what, value in rows if what == "Reason"] == list(wording.reasons(run))
    assert [value for what, value in rows if what == "Notice"] == ["a", "b"]
    assert [value for what, value in rows if what == "Counts"] == [wording.summary(run)]


def test_every_population_is_a_list() -> None:
    """One for each kind, also where it is empty, with how its findings came out."""
    run = full_run()
    told = lists(run)
    assert set(told) == {"findings.csv", "run.csv"} | {
        f"population/{name}.csv"
        for name in (
            *("subscriptions", "workloads", "accounts", "expectations", "deployments", "quota", "others", "calls"),
            *("routed-calls", "kinds", "excluded", "gaps", "readings", "checks", "controls", "waivers"),
            "attestations",
        )
    }
    accounts = {row["name"]: row for row in told["population/accounts.csv"]}
    assert set(accounts) == {"aoai-chat", "aoai-search", "aoai-lab"}
    assert (accounts["aoai-search"]["waived"], accounts["aoai-search"]["failed"]) == ("1", "0")
    deployments = {row["name"]: row for row in told["population/deployments.csv"]}
    assert deployments["gpt-54-mini"]["retires"] == "2026-12-31"
    assert (deployments["gpt-54-mini"]["failed"], deployments["gpt-54-mini"]["passed"]) == ("1", "1")
    assert deployments["x"]["model"] == ""
    assert deployments["rerank"]["failed"] == "1"
    (pool,) = told["population/quota.csv"]
    assert (pool["used"], pool["planned"], pool["failed"]) == ("480", "-50", "1")
    (kind, *_) = told["population/kinds.csv"]
    assert kind["reconciled"] == "false"
    assert {row["id"] for row in told["population/gaps.csv"]} == {gap.id for gap in run.gaps}
    assert {row["id"] for row in told["population/readings.csv"]} == {reading.id for reading in run.readings}
    assert lists(passing_run())["population/calls.csv"] == []


def test_counts_over_a_population_agree_with_the_run() -> None:
    """No finding is missing from the lists and none is counted twice."""
    run = full_run()
    told = lists(run)
    subjects = ("subscriptions", "workloads", "accounts", "expectations", "deployments", "quota", "others")
    rows = [row for name in subjects for row in told[f"population/{name}.csv"]]
    tally = digest.tally(run)
    sums = {name: sum(int(row[name]) for row in rows) for name in ("failed", "unknown", "waived", "passed")}
    assert sums == {
        "failed": tally.fail,
        "unknown": tally.unknown,
        "waived": tally.waived,
        "passed": tally.passed,
    }


@pytest.mark.parametrize("make", [hostile_run, full_run])
def test_no_cell_of_any_list_is_a_formula(make: Any) -> None:
    """Whatever strangers wrote; rows keep their columns, and each line ends as RFC 4180 asks."""
    for name, content in FORMATS["csv"].files(make()).items():
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}, name
        assert not [text for row in rows for text in row if acts(text)], name
        assert content.count(b"\n") == content.count(b"\r\n") == len(rows)


@pytest.mark.parametrize("text", PAYLOADS)
def test_payloads_are_text(text: str) -> None:
    """An apostrophe stands before what would act; nothing else is changed."""
    shown = cell(text)
    assert not acts(shown)
    assert "'" in shown


@given(st.one_of(st.text(max_size=60), st.text(alphabet="=+-@;|\t\r\n\"' a1,", max_size=30), st.sampled_from(HOSTILE)))
def test_no_text_acts_and_every_text_comes_back(text: str) -> None:
    """The reader gets the cell as it was made, and the cell is the text but for marks."""
    shown = cell(text)
    assert not FORMULA.search(MARKED.sub("text", shown))
    ((_,), (back,)) = csv.reader(io.StringIO(table(("x",), ((text,),)).removeprefix("\ufeff"), newline=""), strict=True)
    assert back == shown


def test_numbers_stay_numbers() -> None:
    """Only texts of others are guarded."""
    assert [cell(content) for content in (-3, 1.5, True, None, ["a", "-b"], {"a": 1})] == [
        "-3",
        "1.5",
        "true",
        "",
        "a; '-b",
        '{"a": 1}',
    ]


def test_a_kind_from_foreign_evidence_names_no_file() -> None:
    """A kind that would escape the folder is a cell like others."""
    subject = Subject(kind="../../etc/x", id="../../etc/x", name="x")
    run = build((finding("api-keys-accepted", subject, Outcome.FAIL, "x"),))
    told = lists(run)
    assert not [name for name in told if ".." in name]
    assert [row["kind"] for row in told["population/others.csv"]] == ["../../etc/x"]
