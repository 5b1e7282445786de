"""What was changed around the onset: differences from the last green run, and events of the activity log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auditor.difference import Side
from auditor.difference.world import Changed, changes
from auditor.policy.facts.arm_id import fold, last, segment, subscription_scope
from auditor.policy.facts.moment import moment, written
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject
from auditor.snapshot import Resource, Snapshot
from auditor.triage.reason import Changes, Events, Where

RECENT: Final = timedelta(hours=48)
"""How far back an event may lie where no last green run says when all was well."""

_LEEWAY: Final = timedelta(minutes=15)
_ROLE: Final = "role_assignment"
_DRAWN: Final = (("sku", "name"), ("properties", "model", "name"))
"""Where a deployment says from which quota it draws."""


@dataclass(frozen=True)
class Surrounding:
    """What tells whether something that happened has to do with a case."""

    deployment: str | None
    account: str | None
    """Ids, folded."""
    zones: tuple[str, ...]
    principals: frozenset[str]
    model: tuple[str | None, str | None]
    """SKU and model of the deployment, in lower case: by them deployments share a quota."""


@dataclass(frozen=True)
class Happenings:
    """All of both; None is not known."""

    changes: tuple[JsonObject, ...] | None
    events: tuple[JsonObject, ...] | None

    def changed(self, asked: Changes, of: Surrounding) -> list[JsonObject] | None:
        """The differences that a cause selects, of what surrounds a case."""
        if self.changes is None:
            return None
        return [
            _only(one, asked.paths)
            for one in self.changes
            if one["kind"] in asked.kinds
            and (not asked.what or one["what"] in asked.what)
            and (not asked.paths or one["what"] != "changed" or _only(one, asked.paths)["places"])
            and _concerns(one, asked.on, of)
        ]

    def done(self, asked: Events, of: Surrounding) -> list[JsonObject] | None:
        """The events that a cause selects."""
        if self.events is None:
            return None
        return [one for one in self.events if one["operation"] in asked.operations and _touches(one, asked.on, of)]


def happenings(snapshot: Snapshot, before: Side | None, now: datetime, accounts: Collection[str]) -> Happenings:
    """Everything between the last green run and now.

    `accounts` are the names, in lower case, of those that are looked at now: others were not looked for, and have not
    gone.
    """
    earlier = before.snapshot if before is not None else None
    since = now - RECENT if before is None else before.run.started_at - _LEEWAY
    found = None
    if earlier is not None:
        old, new = _bodies(earlier), _bodies(snapshot)
        gone_or_not = (
            one for one in changes(earlier, snapshot) if one.what != "removed" or _looked_at(one.id, accounts)
        )
        found = tuple(_row(one, old, new) for one in gone_or_not)
    listed = any(one.kind == "activity_event" for one in snapshot.listings)
    log = (_event(one) for one in snapshot.resources if one.kind == "activity_event")
    recent: dict[tuple[str, ...], JsonObject] = {}
    for event in log:
        at = moment(event["at"]) if event is not None else None
        if event is not None and at is not None and at >= since:
            recent[str(event["operation"]), str(event["on"]).lower(), str(event["correlation"])] = event
    events = tuple(sorted(recent.values(), key=lambda one: str(one["at"]), reverse=True))
    return Happenings(found, events if listed or events else None)


def _looked_at(arm_id: str, accounts: Collection[str]) -> bool:
    """Whether it is no account of another workload, nor in one."""
    account = segment(arm_id, "accounts")
    return account is None or account.lower() in accounts


def _bodies(snapshot: Snapshot) -> dict[tuple[str, str], Resource]:
    return {(one.kind, fold(one.id)): one for one in snapshot.resources}


def _row(one: Changed, old: dict[tuple[str, str], Resource], new: dict[tuple[str, str], Resource]) -> JsonObject:
    was, now = old.get((one.kind, fold(one.id))), new.get((one.kind, fold(one.id)))
    by = one.by[-1] if one.by else None
    return {
        "kind": one.kind,
        "id": one.id,
        "name": last(one.id),
        "what": one.what,
        "places": [{"path": each.path, "before": each.before, "after": each.after} for each in one.places],
        "was": was.body if was is not None else {},
        "is": now.body if now is not None else {},
        **({"who": by.who} if by is not None and by.who else {}),
        **({"at": by.when} if by is not None else {}),
    }


def _event(resource: Resource) -> JsonObject | None:
    body = resource.body
    operation, on, at = (
        _word(body.get("operationName")),
        text(body.get("resourceId")),
        moment(body.get("eventTimestamp")),
    )
    status = _word(body.get("status")).lower()
    if not operation or on is None or at is None or status in {"failed", "failure"}:
        return None
    return {
        "operation": operation.lower(),
        "on": on,
        "name": last(on),
        "at": written(at),
        "who": text(body.get("caller")) or "somebody whom the log does not name",
        "correlation": text(body.get("correlationId")) or "",
        "id": resource.id,
    }


def _word(value: Any) -> str:
    return text(dig(value, "value")) or text(value) or ""


def _only(one: JsonObject, paths: Iterable[str]) -> JsonObject:
    """The change with the places at these paths alone."""
    wanted = tuple(paths)
    return (
        {**one, "places": [each for each in one["places"] if str(each["path"]).startswith(wanted)]} if wanted else one
    )


def _concerns(one: JsonObject, on: Where, of: Surrounding) -> bool:
    body = one["is"] or one["was"]
    if on == "caller":
        principal = (text(dig(body, "properties", "principalId")) or "").lower()
        scope = fold(text(dig(body, "properties", "scope")) or _scope(one["id"]))
        return one["kind"] == _ROLE and principal in of.principals and _covers(scope, of.account)
    if on == "pool":
        drawn = tuple(
            (text(dig(body, *path)) or "").lower() for path in (("sku", "name"), ("properties", "model", "name"))
        )
        return fold(one["id"]) != of.deployment and drawn == of.model
    return _touches({"on": one["id"]}, on, of)


def _touches(one: JsonObject, on: Where, of: Surrounding) -> bool:
    place = fold(str(one["on"]))
    near = _same_subscription(place, of.account)
    touches: dict[Where, bool] = {
        "deployment": _within(place, of.deployment),
        "account": _within(place, of.account),
        "caller": _covers(fold(_scope(place)), of.account),
        "zones": any(f"/privatednszones/{zone.lower()}/" in f"{place}/" for zone in of.zones),
        "pool": "/deployments/" in place and place != of.deployment and near,
        "endpoints": "/privateendpoint" in place and near,
        "subscription": near,
    }
    return touches[on]


def _within(place: str, whole: str | None) -> bool:
    return whole is not None and (place == whole or place.startswith(f"{whole}/"))


def _scope(assignment: str) -> str:
    return assignment.lower().partition("/providers/microsoft.authorization/")[0]


def _covers(scope: str, account: str | None) -> bool:
    return account is not None and _within(account, scope.rstrip("/"))


def _same_subscription(place: str, account: str | None) -> bool:
    scope = subscription_scope(place)
    return account is None or (scope is not None and fold(scope) == fold(subscription_scope(account) or ""))
