"""Three-valued logic, over generated rules and facts: what is not known never becomes an answer."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.finding import Outcome
from auditor.policy.expression import Unknown, bind, compile_rule
from auditor.policy.paths import Missing, follow
from tests.policy.sample import check, judged, policy, subject

NAMES = ("a", "b", "c")
SCALARS = st.booleans() | st.integers(-2, 2) | st.sampled_from(("x", "y"))
OBJECTS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, SCALARS))
ACCOUNTS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(NAMES, SCALARS), "o": OBJECTS, "l": st.lists(OBJECTS, max_size=3)}
)


def literal(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


PATHS = st.sampled_from(("account.a", "account.b", "account.c", "account.o.a", "account.o.b"))
COMPARISONS = st.builds(
    lambda path, operator, value: f"{path} {operator} {literal(value)}",
    PATHS,
    st.sampled_from(("==", "!=")),
    SCALARS,
) | st.builds(lambda path, bound: f"{path} < {bound}", PATHS, st.integers(-2, 2))
ITEMS = st.builds(
    lambda macro, name, value: f"account.l.{macro}(item, item.{name} == {literal(value)})",
    st.sampled_from(("all", "exists")),
    st.sampled_from(NAMES),
    SCALARS,
)
RULES = st.recursive(
    COMPARISONS | ITEMS,
    lambda inner: (
        st.builds(lambda one, two: f"({one} && {two})", inner, inner)
        | st.builds(lambda one, two: f"({one} || {two})", inner, inner)
        | st.builds(lambda one: f"!({one})", inner)
        | st.builds(lambda test, one, two: f"({test} ? {one} : {two})", inner, inner, inner)
    ),
    max_leaves=5,
)


def evaluated(rule: str, account: dict[str, Any]) -> bool | Unknown:
    return compile_rule(rule, ("account",)).evaluate(bind({"account": account}))


@st.composite
def less(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """An account, and the same with some of its facts, at any depth, not known."""
    whole = draw(ACCOUNTS)

    def thinned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: thinned(member) for name, member in value.items() if draw(st.integers(0, 3))}
        return [thinned(item) for item in value] if isinstance(value, list) else value

    return whole, thinned(whole)


@given(RULES, less())
def test_knowing_less_never_changes_an_answer(rule: str, accounts: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Where facts are taken away the rule keeps its answer or becomes unknown; true and false never swap."""
    whole, part = accounts
    answer = evaluated(rule, part)
    assert isinstance(answer, Unknown) or answer is evaluated(rule, whole)


@given(RULES, ACCOUNTS)
def test_unknown_names_what_is_missing(rule: str, account: dict[str, Any]) -> None:
    """Every path that an unknown names is one that the facts do not hold."""
    answer = evaluated(rule, account)
    assume(isinstance(answer, Unknown))
    assert isinstance(answer, Unknown)
    assert all(isinstance(follow(path, {"account": account}), Missing) for path in answer.missing)
    assert answer.missing or "can't be evaluated" in answer.reason


@given(RULES, RULES, less())
def test_a_gap_never_turns_fail_into_pass(
    applies: str, passes: str, accounts: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """Of a whole check too: less knowledge leaves the outcome or makes it unknown."""
    by = policy(check(applies_when=applies, passes_when=passes, shows=["account.a"]))
    (whole,), (part,) = (judged(subject(account), by=by) for account in accounts)
    assert part.outcome in (whole.outcome, Outcome.UNKNOWN)
