"""What an account has cost since the month began, beside what its owner says that it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auditor.policy.facts.arm_id import fold, parent_account, subscription_scope
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import number, text
from auditor.settings import Cap
from auditor.snapshot import Resource

KIND: Final = "cost"

LATE: Final[Note] = (
    "since the month began, as Cost Management tells it: 8 to 24 hours late, often more, and an estimate until billed",
    "https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgt-data",
)
_OTHER_CURRENCY: Final = "not known: Cost Management tells it in {told}, and the cap is in {cap}"
_UNTOLD: Final[Note] = ("not known: Cost Management told it in no known shape", LATE[1])

Costs = Mapping[str, tuple[Resource, ...]]
"""Folded id of an account → what it and what hangs on it has cost, by currency."""


def costs(seen: Seen) -> Costs:
    """All rows, found by their account."""
    found: dict[str, list[Resource]] = {}
    for one in seen.all_of(KIND):
        found.setdefault(fold(parent_account(text(one.body.get("ResourceId")) or "")), []).append(one)
    return {account: tuple(rows) for account, rows in found.items()}


def cost(account_id: str, cap: Cap | None, told_of: Costs, seen: Seen) -> Part:
    """`account.cost`: whether it is `capped`, and if so `cap`, `currency` and what was `spent` in that currency.

    An account that a whole answer does not name has cost nothing that was billed yet.
    """
    told = Telling()
    told.tell("capped", cap is not None)
    if cap is None:
        return told.done()
    told.tell("cap", cap.amount)
    told.tell("currency", cap.currency)
    scope = subscription_scope(account_id) or ""
    listing = seen.listing(KIND, scope)
    if listing is None:
        told.tell("spent", None, because=seen.gap(KIND, scope))
        return told.done()
    told.read("spent", listing.readings)
    rows = told_of.get(fold(account_id), ())
    others = sorted({text(one.body.get("Currency")) or "no currency" for one in rows} - {cap.currency})
    amounts = [number(one.body.get("Cost")) for one in rows]
    if others:
        words = _OTHER_CURRENCY.format(told=", ".join(others), cap=cap.currency)
        told.tell("spent", None, note=(words, LATE[1]))
    elif None in amounts:
        told.tell("spent", None, note=_UNTOLD)
    else:
        told.tell("spent", round(float(sum(amount for amount in amounts if amount is not None)), 2), note=LATE)
    return told.done()
