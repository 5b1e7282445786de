"""Whether all of it was seen, as terminal and Markdown tell it in a few lines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.population import Clock, Counted, Excluded, Population
from auditor.report import completeness, markdown, terminal
from auditor.run import AttestationRecord, Run, WaiverRecord
from tests.report.parts import STARTED, build

HOSTILE = "</script>\x1b[2J| `x` \u202e"


def accounts(second: int | None) -> Population:
    counted = Counted(source="Resource Manager's list of all resources", count=second) if second is not None else None
    return Population(kind="account", count=3, lists_read=1, gaps=0, second=counted)


def clock(skew: float) -> Clock:
    service = STARTED - timedelta(seconds=skew)
    return Clock(ours=STARTED, service=service, reading="r", skew_seconds=skew, largest_seconds=skew)


def waiver(state: Any) -> WaiverRecord:
    return WaiverRecord(
        check="c", subject="s", owner="o", reason="r", ticket="t", expires=date(2026, 12, 31), state=state
    )


def statement(**more: Any) -> AttestationRecord:
    told: dict[str, Any] = {
        "control": "gateway", "workload": "search", "statement": "All calls pass it.", "holds": True,
        "owner": "platform@contoso.com", "evidence": "https://wiki.contoso.com/x", "stated": date(2026, 1, 1),
        "expires": date(2027, 1, 1), "in_force": True,
    }  # fmt: skip
    return AttestationRecord(**{**told, **more})


def run(**more: Any) -> Run:
    return build((), **more)


def test_a_run_that_tells_nothing_of_it_has_no_lines() -> None:
    assert completeness.told(run()) == ()


@pytest.mark.parametrize(
    ("more", "label", "text"),
    [
        ({"population": (accounts(3),)}, "Counted twice",
         "account 3, and 3 by Resource Manager's list of all resources: the same"),
        ({"population": (accounts(4),)}, "Counted twice",
         "account 3, and 4 by Resource Manager's list of all resources: they differ"),
        ({"clock": clock(-7200)}, "Clock", "this machine's was 7,200 s behind Azure's"),
        ({"clock": clock(3)}, "Clock", "this machine's was 3 s ahead of Azure's"),
        ({"waivers": (waiver("in_force"), waiver("expired"), waiver("expired"))}, "Waivers",
         "3 entries: 1 in force, 2 expired"),
        ({"attestations": (statement(),)}, "Stated by people, seen by nobody",
         "gateway for search holds (platform@contoso.com, until 2027-01-01)"),
        ({"attestations": (statement(workload=None, holds=False, in_force=False),)}, "Stated by people, seen by nobody",
         "gateway does not hold (platform@contoso.com, does not count today)"),
        ({"excluded": (Excluded(kind="account", id="/a", reason="Left out by scope.tags of the settings."),) * 2},
         "Left out", "account 2 (Left out by scope.tags of the settings)"),
    ],
)  # fmt: skip
def test_a_line(more: dict[str, Any], label: str, text: str) -> None:
    assert completeness.told(run(**more)) == ((label, text),)
    for report in (terminal.render(run(**more), 200, color=False), markdown.render(run(**more))):
        assert label in report
    assert text in terminal.render(run(**more), 200, color=False)


def test_clocks_that_agree_are_not_worth_a_line() -> None:
    assert completeness.told(run(clock=clock(1.9))) == ()


def test_kinds_left_out_for_one_reason_stand_in_one_line_however_many() -> None:
    kinds = tuple(Excluded(kind=f"kind_{n}", id=f"kind_{n}", reason="Not needed.") for n in range(40))
    ((_, text),) = completeness.told(run(excluded=kinds))
    assert text == "kind 0, kind 1, kind 2, kind 3, kind 4 and 35 more (Not needed)"


def test_markdown_has_the_second_count_beside_the_first() -> None:
    report = markdown.render(run(population=(accounts(4), Population(kind="model", count=9, lists_read=2, gaps=1))))
    assert "| account | 3 | 4 | 1 | 0 |" in report
    assert "| model | 9 | - | 2 | 1 |" in report


def test_hostile_names_stay_text() -> None:
    more = {
        "excluded": (Excluded(kind="account", id="/a", reason=HOSTILE),),
        "attestations": (statement(owner=HOSTILE, workload=HOSTILE),),
    }
    assert "</script>" not in markdown.render(run(**more))
    for report in (terminal.render(run(**more), 80, color=False), markdown.render(run(**more))):
        assert not {"\x1b", "\u202e"} & set(report)
