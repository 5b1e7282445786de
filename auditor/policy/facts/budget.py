"""Whether a subscription has a budget that says in time what its accounts cost, and what they are about to cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from auditor.policy.facts.action_groups import reach
from auditor.policy.facts.alert_themes import NAMESPACE
from auditor.policy.facts.arm_id import fold, last, segment
from auditor.policy.facts.logic import all_of, any_of
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number, objects, text, texts, without_nulls
from auditor.record import JsonObject

KIND: Final = "budget"

THRESHOLDS: Final = ("Actual", "Forecasted")
"""What a notification compares with the budget; Actual where it says nothing.

https://learn.microsoft.com/rest/api/consumption/budgets/list
"""


def budget(scope: str, seen: Seen, now: datetime) -> Part:
    """`subscription.budget`: whether a budget of money that runs now and holds all accounts that were seen tells
    somebody of costs that were reached (`actual`) and of costs that are to be expected (`forecasted`).

    `budgets` are all of the subscription, each with what is known of it; `now` in UTC.
    """
    listing, told = seen.listing(KIND, scope), Telling()
    if listing is None:
        gap = seen.gap(KIND, scope)
        return Part(absences={"": gap} if gap else {})
    accounts = [one.id for one in seen.children("account", scope)]
    hidden = seen.gap("account", scope)
    found = [(one.id, without_nulls(one.body)) for one in seen.children(KIND, scope)]
    told.read("", listing.readings)
    for threshold in THRESHOLDS:
        tells = any_of(
            all_of((_runs(body, now), _holds(arm_id, body, accounts, hidden), _tells(body, threshold, seen)))
            for arm_id, body in found
        )
        told.tell(threshold.lower(), tells, because=hidden or seen.gap("action_group", scope))
    told.tell("budgets", [_row(arm_id, body, now) for arm_id, body in found])
    return told.done()


def _row(arm_id: str, body: JsonObject, now: datetime) -> JsonObject:
    properties = body.get("properties")
    row = {
        "name": last(arm_id),
        "amount": number(dig(properties, "amount")),
        "runs": _runs(body, now),
        "group": segment(arm_id, "resourceGroups"),
        "filtered": bool(dig(properties, "filter")) if isinstance(properties, dict) else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def _runs(body: JsonObject, now: datetime) -> bool | None:
    """Whether it is one of money, of more than nothing, begun and not ended."""
    amount, category = number(dig(body, "properties", "amount")), text(dig(body, "properties", "category"))
    period = dig(body, "properties", "timePeriod")
    start, end = (_time(dig(period, name)) for name in ("startDate", "endDate"))
    return all_of(
        (
            category.lower() == "cost" if category is not None else None,
            amount > 0 if amount is not None else None,
            start <= now if start is not None else None,
            True if isinstance(period, dict) and "endDate" not in period else now <= end if end is not None else None,
        )
    )


def _time(said: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _holds(arm_id: str, body: JsonObject, accounts: list[str], hidden: str | None) -> bool | None:
    """Whether it counts what every account costs; `hidden` says that there may be more accounts than were seen."""
    group = segment(arm_id, "resourceGroups")
    limits = [] if group is None else [all(_group(one) == group.lower() for one in accounts)]
    narrowings = list(_narrowings(dig(body, "properties", "filter"), accounts))
    narrow = bool(limits or narrowings)
    return all_of([*limits, *narrowings, *([None] if narrow and hidden else [])])


def _narrowings(filtered: Any, accounts: list[str]) -> Iterator[bool | None]:
    """Of each condition of a filter whether all accounts meet it; of tags and meters nobody can tell."""
    if filtered is None or filtered == {}:
        return
    both = objects(filtered.get("and", [])) if isinstance(filtered, dict) else None
    if both is None:
        yield None
        return
    for condition in (filtered, *both):
        for name, said in condition.items():
            if name != "and":
                yield _dimension(said, accounts) if name == "dimensions" else None


def _dimension(said: Any, accounts: list[str]) -> bool | None:
    name, values = (text(dig(said, "name")) or "").lower(), texts(dig(said, "values"))
    if values is None:
        return None
    asked = {fold(value) for value in values}
    own = _DIMENSIONS.get(name)
    return all(own(one) in asked for one in accounts) if own is not None else None


def _type(_: str) -> str:
    return NAMESPACE


def _group(arm_id: str) -> str:
    return (segment(arm_id, "resourceGroups") or "").lower()


_DIMENSIONS: Final[dict[str, Callable[[str], str]]] = {
    "resourcegroupname": _group,
    "resourcegroup": _group,
    "resourceid": fold,
    "resourcetype": _type,
}
"""Dimension of a filter → what it is of an account; of any other nobody can tell."""


def _tells(body: JsonObject, threshold: str, seen: Seen) -> bool | None:
    notifications = dig(body, "properties", "notifications")
    if notifications is None:
        return False if isinstance(body.get("properties"), dict) else None
    found = list(notifications.values()) if isinstance(notifications, dict) else [None]
    return any_of(_notifies(one, threshold, seen) for one in found)


def _notifies(one: Any, threshold: str, seen: Seen) -> bool | None:
    if not isinstance(one, dict):
        return None
    kind, enabled = one.get("thresholdType", THRESHOLDS[0]), one.get("enabled")
    people = [texts(one.get(name, [])) for name in ("contactEmails", "contactRoles")]
    groups = texts(one.get("contactGroups", []))
    hears = [None if names is None else bool(names) for names in people]
    hears.append(reach(groups, seen).heard)
    return all_of(
        (
            kind.lower() == threshold.lower() if isinstance(kind, str) else None,
            enabled if isinstance(enabled, bool) else None,
            any_of(hears),
        )
    )
