"""Rules in CEL: what compiles, and what true, false and unknown are."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.errors import PolicyError
from auditor.policy.expression import MAX_RULE, Facts, RuleError, Unknown, bind, compile_rule

ROOTS = ("account", "workload", "now")


def facts(account: Any, **parameters: Any) -> Facts:
    return bind({"account": account, "workload": {}, "now": "2026-11-21T00:00:00Z"}, {"a-check": parameters})


def evaluated(rule: str, account: Any, **parameters: Any) -> bool | Unknown:
    return compile_rule(rule, ROOTS, scope="a-check").evaluate(facts(account, **parameters))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("account.on == true", True),
        ("account.on == false", False),
        ("account.on", True),
        ("account.count < params.limit", True),
        ("account.absent == true || account.on", True),
        ("account.absent == true && account.on == false", False),
        ("account.list.exists(item, item.kind == 'a')", True),
        ("account.tags['cost-center'] == 'x'", True),
        ("timestamp(now) < timestamp('2027-01-01T00:00:00Z')", True),
    ],
)
def test_answers(rule: str, expected: bool) -> None:
    """A rule that its facts decide says true or false, whatever else is missing."""
    account = {"on": True, "count": 3, "list": [{"kind": "a"}, {}], "tags": {"cost-center": "x"}}
    assert evaluated(rule, account, limit=5) is expected


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        ("account.absent == true", ["account.absent"]),
        ("account.absent.below == true", ["account.absent.below"]),
        ("account.on && account.absent", ["account.absent"]),
        ("account.absent == true || account.other == true", ["account.absent", "account.other"]),
        ("workload.owner == 'x' || account.absent", ["workload.owner", "account.absent"]),
        ("account.list.all(item, item.kind == 'a')", ["account.list[].kind"]),
        ("account.tags['cost-center'] == 'x'", ["account.tags['cost-center']"]),
        ("!account.absent", ["account.absent"]),
        ("account.absent ? true : false", ["account.absent"]),
    ],
)
def test_missing_facts_are_unknown_and_named(rule: str, missing: list[str]) -> None:
    """A missing fact that matters makes the rule unknown, and the first path named is the one that stopped it."""
    from auditor.policy.paths import written

    found = evaluated(rule, {"on": True, "list": [{"kind": "a"}, {}], "tags": {}})
    assert isinstance(found, Unknown)
    assert [written(path) for path in found.missing] == missing
    assert found.reason == f"{missing[0]} is not known"


@pytest.mark.parametrize(
    ("rule", "cause"),
    [
        ("account.text < 3", "can't be evaluated: No matching overloads found"),
        ("!account.text", "can't be evaluated: No matching overloads found"),
        ("account.text && true", "can't be evaluated: No matching overloads found"),
        ("account.list[7] == 1", "can't be evaluated: Index error"),
        ("1 / account.zero == 1", "can't be evaluated: divide by zero"),
        ("timestamp(account.text) < timestamp(now)", "can't be evaluated: String to Timestamp"),
        ("account.text.below == 1", "can't be evaluated: Applying SELECT"),
        ("account.dyn", "gave a value of type STRING, neither true nor false"),
        ("account.many.all(item, item >= 0)", "can't be evaluated: Iteration budget exceeded"),
    ],
)
def test_errors_are_unknown_with_the_cause(rule: str, cause: str) -> None:
    """Wrong types, impossible conversions, other values than true and false, and too many iterations are unknown."""
    found = evaluated(rule, {"text": "x", "zero": 0, "list": [], "dyn": "true", "many": list(range(20_000))})
    assert isinstance(found, Unknown)
    assert found.missing == ()
    assert found.reason.startswith(f"the rule {cause}")
    assert "[INTERNAL]" not in found.reason


@pytest.mark.parametrize("dyn", ["true", 1, [True], {"a": True}])
def test_truthy_is_not_true(dyn: Any) -> None:
    """Only a value of CEL's type BOOL counts: a text, a number or a list is no answer."""
    assert isinstance(evaluated("account.dyn", {"dyn": dyn}), Unknown)


