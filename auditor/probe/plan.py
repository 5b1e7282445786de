"""Which questions a run puts, how often, and what that costs at most: settled before the first call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.cloud.model_answer import Surface
from auditor.cloud.problems import Problem
from auditor.probe.budget import Cost, allowed
from auditor.probe.price import Price, price_of
from auditor.probe.prices import Prices
from auditor.probe.question import NO_ENDPOINT, NO_PROJECTS, TURNED_OFF, Question
from auditor.record import Record
from auditor.settings import Settings
from auditor.snapshot import GapReason

NOWHERE = Surface("")
"""Stands for the endpoint of an account that names none."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A question, and what was settled of it."""

    question: Question
    price: Price | str
    """Of its tokens, or why nobody knows."""
    refused: Problem | None = None
    """Why it is not put; None where it is, or where it does not apply."""
    times: int = 1
    once: str | None = None
    """Why it is not repeated though the settings ask for that."""

    @property
    def put(self) -> bool:
        """Whether it is sent."""
        return self.refused is None and self.question.inapplicable is None

    @property
    def calls(self) -> int:
        """The most that it sends."""
        return self.question.probe.calls + self.times - 1

    @property
    def tokens(self) -> int:
        """The most that it uses, input and output together."""
        return _first(self).tokens + (_further(self, self.times - 1).tokens if self.times > 1 else 0)


class PlannedCall(Record):
    """A planned question as people read it."""

    deployment: str
    account: str
    model: str
    probe: str
    surface: str
    put: bool
    why: str | None = None
    """Why it is not put, or not repeated."""
    calls: int = 0
    tokens: int = 0
    """The most that it uses, input and output together."""
    money: float | None = None
    """The most that it costs; None where nobody knows."""
    unpriced: str | None = None
    """Why nobody knows."""
    besides: str | None = None
    """What is paid besides, which is not in the money."""
    price_date: str | None = None
    price_source: str | None = None


class CallPlan(Record):
    """All that a run would send to deployments."""

    currency: str
    calls: int
    tokens: int
    money: float | None
    """The most that all of it costs; None where the price of any of it is not known."""
    budget_calls: int
    budget_tokens: int
    budget_money: float | None
    planned: tuple[PlannedCall, ...]
    unseen: tuple[str, ...] = ()
    """What could not be read, so that further calls may be made than stand here."""


def planned(questions: Iterable[Question], settings: Settings, prices: Prices) -> tuple[Planned, ...]:
    """What is put and how often.

    First every question once, in order; then, with what the budget leaves, the repetitions.
    """
    asked = [Planned(one, _price(one, settings, prices)) for one in questions]
    costed = [one for one in asked if _may_cost(one, settings)]
    repeated = [one for one in costed if _repeats(one, settings)]
    extra = settings.probes.repeat - 1
    costs = [*map(_first, costed), *(_further(one, extra) for one in repeated)]
    verdicts = allowed(costs, settings.probes)
    over = {id(one): why for one, why in zip(costed, verdicts, strict=False) if why}
    once = dict(zip(map(id, repeated), verdicts[len(costed) :], strict=True))
    return tuple(_settled(one, settings, over.get(id(one)), once) for one in asked)


def call_plan(settled: Iterable[Planned], settings: Settings) -> CallPlan:
    """The same as people read it."""
    rows = tuple(map(_row, settled))
    put = [row for row in rows if row.put]
    costs = [row.money for row in put if row.money is not None]
    return CallPlan(
        currency=settings.probes.currency,
        calls=sum(row.calls for row in put),
        tokens=sum(row.tokens for row in put),
        money=sum(costs) if len(costs) == len(put) else None,
        budget_calls=settings.probes.calls,
        budget_tokens=settings.probes.tokens,
        budget_money=settings.probes.money,
        planned=rows,
    )


def _price(question: Question, settings: Settings, prices: Prices) -> Price | str:
    target = question.target
    region = target.location
    if not prices.asked and target.model not in settings.probes.prices:
        return f"probes.prices has no price for model {target.model}, and Azure's price list was not asked"
    return price_of(target, settings.probes, prices.by_region.get(region, ()), prices.unread.get(region))


def _may_cost(one: Planned, settings: Settings) -> bool:
    return settings.probes.enabled and bool(one.question.surface.host) and one.question.inapplicable is None


def _repeats(one: Planned, settings: Settings) -> bool:
    question = one.question
    wanted = question.probe.again is not None and question.target.declared and question.first
    return wanted and settings.probes.repeat > 1


def _settled(one: Planned, settings: Settings, over: str | None, once: Mapping[int, str | None]) -> Planned:
    refused: Problem | None = None
    if one.question.inapplicable is None:
        if not settings.probes.enabled:
            refused = TURNED_OFF
        elif not one.question.surface.host:
            refused = NO_ENDPOINT if one.question.surface.project is None else NO_PROJECTS
        elif over is not None:
            step = "raise the budget in the settings' probes section, or narrow the scope, then run again"
            refused = Problem(GapReason.FAILED, over, step)
    if refused is not None or id(one) not in once:
        return Planned(one.question, one.price, refused)
    why = once[id(one)]
    return Planned(one.question, one.price, None, 1 if why else settings.probes.repeat, why)


def _first(one: Planned) -> Cost:
    probe = one.question.probe
    return _cost(one, probe.most_tokens(one.question.target), probe.calls)


def _further(one: Planned, times: int) -> Cost:
    again = one.question.probe.again
    return _cost(one, again.most_tokens(one.question.target) * times if again is not None else 0, times)


def _cost(one: Planned, tokens: int, calls: int) -> Cost:
    known = isinstance(one.price, Price)
    return Cost(
        one.question.target.model,
        tokens,
        calls,
        one.price.dearer if isinstance(one.price, Price) else None,
        None if known else str(one.price),
    )


def _row(one: Planned) -> PlannedCall:
    question, target = one.question, one.question.target
    price = one.price if isinstance(one.price, Price) else None
    why = question.inapplicable or (one.refused.detail if one.refused is not None else None)
    account, _, _ = target.id.rpartition("/deployments/")
    row = PlannedCall(
        deployment=target.name,
        account=account.rpartition("/")[2],
        model=target.model,
        probe=question.probe.name,
        surface=question.surface.name,
        put=one.put,
        why=why or (f"put once: {one.once}" if one.once else None),
    )
    if not one.put:
        return row
    return row.model_copy(
        update={
            "calls": one.calls,
            "tokens": one.tokens,
            "money": one.tokens * price.dearer / 1_000_000 if price is not None else None,
            "unpriced": one.price if isinstance(one.price, str) else None,
            "besides": question.probe.besides,
            "price_date": price.date if price is not None else None,
            "price_source": price.source if price is not None else None,
        }
    )
