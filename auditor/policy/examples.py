"""A check's own examples, run: they are its tests."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.finding import Outcome
from auditor.policy.check import OWN_ROOT, ROOTS, Check
from auditor.policy.compiled import NOW, CompiledCheck, compile_check
from auditor.policy.expression import PARAMETERS, Unknown, bind
from auditor.policy.facts.defaults import fill
from auditor.record import JsonObject

WITH = "with"
"""The key of an example under which other variables than the subject itself stand."""

DEFAULT_NOW = "2026-11-21T00:00:00Z"


def run_examples(check: Check) -> tuple[str, ...]:
    """What the examples say that the rule does not, one sentence each; raises RuleError where a rule does not compile.

    An example is the subject's own object; `with` holds other variables, parameters and `now`. Documented defaults are
    filled in as they are for what was really read. A variable that is not given is an empty object.
    """
    return tuple(_problems(compile_check(check)))


def _problems(compiled: CompiledCheck) -> Iterator[str]:
    examples = compiled.check.examples
    for expected, bodies in (
        (Outcome.PASS, examples.passing),
        (Outcome.FAIL, examples.failing),
        (Outcome.UNKNOWN, examples.unknown),
        (Outcome.NOT_APPLICABLE, examples.not_applicable),
    ):
        for position, body in enumerate(bodies, 1):
            for name in _strangers(compiled.check, body):
                yield f"{compiled.check.id}: {expected} example {position} gives {name!r}, which no rule here can name"
            outcome, reason = outcome_of(compiled, *prepared(compiled.check, body))
            if outcome is not expected:
                yield f"{compiled.check.id}: {expected} example {position} gives {outcome}{reason}"


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
