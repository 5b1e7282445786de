"""Azure Pipelines: logging commands for the task's log.

Commands and their escaping: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.ci.issues import Issue, Lines, issues, listing
from auditor.report import hostile, wording
from auditor.run import Run

_LISTED = 500
_IN_DATA = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_DATA, ";": "%3B", "]": "%5D"}
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9]+")


def log(run: Run, lines: Lines) -> Iterator[str]:
    """Lines for the log: the worst errors and warnings as issues, and all that failed or is unknown in a group."""
    for notice in run.notices:
        yield command("task.logissue", hostile.line(notice), type="warning")
    for issue in issues(run, lines):
        yield _logged(issue, lines)
    found = list(listing(run, _LISTED))
    if found:
        yield f"##[group]{hostile.line(f'{wording.VERDICTS[run.verdict]}: {wording.summary(run)}')}"
        yield from (hostile.no_commands(line) for line in found)
        yield "##[endgroup]"


def published(summary: str, results: str) -> Iterator[str]:
    """Commands that attach the summary and publish the JUnit file; both are absolute paths."""
    yield command("task.uploadsummary", summary)
    yield command(
        "results.publish",
        "",
        type="JUnit",
        resultFiles=results,
        mergeResults="false",
        runTitle="Auditor",
        publishRunAttachments="true",
    )


def variables(values: Mapping[str, str]) -> Iterator[str]:
    """Commands that set output variables, such as `evidenceSha256`, for later steps, jobs and stages."""
    for name, value in values.items():
        yield command("task.setvariable", value, variable=variable_name(name), isOutput="true")


def variable_name(name: str) -> str:
    """`evidence-sha256` → `evidenceSha256`."""
    first, *others = _NOT_A_NAME.split(name)
    return first + "".join(part.capitalize() for part in others)


def completed(run: Run) -> str:
    """The command by which the task ends as the gate says; what is not a pass has failed."""
    result = "Succeeded" if run.exit_code == 0 and not run.interrupted else "Failed"
    return command("task.complete", f"{wording.VERDICTS[run.verdict]}: {wording.summary(run)}", result=result)


def log_without_run(problem: str) -> Iterator[str]:
    """The issue and the end of the task where there is no evidence."""
    yield command("task.logissue", hostile.line(problem), type="error")
    yield command("task.complete", "the audit wrote no evidence", result="Failed")


def command(name: str, data: str, **properties: str) -> str:
    """One logging command; whatever the texts hold, it is one line and no other command."""
    given = "".join(f"{key}={_encoded(value, _IN_PROPERTIES)};" for key, value in properties.items() if value)
    return f"##vso[{name}{' ' if given else ''}{given}]{_encoded(data, _IN_DATA)}"


def _encoded(text: str, codes: Mapping[str, str]) -> str:
    return "".join(codes.get(each, each) for each in text)


def _logged(issue: Issue, lines: Lines) -> str:
    at = {"sourcepath": lines.file, "linenumber": str(issue.line)} if lines.file else {}
    text = hostile.no_commands(f"{issue.title}: {issue.message}")
    return command("task.logissue", text, type=issue.level, **at)
