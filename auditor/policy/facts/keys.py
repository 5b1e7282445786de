"""How old an account's keys are, as far as the activity log tells: keys carry no date themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from auditor.policy.facts.arm_id import fold, subscription_scope
from auditor.policy.facts.moment import moment, whole_days, written
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.snapshot import Resource

KIND: Final = "activity_event"

PAGE: Final = "https://learn.microsoft.com/azure/azure-monitor/platform/activity-log"

KEPT: Final = 90
"""Days that the activity log goes back, as its page says."""

_ACTIONS: Final = "microsoft.cognitiveservices/accounts"
_REGENERATED: Final = f"{_ACTIONS}/regeneratekey/action"
_LISTED: Final = f"{_ACTIONS}/listkeys/action"

Activity = Mapping[str, tuple[Resource, ...]]
"""Folded account id → what was done with its keys."""


def activity(seen: Seen) -> Activity:
    """All events of keys, by the account."""
    found: dict[str, list[Resource]] = {}
    for one in seen.all_of(KIND):
        account = text(one.body.get("resourceId")) or one.id.lower().partition("/events/")[0]
        if _operation(one) in (_REGENERATED, _LISTED):
            found.setdefault(fold(account), []).append(one)
    return {account: tuple(events) for account, events in found.items()}


def keys(account: Resource, body: JsonObject, found: Activity, now: datetime | Note, seen: Seen) -> Part:
    """`account.keys`: when they were last listed and regenerated, and how many days ago at the least.

    The log does not tell which of the two keys was regenerated. `now` is a note where nobody can say what time it is.
    """
    scope = subscription_scope(account.id)
    listing = seen.listing(KIND, scope) if scope is not None else None
    if listing is None:
        gap = seen.gap(KIND, scope) if scope is not None else None
        return Part(absences={"": gap} if gap else {})
    events = found.get(fold(account.id), ())
    told = Telling()
    told.read("", (*listing.readings, *account.readings))
    listed, regenerated = (_latest(events, operation) for operation in (_LISTED, _REGENERATED))
    told.tell("listed_at", written(listed) if listed else None, note=None if listed else _none("listed"))
    told.tell("regenerated_at", written(regenerated) if regenerated else None)
    if not isinstance(now, datetime):
        told.tell("days_since_rotation", None, note=now)
        told.tell("days_at_least", None, note=now)
        return told.done()
    if any(_succeeded(one) and moment(one.body.get("eventTimestamp")) is None for one in events):
        note = ("not known: an event of the activity log does not tell when it was", PAGE)
        told.tell("days_since_rotation", None, note=note)
        told.tell("days_at_least", None, note=note)
        return told.done()
    made = moment(dig(body, "systemData", "createdAt")) or moment(dig(body, "properties", "dateCreated"))
    _tell_age(told, regenerated or made, now, rotated=regenerated is not None)
    return told.done()


def _tell_age(told: Telling, since: datetime | None, now: datetime, *, rotated: bool) -> None:
    if since is None:
        words = f"not known: no key was regenerated in the last {KEPT} days, and Azure does not tell the account's age"
        told.tell("days_since_rotation", None, note=(words, PAGE))
        told.tell("days_at_least", None, note=(words, PAGE))
        return
    age = whole_days(since, now)
    known = rotated or age < KEPT
    words = "counted from when the account was made: no key was regenerated since"
    note = (
        (words, PAGE)
        if known
        else (f"more than {KEPT}: the activity log goes back no further, and tells of none", PAGE)
    )
    told.tell("days_since_rotation", age if known else None, note=None if rotated else note)
    told.tell("days_at_least", age if known else KEPT)


def _none(what: str) -> tuple[str, str]:
    return f"not {what} in the last {KEPT} days, as far as the activity log tells", PAGE


def _latest(events: Iterable[Resource], operation: str) -> datetime | None:
    found = (
        moment(one.body.get("eventTimestamp")) for one in events if _operation(one) == operation and _succeeded(one)
    )
    return max((at for at in found if at is not None), default=None)


def _operation(event: Resource) -> str:
    return (text(dig(event.body, "operationName", "value")) or "").lower()


def _succeeded(event: Resource) -> bool:
    """The log tells the beginning and the end of one operation as two events."""
    return (text(dig(event.body, "status", "value")) or "").lower() == "succeeded"
