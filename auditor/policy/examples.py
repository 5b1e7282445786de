"""A check's own examples, run: they are its tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.finding import Outcome
from auditor.policy.check import OWN_ROOT, ROOTS, Check
from auditor.policy.compiled import NOW, CompiledCheck, compile_check
from auditor.policy.expression import PARAMETERS, Unknown, bind
from auditor.policy.facts.defaults import fill
from auditor.policy.paths import Missing, follow, written
from auditor.policy.quote import NOT_KNOWN, bounded
from auditor.record import JsonObject

WITH = "with"
"""The key of an example under which other variables than the subject itself stand."""

DEFAULT_NOW = "2026-11-21T00:00:00Z"


@dataclass(frozen=True)
class Lie:
    """An example that does not come out as it says, and what the rules made of it."""

    sentence: str
    rules: tuple[tuple[str, str], ...]
    """Member of the check → its expression."""
    values: tuple[tuple[str, str], ...]
    """Each path that the rules name → its value as JSON, or that it is not known."""


def run_examples(check: Check) -> tuple[str, ...]:
    """What the examples say that the rule does not, one sentence each; raises RuleError where a rule does not compile.

    An example is the subject's own object; `with` holds other variables, parameters and `now`. Documented defaults are
    filled in as they are for what was really read. A variable that is not given is an empty object.
    """
    return tuple(lie.sentence for lie in lies(compile_check(check)))


def lies(compiled: CompiledCheck) -> Iterator[Lie]:
    """The examples that do not come out as they say, or that give what no rule can name."""
    for expected, position, body in _each(compiled.check):
        variables, parameters = prepared(compiled.check, body)
        outcome, reason = outcome_of(compiled, variables, parameters)
        example = f"{compiled.check.id}: {expected} example {position} gives"
        sentences = [f"{example} {name!r}, which no rule here can name" for name in _strangers(compiled.check, body)]
        if outcome is not expected:
            sentences.append(f"{example} {outcome}{reason}")
        for sentence in sentences:
            yield Lie(sentence, _rules(compiled), tuple(_values(compiled, {**variables, PARAMETERS: parameters})))


def example_count(check: Check) -> int:
    """How many examples a check has."""
    return sum(1 for _ in _each(check))


def _each(check: Check) -> Iterator[tuple[Outcome, int, JsonObject]]:
    """Every example with what it says and its position, from 1, among those that say so."""
    examples = check.examples
    for expected, bodies in (
        (Outcome.PASS, examples.passing),
        (Outcome.FAIL, examples.failing),
        (Outcome.UNKNOWN, examples.unknown),
        (Outcome.NOT_APPLICABLE, examples.not_applicable),
    ):
        for position, body in enumerate(bodies, 1):
            yield expected, position, body


def _rules(compiled: CompiledCheck) -> tuple[tuple[str, str], ...]:
    both = (("applies_when", compiled.applies.text), ("passes_when", compiled.passes.text))
    return tuple((member, text) for member, text in both if text != "true")


def _values(compiled: CompiledCheck, variables: JsonObject) -> Iterator[tuple[str, str]]:
    for path in dict.fromkeys((*compiled.applies.paths, *compiled.passes.paths)):
        value = follow(path, variables)
        shown = NOT_KNOWN if isinstance(value, Missing) else json.dumps(bounded(value), ensure_ascii=False)
        yield written(path), shown


def prepared(check: Check, body: JsonObject) -> tuple[JsonObject, JsonObject]:
    """The variables (root → value) and the parameters that an example means."""
    others = body.get(WITH, {})
    own = {name: value for name, value in body.items() if name != WITH}
    objects = {**others, OWN_ROOT[check.subject]: own}
    variables = {root: fill(root, objects.get(root, {}))[0] for root in ROOTS[check.subject]}
    return {**variables, NOW: others.get(NOW, DEFAULT_NOW)}, {**check.parameters, **others.get(PARAMETERS, {})}


def outcome_of(compiled: CompiledCheck, variables: JsonObject, parameters: JsonObject) -> tuple[Outcome, str]:
    """What the check says of these variables, and for unknown why."""
    facts = bind(variables, {compiled.check.id: parameters})
    applies = compiled.applies.evaluate(facts)
    if applies is False:
        return Outcome.NOT_APPLICABLE, ""
    passes = compiled.passes.evaluate(facts) if applies is True else applies
    if isinstance(passes, Unknown):
        return Outcome.UNKNOWN, f": {passes.reason}"
    return (Outcome.PASS if passes else Outcome.FAIL), ""


def _strangers(check: Check, body: JsonObject) -> list[str]:
    """What an example gives and no rule about this kind of subject can name."""
    return sorted(set(body.get(WITH, {})) - {*ROOTS[check.subject], NOW, PARAMETERS})
