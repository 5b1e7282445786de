"""What live calls may cost over a run, settled before the first is sent, so that the same run always asks the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.settings import ProbeSettings


@dataclass(frozen=True, slots=True)
class Cost:
    """The most that one question can use."""

    model: str
    tokens: int
    """Input and output together."""
    calls: int = 1
    per_million: float | None = None
    """What a million tokens cost at most; None where nobody knows."""
    unpriced: str | None = None
    """Why nobody knows."""

    @property
    def money(self) -> float | None:
        """The most that it can cost; None where nobody knows."""
        return None if self.per_million is None else self.tokens * self.per_million / 1_000_000


def allowed(costs: Sequence[Cost], settings: ProbeSettings) -> tuple[str | None, ...]:
    """For each call, in order, None where the budget holds it, else why it does not.

    What a call does not use is not given back: the budget bounds the worst case.
    """
    calls, tokens, money = settings.calls, settings.tokens, settings.money
    verdicts: list[str | None] = []
    for cost in costs:
        price = cost.money
        if cost.calls > calls:
            verdicts.append(f"the budget of {settings.calls} calls is used up (probes.calls)")
        elif cost.tokens > tokens:
            verdicts.append(f"{cost.tokens} tokens exceed what is left of {settings.tokens} (probes.tokens)")
        elif money is not None and price is None:
            why = cost.unpriced or f"probes.prices has no price for model {cost.model}"
            verdicts.append(f"probes.money is set and {why}")
        elif money is not None and price is not None and price > money:
            verdicts.append(f"a price of {price:.6f} exceeds what is left of {settings.money:g} (probes.money)")
        else:
            verdicts.append(None)
            calls, tokens = calls - cost.calls, tokens - cost.tokens
            money = None if money is None else money - (price or 0.0)
    return tuple(verdicts)
