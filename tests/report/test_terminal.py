"""The terminal report: verdict first and last, commands whole, hostile text inert."""

from __future__ import annotations

import re

import pytest

from auditor.report import FORMATS, terminal
from tests.report.runs import hostile_run, large_run, passing_run, sample_run

SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_the_verdict_stands_first_and_last() -> None:
    """With the counts at the top and the first reason at the end."""
    lines = terminal.render(sample_run(), width=80, color=False).splitlines()
    assert lines[0] == "FAIL  5 failed, 3 unknown, 1 waived, 4 passed, 1 not applicable"
    assert lines[1] == "NOTICE  sandbox: not evidence"
    assert lines[-1] == "FAIL  4 failures of severity high or worse, 2 of them critical"


def test_each_failure_says_how_to_read_more_of_it() -> None:
    """By the finding's id, which is what somebody types next."""
    run = sample_run()
    lines = [line.strip() for line in terminal.render(run, width=80, color=False).splitlines()]
    failed = [finding.id for finding in run.findings if finding.outcome == "fail" and finding.waiver is None]
    assert failed
    assert all(f"more: auditor explain {id_}" in lines for id_ in failed)


def test_colour_changes_only_the_looks() -> None:
    """The words are the same; with colour the verdict also has a sign."""
    coloured = terminal.render(passing_run(), width=80, color=True)
    assert SGR.search(coloured)
    assert SGR.sub("", coloured).startswith("✓ PASS")
    assert not SGR.search(terminal.render(passing_run(), width=80, color=False))


def test_plain_is_plain() -> None:
    """Without colour there is no box drawing and no sign of ours beyond ASCII."""
    assert terminal.render(sample_run(), width=80, color=False).isascii()


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("color", [True, False])
def test_commands_are_never_wrapped(width: int, color: bool) -> None:
    """Each line of a command is a line of the report; nothing is shortened."""
    lines = [line.strip() for line in SGR.sub("", terminal.render(sample_run(), width, color)).splitlines()]
    run = sample_run()
    commands = [finding.fix.cli for finding in run.findings if finding.fix and finding.outcome == "fail"]
    told = [command for command in commands if command and "publicNetworkAccess" not in command]
    steps = [call.next_step for call in run.calls if call.next_step]
    for command in (*told, *steps, run.gaps[0].next_step):
        assert {part.strip() for part in command.splitlines()} <= set(lines)


def test_prose_keeps_to_the_width() -> None:
    """At 80 columns only commands are longer."""
    long = [line for line in terminal.render(sample_run(), 80, color=False).splitlines() if len(line) > 80]
    assert all(line.strip().startswith(("az ", "--")) for line in long)


@pytest.mark.parametrize("color", [True, False])
def test_hostile_text_does_nothing(color: bool) -> None:
    """No escape but our own colours, no control character, no command to a runner."""
    text = SGR.sub("", terminal.render(hostile_run(), 80, color))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"^\s*::|##\[|##vso\[", text, re.MULTILINE)
    assert "\\x1b[31mred" in text


def test_one_cause_is_told_once() -> None:
    """With its cure, and the checks that hang on it."""
    text = terminal.render(sample_run(), 80, color=False)
    assert text.count("AuthorizationFailed") == 1
    assert "high diagnostic-logs-missing: aoai-chat, aoai-search" in text


def test_many_reasons_are_counted() -> None:
    """A terminal shows the worst; every other report has them all."""
    run = sample_run().model_copy(update={"reasons": tuple(f"reason {number:02}" for number in range(20))})
    text = terminal.render(run, 80, color=False)
    assert "- reason 07" in text
    assert "reason 08" not in text
    assert "- and 12 further reasons" in text
    assert all(reason in FORMATS["html"].render(run) for reason in run.reasons)


def test_a_large_run_tells_the_worst_and_counts_the_rest() -> None:
    """Nobody reads four thousand failures in a terminal."""
    text = terminal.render(large_run(20_000), 80, color=False)
    assert "3,950 further failures, none worse" in text
    assert text.count("\n") < 1_000
