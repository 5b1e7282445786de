"""Live calls never exceed what the settings allow, whatever each of them turns out to use."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from auditor.probe.budget import Cost, allowed
from auditor.settings import ProbeSettings


def test_calls_tokens_and_money_each_end_the_asking() -> None:
    """The reason names the setting that would have to change."""
    costs = [Cost("gpt-4.1", 100)] * 3
    assert [short(why) for why in allowed(costs, ProbeSettings(calls=2))] == [None, None, "probes.calls"]
    assert [short(why) for why in allowed(costs, ProbeSettings(tokens=250))] == [None, None, "probes.tokens"]
    priced = [Cost("gpt-4.1", 100, per_million=10.0)] * 3
    assert [short(why) for why in allowed(priced, ProbeSettings(money=0.0025))] == [None, None, "probes.money"]


def short(why: str | None) -> str | None:
    return None if why is None else why.rpartition("(")[2].rstrip(")")


def test_a_model_without_a_price_is_not_called_where_money_is_bounded() -> None:
    """What can't be bounded is not spent."""
    (why,) = allowed([Cost("gpt-x", 10)], ProbeSettings(money=1.0))
    assert why == "probes.money is set and probes.prices has no price for model gpt-x"
    (why,) = allowed([Cost("gpt-x", 10, unpriced="the list has none")], ProbeSettings(money=1.0))
    assert why == "probes.money is set and the list has none"


def test_a_smaller_call_may_still_fit() -> None:
    """One call that is too large does not stop the others."""
    verdicts = allowed([Cost("a", 90), Cost("b", 90), Cost("c", 10)], ProbeSettings(tokens=100))
    assert [why is None for why in verdicts] == [True, False, True]


@hypothesis_settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 2000)), max_size=40),
    st.integers(1, 30),
    st.integers(1, 20_000),
    st.none() | st.floats(0.0001, 10),
)
def test_no_budget_is_ever_exceeded(costs: list[tuple[str, int]], calls: int, tokens: int, money: float | None) -> None:
    """Calls, tokens and money of what is allowed stay within their budgets."""
    prices = {"a": 1.0, "b": 100.0}
    settings = ProbeSettings(calls=calls, tokens=tokens, money=money)
    asked = [Cost(model, used, per_million=prices.get(model)) for model, used in costs]
    sent = [cost for cost, why in zip(asked, allowed(asked, settings), strict=True) if why is None]
    assert len(sent) <= calls
    assert sum(cost.tokens for cost in sent) <= tokens
    if money is not None:
        assert sum(cost.tokens * prices[cost.model] / 1e6 for cost in sent) <= money + 1e-9
