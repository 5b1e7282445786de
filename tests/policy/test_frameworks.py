"""Frameworks: files that load, mappings with sources, and the states of controls."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.control import ControlResult, ControlState
from auditor.errors import PolicyError
from auditor.finding import Finding, Outcome, Severity, Subject, Waived, fingerprint
from auditor.policy.document import ProblemsError
from auditor.policy.frameworks import Asked, Framework, controls, hidden_kinds, load_frameworks
from auditor.policy.library import shipped_library
from auditor.policy.shipped import shipped_folder
from auditor.snapshot import Gap, GapReason

FRAMEWORK: dict[str, Any] = {
    "id": "mine",
    "title": "Mine",
    "version": "1",
    "publisher": "Me",
    "sources": {"paper": {"title": "A paper", "page": "https://example.com/paper", "id": "p-1"}},
    "note": "A mapping is not evidence of compliance.",
    "controls": [
        {
            "id": "A-1",
            "words": "One",
            "checks": [
                {"check": "api-keys-accepted", "relation": "supports", "source": "paper", "item": "1"},
                {"check": "managed-identity-missing", "relation": "partially-supports", "source": "paper", "item": "2"},
            ],
        }
    ],
    "unmapped": "No published mapping for the rest.",
}
CHECKS = ("api-keys-accepted", "managed-identity-missing")
ASKED = Asked(dict.fromkeys(CHECKS, "account"))
OUTCOMES = st.lists(st.tuples(st.sampled_from(CHECKS), st.sampled_from(Outcome), st.booleans()), max_size=8)


def finding(check: str, outcome: Outcome, name: str = "a", waived: bool = False) -> Finding:
    waiver = Waived(owner="Ada", reason="Moving", ticket="T-1", expires=date(2027, 1, 1)) if waived else None
    return Finding(
        id=fingerprint(check, name),
        check=check,
        severity=Severity.HIGH,
        outcome=outcome,
        subject=Subject(kind="account", id=name, name=name),
        message="",
        waiver=waiver,
    )


def state(findings: list[Finding], asked: Asked = ASKED) -> ControlResult:
    (control,) = controls(Framework.model_validate(FRAMEWORK), findings, asked)
    return control


def findings(told: list[tuple[str, Outcome, bool]]) -> list[Finding]:
    return [finding(check, outcome, str(place), waived) for place, (check, outcome, waived) in enumerate(told)]


def folder(path: Path, **changes: Any) -> Path:
    (path / "frameworks").mkdir()
    (path / "checks").mkdir()
    for check in CHECKS:
        (path / "checks" / f"{check}.yaml").touch()
    (path / "frameworks" / "mine.yaml").write_text(json.dumps({**FRAMEWORK, **changes}), encoding="utf-8")
    return path


SHIPPED = load_frameworks()


def test_the_shipped_frameworks() -> None:
    """All load, in the order of their names."""
    assert [framework.id for framework in SHIPPED] == [
        "cis-azure-4.0",
        "eu-ai-act",
        "iso-27002-2022",
        "mcsb-v1",
        "nist-800-53-r5",
        "nist-ai-rmf",
        "pci-dss-4.0.1",
        "soc-2",
    ]


@pytest.mark.parametrize("framework", SHIPPED, ids=lambda framework: framework.id)
def test_every_mapping_names_a_shipped_check_and_a_published_source(framework: Framework) -> None:
    """Ids are used once, no source is idle, and the limits of the mapping are told."""
    checks = shipped_library().checks
    assert framework.id == framework.id.lower()
    assert len({control.id for control in framework.controls}) == len(framework.controls)
    mapped = [each for control in framework.controls for each in control.checks]
    assert {each.check for each in mapped} <= set(checks)
    assert {each.source for each in mapped} == set(framework.sources)
    for source in framework.sources.values():
        assert source.page.startswith("https://github.com/")
    assert "not evidence of compliance" in framework.note
    assert framework.unmapped.startswith("No published mapping")


def test_what_only_some_resources_are_asked_supports_in_part() -> None:
    """A check whose settings can make it not apply never stands for the whole of what a source asks."""
    checks = shipped_library().checks
    for framework in SHIPPED:
        for control in framework.controls:
            for mapped in control.checks:
                if mapped.relation == "supports":
                    assert checks[mapped.check].check.applies_when == "true", mapped


def test_azure_policy_ids_belong_to_one_check_area() -> None:
    """The same policy of Microsoft's leads to the same checks in every framework and control."""
    by_item: dict[str, set[frozenset[str]]] = {}
    for framework in SHIPPED:
        for control in framework.controls:
            for item in {mapped.item for mapped in control.checks}:
                behind = frozenset(mapped.check for mapped in control.checks if mapped.item == item)
                by_item.setdefault(item, set()).add(behind)
    assert {item for item, sets in by_item.items() if len(sets) > 1} == set()


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((Outcome.PASS, Outcome.PASS), ControlState.MET),
        ((Outcome.PASS, Outcome.NOT_APPLICABLE), ControlState.MET),
        ((Outcome.PASS, Outcome.UNKNOWN), ControlState.UNKNOWN),
        ((Outcome.PASS, Outcome.FAIL), ControlState.NOT_MET),
        ((Outcome.UNKNOWN, Outcome.FAIL), ControlState.NOT_MET),
        ((Outcome.NOT_APPLICABLE, Outcome.NOT_APPLICABLE), ControlState.NOT_APPLICABLE),
        ((Outcome.NOT_APPLICABLE, Outcome.UNKNOWN), ControlState.UNKNOWN),
    ],
)
def test_the_state_of_a_control(outcomes: tuple[Outcome, Outcome], expected: ControlState) -> None:
    told = [finding(check, outcome) for check, outcome in zip(CHECKS, outcomes, strict=True)]
    assert state(told).state is expected


