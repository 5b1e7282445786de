"""The shipped catalogue proves itself: every example of every check, and what every check must have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from auditor.finding import Outcome
from auditor.policy.check import ROOTS, Check
from auditor.policy.compiled import compile_check
from auditor.policy.examples import outcome_of, prepared, run_examples
from auditor.policy.handbook import markdown, membership
from auditor.policy.library import shipped_library
from auditor.policy.shipped import shipped_folder
from auditor.policy.template import render
from auditor.policy.uncovered import load_uncovered
from tests.policy.sample import check

LIBRARY = shipped_library()
CHECKS = [compiled.check for compiled in LIBRARY.checks.values()]
EACH = pytest.mark.parametrize("shipped", CHECKS, ids=lambda each: each.id)


@EACH
def test_examples(shipped: Check) -> None:
    """Each example of a check comes out as it says: pass, fail, unknown or not applicable."""
    assert run_examples(shipped) == ()


@pytest.mark.parametrize("shipped", [one for one in CHECKS if one.area == "probe"], ids=lambda each: each.id)
def test_each_way_in_which_a_call_fails_is_said_in_a_sentence_of_its_own(shipped: Check) -> None:
    """What was not asked, because it is not offered, too: no failing example falls back to the title."""
    for body in shipped.examples.failing:
        variables, parameters = prepared(shipped, body)
        assert render(shipped.says or "", {**variables, "params": parameters}) not in ("", shipped.title)


@EACH
def test_no_missing_fact_makes_a_pass(shipped: Check) -> None:
    """Whatever one fact is taken away from a failing example, the check never passes and never stops to apply."""
    compiled = compile_check(shipped)
    for body in shipped.examples.failing:
        variables, parameters = prepared(shipped, body)
        for path in _members(variables):
            outcome, _ = outcome_of(compiled, _without(variables, path), parameters)
            assert outcome in (Outcome.FAIL, Outcome.UNKNOWN), (path, outcome)


@EACH
def test_rules_keep_unknown_unknown(shipped: Check) -> None:
    """No shipped rule asks whether a fact is there: that would turn a gap into an answer."""
    for rule in (shipped.applies_when, shipped.passes_when):
        assert not re.search(r"\bhas\s*\(|\.\?|\[\?|\borValue\b|\boptional\b", rule)


@EACH
def test_shown_facts_are_of_the_subject(shipped: Check) -> None:
    """Every quoted fact is a path, and hangs on a variable that a rule about the subject may name."""
    compiled = LIBRARY.checks[shipped.id]
    assert len(compiled.shows) == len(shipped.shows)
    assert {path[0] for path in compiled.shows} <= {*ROOTS[shipped.subject], "params", "now"}


@EACH
def test_documents_are_whole(shipped: Check) -> None:
    """A check says how to mend it, where that is documented, and why it may not apply."""
    assert shipped.fix.cli or shipped.fix.text
    assert all(page.startswith("https://") for page in shipped.references)
    assert (shipped.unless is not None) is (shipped.applies_when != "true")
    assert bool(shipped.examples.not_applicable) is (shipped.applies_when != "true")
    assert not shipped.title.endswith(".")


@EACH
def test_explanations_are_no_commands(shipped: Check) -> None:
    """A fix's text is prose: its values are not quoted for a shell."""
    assert not (shipped.fix.text or "").startswith(("az ", "curl ", "nslookup ", "openssl "))


def test_every_check_is_in_a_pack() -> None:
    """No check lies about without a pack that applies it."""
    packs = membership(LIBRARY)
    assert {check_id for members in packs.values() for check_id in members} == set(LIBRARY.checks)


def test_the_catalogue_is_up_to_date() -> None:
    """policies/README.md is what `auditor checks --markdown` prints."""
    assert (shipped_folder() / "README.md").read_text(encoding="utf-8") == markdown(LIBRARY, load_uncovered())


def test_examples_that_lie_are_told() -> None:
    """An example that does not come out as it says, or that gives what no rule can name, is named by its position."""
    lying = check(
        examples={
            "pass": [{"properties": {"disableLocalAuth": True}}, {"properties": {}}],
            "fail": [{"properties": {}}],
            "unknown": [{}, {"with": {"deployment": {}}}],
        }
    )
    assert run_examples(lying) == (
        "keys-accepted: pass example 2 gives fail",
        "keys-accepted: unknown example 2 gives 'deployment', which no rule here can name",
    )


def test_examples_have_parameters_defaults_and_a_clock() -> None:
    """Other variables, parameters and the clock stand under `with`; documented defaults are filled in."""
    late = "timestamp(now) > timestamp(workload.since)"
    rule = f"account.properties.publicNetworkAccess == 'Enabled' && params.days > 5 && {late}"
    shaped = check(
        passes_when=rule,
        parameters={"days": 60},
        examples={
            "pass": [{"properties": {}, "with": {"workload": {"since": "2026-01-01T00:00:00Z"}}}],
            "fail": [
                {"properties": {}, "with": {"workload": {"since": "2026-01-01T00:00:00Z"}, "params": {"days": 5}}},
                {
                    "properties": {},
                    "with": {"workload": {"since": "2026-01-01T00:00:00Z"}, "now": "2025-01-01T00:00:00Z"},
                },
            ],
            "unknown": [{"properties": {}}, {"with": {"workload": {"since": "2026-01-01T00:00:00Z"}}}],
        },
    )
    assert run_examples(shaped) == ()


def _members(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every member of every object inside."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*path, name)
            yield from _members(member, (*path, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _members(item, (*path, position))


def _without(variables: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    copied: Any = deepcopy(variables)
    inside = copied
    for step in path[:-1]:
        inside = inside[step]
    del inside[path[-1]]
    return dict(copied)
