"""`auditor run --dry-run`: what a run would ask of deployments, as a table and its sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.report import hostile, wording
from auditor.report.page import Page

if TYPE_CHECKING:
    from auditor.probe.plan import CallPlan, PlannedCall


def page(plan: CallPlan, width: int, color: bool) -> str:
    """The plan for `width` columns."""
    shown = Page(width, color=color)
    shown.text("Planned live calls; none of them was made", style="bold")
    rows = [
        (
            hostile.line(row.deployment),
            hostile.line(f"{row.probe}{'' if row.surface == 'v1' or not row.surface else f' ({row.surface})'}"),
            "put" if row.put else "skipped",
            f"{row.calls:,}" if row.put else "-",
            f"{row.tokens:,}" if row.put else "-",
            wording.money(row.money, plan.currency) if row.put else "-",
        )
        for row in plan.planned
    ]
    if rows:
        shown.blank()
        shown.table(("Deployment", "Probe", "", "Calls", "Most tokens", "Most money"), rows, numbers=3)
    for why, names in _reasons(plan.planned):
        shown.text(f"{', '.join(names)}: {why}", indent=2, hang=2)
    shown.blank()
    _sums(shown, plan)
    return shown.finished()


def _sums(shown: Page, plan: CallPlan) -> None:
    """Calls, tokens and money of the whole plan beside their limits, and what these sums leave out."""
    shown.text(f"Calls: {plan.calls:,} of {plan.budget_calls:,}, beside those that delete what was stored")
    shown.text(f"Tokens: at most {plan.tokens:,} of {plan.budget_tokens:,}")
    limit = wording.money(plan.budget_money, plan.currency) if plan.budget_money is not None else "no limit"
    if plan.money is not None:
        shown.text(f"Money: at most {wording.money(plan.money, plan.currency)} of {limit}")
    else:
        known = sum(row.money for row in plan.planned if row.money is not None)
        shown.text(f"Money: unknown; what has a price costs at most {wording.money(known, plan.currency)} of {limit}")
    besides = sorted({row.besides for row in plan.planned if row.besides})
    if besides:
        shown.text(f"Besides tokens, in no sum and under no limit: {', '.join(besides)}", hang=2)
    for gap in plan.unseen:
        shown.text(f"Not seen, and so perhaps not all: {hostile.line(gap)}", hang=2)
    dates = sorted({row.price_date for row in plan.planned if row.price_date})
    if dates:
        shown.text(f"Prices: Azure's list, the newest of {dates[-1]}; discounts and taxes are not in it")


def _reasons(rows: tuple[PlannedCall, ...]) -> Iterator[tuple[str, list[str]]]:
    """Each reason why something is left out or not priced, with what it is said of."""
    found: dict[str, list[str]] = {}
    for row in rows:
        name = hostile.line(f"{row.deployment} {row.probe}")
        for why in (row.why, row.unpriced if row.put else None):
            if why:
                found.setdefault(hostile.line(why), []).append(name)
    yield from found.items()
