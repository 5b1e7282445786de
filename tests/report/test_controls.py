"""Controls as the unit of a report: each with its state in words, and the checks behind it."""

from __future__ import annotations

import re

import pytest

from auditor.control import ControlState
from auditor.report import FORMATS, controls, terminal
from tests.report.runs import framework_run, sample_run

STATES = {
    "AC-3": "not met",
    "SC-7": "not met, waived",
    "AU-2": "unknown",
    "AC-2": "met",
    "AC-4": "not applicable",
    "SC-12": "not assessed",
}
CHECKS = {
    "AC-3": "api-keys-accepted (supports in part): 1 failed, 2 passed",
    "SC-7": "public-network-access (supports in part): 1 failed (1 waived)",
    "AU-2": "diagnostic-logs-missing (supports in part): 2 unknown, not all was seen",
    "AC-4": "model-retires-soon (supports): nothing to judge",
    "SC-12": "customer-managed-key-missing (supports in part): not applied",
}


def test_every_state_has_its_word() -> None:
    assert set(controls.STATES) == set(ControlState)


def test_the_terminal_tells_each_control() -> None:
    """With its words, its state and its checks, under the counts of all."""
    text = terminal.render(framework_run(), width=160, color=False)
    assert "2 not met, 1 unknown, 1 met, 1 not applicable, 1 not assessed" in text
    for name, state in STATES.items():
        assert re.search(rf"^{name} +Words of {name} +{state}  ", text, re.MULTILINE), name
    for told in CHECKS.values():
        assert told in text
    assert controls.MEANING in " ".join(text.split())


def test_markdown_has_a_row_for_each_control() -> None:
    text = FORMATS["markdown"].render(framework_run())
    assert "## Controls of NIST SP 800-53 NIST SP 800-53" in text
    for name, told in CHECKS.items():
        assert f"| {name} | Words of {name} | {STATES[name]} | {told} |" in text


def test_the_page_has_a_table_with_states_in_words_and_links_to_findings() -> None:
    """Each state has its word beside its sign; each check leads to its row, each failure to its card."""
    run = framework_run()
    section = FORMATS["html"].render(run).partition('<section id="frameworks"')[2].partition("</section>")[0]
    assert section.count("<tr") == 1 + len(STATES)
    for state in STATES.values():
        assert f"</svg>{state}</span>" in section
    failed = next(one for one in run.findings if one.check == "api-keys-accepted" and one.outcome == "fail")
    assert f'<a href="#f={failed.id}">{failed.subject.name}</a>' in section
    assert '<a href="#check-api-keys-accepted">' in section
    assert "#check-customer-managed-key-missing" not in section


@pytest.mark.parametrize("name", ["junit", "sarif"])
def test_formats_for_machines_are_the_same(name: str) -> None:
    """Controls are no findings: what CI systems and code scanning read does not change."""
    assert FORMATS[name].render(framework_run()) == FORMATS[name].render(sample_run())


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_without_a_framework_nothing_is_said_of_controls(name: str) -> None:
    assert "Controls of" not in FORMATS[name].render(sample_run())
