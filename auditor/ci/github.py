"""GitHub Actions: workflow commands for the log, and the files in which a step leaves outputs and a summary.

Commands and their escaping: https://docs.github.com/actions/reference/workflow-commands
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from auditor.ci.issues import Issue, Lines, issues, listing
from auditor.report import hostile, markdown, wording
from auditor.run import Run

SUMMARY_LIMIT = 1024 * 1024
"""Bytes; GitHub refuses a step's whole summary above that."""

_LISTED = 500
_NO_EVIDENCE = "The audit wrote no evidence"


def output_file(values: Mapping[str, str], delimiter: Callable[[], str]) -> str:
    """Lines to append to GITHUB_OUTPUT; each value stands between delimiters that nobody could have foreseen."""
    return "".join(_assigned(name, value, delimiter) for name, value in values.items())


def _assigned(name: str, value: str, delimiter: Callable[[], str]) -> str:
    end = delimiter()
    while end in value:
        end = delimiter()
    return f"{name}<<{end}\n{value}\n{end}\n"


def summary(run: Run, taken: int) -> str:
    """The run for GITHUB_STEP_SUMMARY, in which `taken` bytes already stand; worst first, and what was cut is said.

    Empty where so much is taken that nothing of use would fit.
    """
    whole = markdown.render(run)
    if taken + len(whole.encode()) <= SUMMARY_LIMIT:
        return whole
    short = (
        f"# {wording.VERDICTS[run.verdict]}: audit {hostile.markdown(run.id)}\n\n"
        f"{hostile.markdown(wording.summary(run))}. The rest stands in the report: this summary is full.\n"
    )
    return short if taken + len(short.encode()) <= SUMMARY_LIMIT else ""


def summary_without_run(problem: str) -> str:
    """The summary where there is no evidence: that this is no pass, and why."""
    return f"# {_NO_EVIDENCE}\n\nThis is not a pass. {hostile.markdown(problem)}\n"


def log(run: Run, lines: Lines) -> Iterator[str]:
    """Lines for the step's log: the annotations, and everything that failed or is unknown in a group."""
    for notice in run.notices:
        yield command("notice", hostile.line(notice), title="Auditor")
    for issue in issues(run, lines):
        yield _annotation(issue, lines)
    found = list(listing(run, _LISTED))
    if found:
        yield command("group", f"{wording.VERDICTS[run.verdict]}: {wording.summary(run)}")
        yield from (hostile.no_commands(line) for line in found)
        yield command("endgroup", "")


def log_without_run(problem: str) -> str:
    """The annotation where there is no evidence."""
    return command("error", hostile.line(problem), title=_NO_EVIDENCE)


def masks(secrets: Iterable[str]) -> Iterator[str]:
    """Commands by which the log of this job shows none of these secrets; of one with many lines each line."""
    for secret in secrets:
        yield from (command("add-mask", line) for line in secret.splitlines() if line.strip())


def command(name: str, data: str, **properties: str) -> str:
    """One workflow command; whatever the texts hold, it is one line and no other command."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_data(data)}"


def _annotation(issue: Issue, lines: Lines) -> str:
    at = {"file": lines.file, "line": str(issue.line)} if lines.file else {}
    return command(issue.level, issue.message, title=issue.title, **at)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
