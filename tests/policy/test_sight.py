"""What a check's answer is remembered by: values that a rule could tell apart never pass for the same."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.check import ROOTS, Check
from auditor.policy.compiled import NOW, compile_check
from auditor.policy.examples import outcome_of, prepared
from auditor.policy.facts.part import Part
from auditor.policy.library import shipped_library
from auditor.policy.paths import Missing, follow
from auditor.policy.sight import Cells, Looks
from tests.policy.sample import ACCOUNT, check, judged, policy, subject

CHECKS = [compiled.check for compiled in shipped_library().checks.values()]
PATH = ("account", "properties", "value")

leaves = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.sampled_from([nan, inf, "", "1", "a"])
values = st.recursive(
    leaves, lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("ab"), below, max_size=2)
)
facts = st.dictionaries(st.sampled_from(["properties"]), values | st.dictionaries(st.just("value"), values))


def exact(value: Any) -> str:
    """The value with its types: 1, 1.0, true and "1" differ, and so do 0.0 and -0.0."""
    return repr(value)


def told(account: dict[str, Any]) -> str:
    """All that a rule can learn of PATH: the value, or which step is missing, and of what."""
    variables: dict[str, Any] = {"account": account}
    value = follow(PATH, variables)
    if not isinstance(value, Missing):
        return exact([value])
    above = follow(value.path[:-1], variables)
    return exact((value.path,) if isinstance(above, dict) else (value.path, above))


@given(facts, facts)
def test_one_cell_means_one_value(one: dict[str, Any], other: dict[str, Any]) -> None:
    looks = Looks(["account"], [PATH], [])
    seen = [looks.at({"account": Part(account)}).cells for account in (one, other)]
    assert (seen[0] == seen[1]) == (told(one) == told(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), (1.0, True), (1, "1"), (0, False), (0.0, -0.0), (None, ""), ([], {}), ("None", None)],
)
def test_like_values_of_other_types_differ(one: Any, other: Any) -> None:
    cells = Cells(PATH)
    assert cells.cell(one, None) is not cells.cell(other, None)
    assert cells.cell([one], None) is not cells.cell([other], None)
    assert cells.cell(one, None) is cells.cell(one, None)


def test_like_values_of_other_notes_differ() -> None:
    """A fact is quoted with why it is what it is."""
    cells = Cells(PATH)
    assert cells.cell(1, None) is not cells.cell(1, ("default", "page"))
    assert cells.cell(1, ("default", "page")) is cells.cell(1, ("default", "page"))


def test_null_and_missing_differ() -> None:
    """And so do a member that is missing of an object and one asked of what is no object."""
    looks = Looks(["account"], [PATH], [])
    bodies: list[dict[str, Any]] = [
        {"properties": {"value": None}},
        {"properties": {}},
        {"properties": []},
        {"properties": "value"},
        {"properties": None},
        {},
    ]
    seen = [looks.at({"account": Part(body)}).cells[0] for body in bodies]
    seen.append(looks.at({}).cells[0])
    assert len(set(seen)) == len(seen)


def test_what_cannot_be_written_equals_nothing() -> None:
    """A value nested deeper than can be compared is asked about anew each time."""
    deep: Any = []
    for _ in range(3_000):
        deep = [deep]
    cells = Cells(PATH)
    assert cells.cell(deep, None) is not cells.cell(deep, None)


@given(st.lists(values, min_size=1, max_size=6))
def test_judged_together_or_alone(several: list[Any]) -> None:
    """What a check says of a subject does not depend on those that were judged before."""
    rule = check(passes_when="account.properties.value == 1", shows=["account.properties.value"])
    subjects = [
        subject({"properties": {"value": value}}, id=f"{ACCOUNT}-{number}") for number, value in enumerate(several)
    ]
    together = judged(*subjects, by=policy(rule))
    alone = [found for one in subjects for found in judged(one, by=policy(rule))]
    assert sorted(map(repr, together)) == sorted(map(repr, alone))


@pytest.mark.parametrize("shipped", CHECKS, ids=lambda each: each.id)
def test_a_rule_reads_nothing_but_the_paths_that_it_names(shipped: Check) -> None:
    """Every example comes out the same where all other facts are taken away."""
    compiled = compile_check(shipped)
    examples = shipped.examples
    paths = {*compiled.applies.paths, *compiled.passes.paths}
    for body in (*examples.passing, *examples.failing, *examples.unknown, *examples.not_applicable):
        variables, parameters = prepared(shipped, body)
        left = {root: _only(variables[root], (root,), paths) for root in ROOTS[shipped.subject]}
        assert outcome_of(compiled, {**left, NOW: variables[NOW]}, parameters) == outcome_of(
            compiled, variables, parameters
        )


def _only(value: Any, at: tuple[str, ...], paths: set[tuple[str, ...]]) -> Any:
    """As much of an object as the paths lead to or through."""
    if at in paths or not isinstance(value, dict):
        return value
    steps = {path[len(at)] for path in paths if path[: len(at)] == at and len(path) > len(at)}
    return {name: _only(below, (*at, name), paths) for name, below in value.items() if name in steps}