def test_a_waived_failure_stays_not_met_and_says_so() -> None:
    """Only where a waiver covers every failure; one that has run out covers none."""
    first, second = (finding(check, Outcome.FAIL, waived=True) for check in CHECKS)
    assert (state([first, second]).state, state([first, second]).waived) == (ControlState.NOT_MET, True)
    assert [check.waived for check in state([first, second]).checks] == [1, 1]
    bare = replace(second, waiver=None)
    assert (state([first, bare]).state, state([first, bare]).waived) == (ControlState.NOT_MET, False)
    assert second.waiver
    late = replace(second, waiver=second.waiver.model_copy(update={"expired": True}))
    assert not state([first, late]).waived


def test_what_was_not_asked_is_not_met() -> None:
    """Nothing applied is not assessed; a part of it is unknown, so that leaving a check out meets no control."""
    passing = [finding(CHECKS[0], Outcome.PASS)]
    assert state([], Asked({})).state is ControlState.NOT_ASSESSED
    assert state(passing, Asked({CHECKS[0]: "account"})).state is ControlState.UNKNOWN
    assert state(passing).state is ControlState.MET
    assert state([]).state is ControlState.NOT_APPLICABLE


def test_what_nobody_saw_is_not_met() -> None:
    """Where accounts may be hidden, neither met nor not applicable is said."""
    hidden = Asked(ASKED.subjects, frozenset({"account"}))
    assert state([finding(check, Outcome.PASS) for check in CHECKS], hidden).state is ControlState.UNKNOWN
    assert state([], hidden).state is ControlState.UNKNOWN
    assert state([finding(CHECKS[0], Outcome.FAIL)], hidden).state is ControlState.NOT_MET


def test_which_subjects_a_gap_hides() -> None:
    """A list of accounts hides all kinds, one of deployments none that stands above them, any other read nothing."""

    def gap(kind: str, scope: str = "/subscriptions/s") -> Gap:
        return Gap(id=kind, kind=kind, scope=scope, reason=GapReason.DENIED, detail="", next_step="")

    assert hidden_kinds([gap("usage")], interrupted=False) == frozenset()
    assert {"account", "deployment"} <= hidden_kinds([gap("account")], interrupted=False)
    assert hidden_kinds([gap("deployment")], interrupted=False).isdisjoint({"account", "subscription", "workload"})
    assert "deployment" in hidden_kinds([gap("deployment")], interrupted=False)
    assert "account" in hidden_kinds([], interrupted=True)


@given(OUTCOMES, st.lists(st.sampled_from(CHECKS), min_size=1, max_size=3))
def test_more_unknowns_never_make_a_control_met(told: list[tuple[str, Outcome, bool]], more: list[str]) -> None:
    """With an unknown behind it a control is unknown or not met, and never better than without."""
    before = state(findings(told)).state
    after = state(findings([*told, *((check, Outcome.UNKNOWN, False) for check in more)])).state
    assert after in {ControlState.UNKNOWN, ControlState.NOT_MET}
    assert (after is ControlState.NOT_MET) == (before is ControlState.NOT_MET)


@given(OUTCOMES, st.sets(st.sampled_from(CHECKS)), st.booleans())
def test_met_means_that_all_was_asked_and_passed(
    told: list[tuple[str, Outcome, bool]], applied: set[str], hidden: bool
) -> None:
    """Whatever was left out, hidden or waived."""
    asked = Asked(dict.fromkeys(applied, "account"), frozenset({"account"} if hidden else ()))
    made = [one for one in findings(told) if one.check in applied]
    if state(made, asked).state is ControlState.MET:
        assert applied == set(CHECKS)
        assert not hidden
        assert {one.outcome for one in made} <= {Outcome.PASS, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": "other"}, r"mine.yaml:\d+:\d+: id 'other' is not the file's name 'mine'"),
        ({"sources": {"papers": FRAMEWORK["sources"]["paper"]}}, r"mine.yaml:\d+:\d+: no source 'paper'; did you mean"),
        ({"controls": FRAMEWORK["controls"] * 2}, r"mine.yaml:\d+:\d+: control 'A-1' stands there twice"),
        ({"controls": []}, r"mine.yaml:\d+:\d+: controls: "),
        ({"note": None}, r"mine.yaml:\d+:\d+: note: "),
        ({"remark": "x"}, r"mine.yaml:\d+:\d+: unknown key 'remark'"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProblemsError, match=problem):
        load_frameworks(folder=folder(tmp_path, **changes))


def test_an_unknown_check_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (control,) = FRAMEWORK["controls"]
    wrong = {**control, "checks": [{**control["checks"][0], "check": "api-key-accepted"}]}
    with pytest.raises(ProblemsError, match=r"mine.yaml:\d+:\d+: unknown check 'api-key-accepted'; did you mean 'api-"):
        load_frameworks(folder=folder(tmp_path, controls=[wrong]))


def test_names() -> None:
    """Each once, in the order asked; a name that is none is refused with the nearest and with all."""
    assert [one.id for one in load_frameworks(["soc-2", "mcsb-v1", "soc-2"])] == ["soc-2", "mcsb-v1"]
    assert load_frameworks([]) == ()
    with pytest.raises(PolicyError, match="no framework 'nist-800-53'; did you mean 'nist-800-53-r5'") as refused:
        load_frameworks(["nist-800-53"])
    assert "pci-dss-4.0.1" in refused.value.next_step
    assert (shipped_folder() / "frameworks" / "soc-2.yaml").is_file()
