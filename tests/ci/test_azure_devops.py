"""What the Azure Pipelines agent would obey of what is said to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.ci import azure_devops
from auditor.ci.issues import Lines
from tests.ci import obeyed
from tests.report.runs import hostile_run, large_run, passing_run, sample_run

LINES = Lines("auditor.yaml", {"payments-assistant": 7})


@given(st.text(), st.text())
def test_a_command_says_what_it_was_given_and_nothing_else(data: str, path: str) -> None:
    """Whatever the texts are, the agent reads one command with these very texts."""
    (read,) = obeyed.azure(azure_devops.command("task.logissue", data, type="error", sourcepath=path))
    assert read.name == "task.logissue"
    assert read.data == data
    assert {"sourcepath": "", **read.properties} == {"type": "error", "sourcepath": path}


def test_variables_are_named_as_expressions_need_them() -> None:
    """A dash can't stand in a variable's name of a shell."""
    read = obeyed.azure("\n".join(azure_devops.variables({"evidence-sha256": "ab", "verdict": "fail"})))
    assert [each.properties["variable"] for each in read] == ["evidenceSha256", "verdict"]
    assert {each.properties["isOutput"] for each in read} == {"true"}


def test_no_name_becomes_a_command() -> None:
    """Of a run in which every text is hostile, only issues and one group are obeyed."""
    found = obeyed.azure("\n".join(azure_devops.log(hostile_run(), LINES)))
    assert {each.name for each in found} == {"task.logissue", "group", "endgroup"}
    assert {each.properties["type"] for each in found if each.properties} == {"error", "warning"}


def test_at_most_ten_of_each() -> None:
    found = obeyed.azure("\n".join(azure_devops.log(large_run(2000), LINES)))
    errors = [each for each in found if each.properties.get("type") == "error"]
    assert len(errors) == 10
    assert "further errors" in errors[-1].data


def test_what_is_no_pass_has_failed() -> None:
    """The task ends as the gate does; an interrupted run is no success either."""

    def result(run) -> str:
        (read,) = obeyed.azure(azure_devops.completed(run))
        return read.properties["result"]

    assert result(passing_run()) == "Succeeded"
    assert result(sample_run()) == "Failed"
    assert result(passing_run().model_copy(update={"interrupted": True})) == "Failed"


def test_summary_and_results_are_published_by_path() -> None:
    """Windows paths, which hold a colon and backslashes, arrive as they are."""
    summary, results = obeyed.azure("\n".join(azure_devops.published("D:\\a\\_temp\\s.md", "D:\\a;b]\\j.xml")))
    assert (summary.name, summary.data) == ("task.uploadsummary", "D:\\a\\_temp\\s.md")
    assert (results.name, results.properties["resultFiles"]) == ("results.publish", "D:\\a;b]\\j.xml")
    assert results.properties["type"] == "JUnit"
