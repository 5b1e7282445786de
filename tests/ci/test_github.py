"""What GitHub's runner would obey of what is said to it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from auditor.ci import github
from auditor.ci.issues import Lines
from auditor.report.markdown import BUDGET
from tests.ci import obeyed
from tests.report.runs import hostile_run, incomplete_run, large_run, passing_run, sample_run

LINES = Lines("deploy/auditor.yaml", {"payments-assistant": 7})


def said(run) -> list[obeyed.Obeyed]:
    return obeyed.github("\n".join(github.log(run, LINES)))


@given(st.text(), st.text(), st.text())
def test_a_command_says_what_it_was_given_and_nothing_else(data: str, title: str, file: str) -> None:
    """Whatever the texts are, the runner reads one command with these very texts."""
    (read,) = obeyed.github(github.command("error", data, title=title, file=file))
    assert read.name == "error"
    assert read.data == data
    assert {"title": "", "file": "", **read.properties} == {"title": title, "file": file}


@given(st.dictionaries(st.sampled_from(["verdict", "report-path"]), st.text()))
def test_an_output_comes_out_as_it_went_in(values: dict[str, str]) -> None:
    """Line ends, `=` and `<<` in a value make no output of their own."""
    names = count()
    assert obeyed.assigned(github.output_file(values, lambda: f"end{next(names)}")) == values


def test_a_delimiter_that_stands_in_the_value_is_not_taken() -> None:
    """A value that guessed the delimiter gets another one."""
    guesses = iter(("guessed", "unforeseen"))
    text = github.output_file({"name": "a\nguessed\nother-output=x"}, lambda: next(guesses))
    assert obeyed.assigned(text) == {"name": "a\nguessed\nother-output=x"}


def test_errors_are_what_decides_and_stand_at_the_workload() -> None:
    """Each gating finding is an error at the line of its workload, the worst first; other failures are warnings."""
    found = said(sample_run())
    errors = [each for each in found if each.name == "error"]
    gating = [each for each in sample_run().findings if each.gating]
    assert len(errors) == len(gating) <= 10
    assert {each.properties["file"] for each in errors} == {"deploy/auditor.yaml"}
    assert {each.properties["line"] for each in errors} <= {"1", "7"}
    assert "7" in {each.properties["line"] for each in errors}
    assert errors[0].properties["title"].startswith("FAIL critical") or "high" in errors[0].properties["title"]


def test_at_most_ten_of_each_and_the_tenth_says_how_many_more() -> None:
    """Of thousands, nine stand for themselves; the group holds the first five hundred."""
    run = large_run(4000)
    found = said(run)
    for name in ("error", "warning"):
        of_name = [each for each in found if each.name == name]
        assert len(of_name) <= 10
    errors = [each for each in found if each.name == "error"]
    more = sum(each.gating for each in run.findings) - 9
    assert errors[-1].data.startswith(f"{more:,} further errors")
    assert len(list(github.log(run, LINES))) < 600


def test_a_verdict_that_no_finding_decides_gives_its_reasons() -> None:
    """A run that could not see everything is an error even where no finding gates."""
    run = incomplete_run()
    quiet = run.model_copy(update={"findings": tuple(each for each in run.findings if not each.gating)})
    errors = [each for each in said(quiet) if each.name == "error"]
    assert [each.data for each in errors] == list(run.reasons)


def test_a_pass_points_at_nothing() -> None:
    assert said(passing_run()) == []


def test_no_name_becomes_a_command() -> None:
    """Of a run in which every text is hostile, only the auditor's own commands are obeyed."""
    found = said(hostile_run())
    assert {each.name for each in found} == {"notice", "error", "warning", "group", "endgroup"} & {
        each.name for each in found
    }
    assert not [each for each in found if each.data == "owned"]
    assert [each.name for each in found].count("group") == 1


def test_the_summary_keeps_to_the_limit_whatever_stands_there_already() -> None:
    """With room it is the whole report, with little its verdict, with none nothing."""
    run = large_run(20_000)
    whole = github.summary(run, 0)
    assert BUDGET * 0.5 < len(whole.encode()) <= BUDGET
    assert "left out" in whole
    short = github.summary(run, 1024 * 1024 - 1000)
    assert short.startswith("# Fail")
    assert len(short.encode()) <= 1000
    assert github.summary(run, 1024 * 1024) == ""


def test_a_million_characters_neither_break_the_summary_nor_the_log() -> None:
    """A name as long as the whole budget is cut wherever it is said."""
    run = sample_run()
    long = "::error::`|<b>\n" * 70_000
    subject = run.findings[0].subject.model_copy(update={"name": long, "id": long})
    changed = replace(run.findings[0], message=long, subject=subject)
    grown = run.model_copy(update={"findings": (changed, *run.findings[1:]), "reasons": (long,)})
    assert len(github.summary(grown, 0).encode()) <= BUDGET
    assert max(map(len, github.log(grown, LINES))) < 20_000


def test_each_line_of_a_secret_is_masked() -> None:
    """A key of many lines would otherwise show up line by line."""
    assert [each.data for each in obeyed.github("\n".join(github.masks(["one%\n\ntwo"])))] == ["one%", "two"]


def test_without_a_file_in_the_repository_nothing_points_at_one() -> None:
    assert not any("file" in each.properties for each in obeyed.github("\n".join(github.log(sample_run(), Lines("")))))