def test_odd_values_do_not_spoil_the_rest() -> None:
    """A lone surrogate, a number beyond 64 bits or a tower of objects leaves rules about other members their answer."""
    tower: dict[str, Any] = {}
    for _ in range(900):
        tower = {"a": tower}
    account = {"on": True, "name": "x\ud800", "big": 2**70, "tower": tower}
    assert evaluated("account.on", account) is True
    assert evaluated("account.big > 5.0", account) is True
    assert isinstance(evaluated("account.tower.a.b == 'x'", account), Unknown)
    assert evaluated("account.on", {"on": True, "tower": tower}) is True


def test_what_stands_beside_an_odd_value_is_as_it_was() -> None:
    """Null, false and fractions keep their value in an object that had to be mended."""
    account = {"none": None, "no": False, "part": 1.5, "list": [None, 7], "big": 2**70}
    assert evaluated("account.none == null && account.no == false && account.part == 1.5", account) is True
    assert evaluated("size(account.list) == 2 && account.list[1] == 7", account) is True


def test_a_variable_that_was_not_given_is_unknown() -> None:
    """And named, as any other fact that is missing."""
    found = compile_rule("workload.network == 'private'", ROOTS).evaluate(bind({"account": {}}))
    assert found == Unknown("workload.network is not known", (("workload", "network"),))


@pytest.mark.parametrize(
    ("rule", "line", "column", "problem"),
    [
        ("acount.on == true", 1, 1, "unknown variable 'acount'; did you mean 'account'?"),
        ("account.on ||\n  acount.off", 2, 3, "unknown variable 'acount'; did you mean 'account'?"),
        ("account.list.all(x, y == 1)", 1, 21, "unknown variable 'y'"),
        ("acounts.exists(x, x == 1)", 1, 1, "unknown variable 'acounts'; did you mean 'account'?"),
        ("w.on == true", 1, 1, "unknown variable 'w'; did you mean 'workload'?"),
        ("accont(1) == 2", 1, 1, "unknown function 'accont'"),
        ("account.on.foo(2)", 1, 12, "unknown function 'foo'"),
        ("account.on == ", 1, 15, "Syntax error"),
        ("account.n == (1 + 1.5)", 1, 17, "found no matching overload"),
        ("1 + 1", 1, 1, "gives a value of type INT"),
        ("'yes'", 1, 1, "gives a value of type STRING"),
        ("account.on == true || " * 400 + "true", 1, 1, f"a rule has at most {MAX_RULE}"),
        ("(" * 200 + "true" + ")" * 200, 1, 1, "recursion limit"),
        ("account" + ".a" * 40 + " == 1", 1, 1, "recursion depth"),
    ],
)
def test_refused(rule: str, line: int, column: int, problem: str) -> None:
    """A rule that can't be compiled is refused with line, column and cause."""
    with pytest.raises(RuleError) as refused:
        compile_rule(rule, ROOTS, scope="a-check")
    assert (refused.value.line, refused.value.column) == (line, column)
    assert problem in refused.value.problem
    assert isinstance(refused.value, PolicyError)


def test_parameters_only_where_there_are_some() -> None:
    """Without a scope a rule has no parameters, and one check can't see those of another."""
    with pytest.raises(RuleError, match="unknown variable 'params'"):
        compile_rule("params.x == 1", ROOTS)
    with pytest.raises(RuleError, match="unknown variable 'p_other'"):
        compile_rule("p_other.params.x == 1", ROOTS, scope="a-check")


def test_one_binding_serves_all_checks_of_a_subject() -> None:
    """Two checks with parameters of the same name each see their own."""
    both = bind({"account": {"n": 3}}, {"a-check": {"limit": 5}, "b-check": {"limit": 1}})
    rules = [compile_rule("account.n < params.limit", ("account",), scope=scope) for scope in ("a-check", "b-check")]
    assert [rule.evaluate(both) for rule in rules] == [True, False]
