"""What was changed around the onset, of all that the accounts hang on, and which incidents there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from auditor.diagnosis import Happened
from auditor.difference.world import Changed, changes
from auditor.policy.facts.arm_id import region
from auditor.policy.facts.health import Incident, incidents
from auditor.policy.facts.moment import moment
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, text
from auditor.snapshot import Resource, Snapshot

_COUNTED = frozenset({"usage", "model", "model_capacity", "resource_health", "deleted_account"})
"""Kinds that move by themselves, or that a cause tells of where it matters."""

_LONG = 80
_PLACES = 3


def happened(snapshot: Snapshot, seen: Seen, before: Snapshot | None) -> tuple[Happened, ...]:
    """Newest first; a change that the activity log tells of too is told once, with what it changed."""
    known = _Known(snapshot, before)
    set_ = [
        one for changed in (changes(before, snapshot) if before else ()) for one in _set(changed) if known.has(one.on)
    ]
    told = {(one.on.lower(), one.at) for one in set_ if one.at is not None}
    log = [one for one in map(_logged, _of(snapshot, "activity_event")) if one is not None and known.has(one.on)]
    rest = [one for one in log if (one.on.lower(), one.at) not in told]
    found = [*set_, *rest, *_incidents(snapshot, seen), *_unhealthy(snapshot)]
    return tuple(sorted(_once(found), key=lambda one: one.at or datetime.min.replace(tzinfo=UTC), reverse=True))


class _Known:
    """What belongs to the accounts that were looked at, now or when it was last green."""

    def __init__(self, *snapshots: Snapshot | None) -> None:
        self._ids = {
            one.id.lower()
            for seen in snapshots
            if seen is not None
            for one in seen.resources
            if one.kind not in ("activity_event", "metric", "service_event")
        }
        self._scopes = {scope for id_ in self._ids for scope in _above(id_)}

    def has(self, id_: str) -> bool:
        """A thing that was seen, something below one, or an assignment at a scope that covers one.

        Deployments of other accounts are among them: what they take, nobody else has.
        """
        wanted = id_.lower()
        if wanted in self._ids or any(above in self._ids for above in _above(wanted)):
            return True
        scope, _, rest = wanted.rpartition("/providers/")
        if rest.startswith("microsoft.authorization/"):
            return scope in self._ids or scope in self._scopes
        return wanted in self._scopes or "/deployments/" in wanted


def _above(id_: str) -> Iterator[str]:
    """The scopes over an id: its owners, its group, its subscription."""
    parts = id_.split("/")
    for end in range(len(parts) - 1, 2, -1):
        yield "/".join(parts[:end])


def _of(snapshot: Snapshot, kind: str) -> Iterator[Resource]:
    return (one for one in snapshot.resources if one.kind == kind)


def _logged(event: Resource) -> Happened | None:
    body = event.body
    on, status = text(body.get("resourceId")), _word(body.get("status"))
    if on is None or status.lower() not in ("succeeded", "success", "failed", ""):
        return None
    operation = _word(body.get("operationName"))
    failed = " (failed)" if status.lower() == "failed" else ""
    return Happened(
        at=moment(body.get("eventTimestamp")),
        who=text(body.get("caller")),
        what=f"{_plain(operation)}{failed}",
        on=on,
        source="activity log",
    )


_INDEX = re.compile(r"\[[^\[\]]*/([^\[\]/]+)\]")


def short_path(path: str) -> str:
    """A setting's path with the names of the things in it instead of their whole ids."""
    return _INDEX.sub(r"[\1]", path)


_VERBS = {"write": "written", "delete": "deleted"}


def _plain(operation: str) -> str:
    """`Microsoft.CognitiveServices/accounts/deployments/write` → `deployments written`; others by their last words."""
    *rooms, verb = operation.split("/")
    what = rooms[-1] if rooms else ""
    if verb.lower() in _VERBS:
        return f"{what} {_VERBS[verb.lower()]}"
    return f"{what}: done" if verb.lower() == "action" else operation


def _set(changed: Changed) -> Iterator[Happened]:
    who = changed.by[-1] if changed.by else None
    if changed.kind in _COUNTED or (changed.kind == "tls_port" and any(one.path == "error" for one in changed.places)):
        return  # a port that is not reached tells of the way, and not of itself
    places = [
        f"{short_path(place.path)}: {_value(place.before)} → {_value(place.after)}"
        for place in changed.places[:_PLACES]
    ]
    more = len(changed.places) - _PLACES
    words = "; ".join(places) + (f"; and {more} more" if more > 0 else "")
    kind = changed.kind.replace("_", " ")
    yield Happened(
        at=moment(who.when) if who else None,
        who=who.who if who else None,
        what=f"{kind} changed: {words}" if changed.what == "changed" else f"{kind} {changed.what}",
        on=changed.id,
        source="last green",
    )


def _value(value: object) -> str:
    written = "absent" if value is None else json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _LONG else written[: _LONG - 1] + "…"


def touching(snapshot: Snapshot, seen: Seen) -> tuple[Incident, ...]:
    """The incidents that are not over, in a region of an account or in one that nobody tells."""
    places = {region(one.body.get("location")) for one in _of(snapshot, "account")}
    known = (one for found in incidents(seen).values() for one in found)
    return tuple(one for one in known if not places or any(one.touches(place or "") is not False for place in places))


def _incidents(snapshot: Snapshot, seen: Seen) -> Iterator[Happened]:
    for one in touching(snapshot, seen):
        where = ", ".join(sorted(one.regions)) if one.regions else "a region that is not told"
        words = f"an incident of Azure is open: {one.words}"
        yield Happened(at=one.since, who=None, what=words, on=where, source="service health")


def unhealthy(snapshot: Snapshot) -> tuple[Happened, ...]:
    """The accounts that Azure does not report as available."""
    return tuple(_unhealthy(snapshot))


def _unhealthy(snapshot: Snapshot) -> Iterator[Happened]:
    accounts = {one.id.lower() for one in _of(snapshot, "account")}
    for one in _of(snapshot, "resource_health"):
        on = one.id.partition("/providers/Microsoft.ResourceHealth/")[0]
        if on.lower() not in accounts:
            continue
        state = text(dig(one.body, "properties", "availabilityState"))
        if state is not None and state.lower() not in ("available", "unknown"):
            at = moment(dig(one.body, "properties", "occuredTime")) or moment(
                dig(one.body, "properties", "occurredTime")
            )
            summary = text(dig(one.body, "properties", "summary")) or ""
            yield Happened(at=at, who=None, what=f"{state}: {summary}", on=on, source="resource health")


def _once(found: Iterable[Happened]) -> Iterator[Happened]:
    seen: set[tuple[object, ...]] = set()
    for one in found:
        key = (one.at, one.who, one.what, one.on.lower())
        if key not in seen:
            seen.add(key)
            yield one


def _word(value: object) -> str:
    inner = value.get("value") if isinstance(value, dict) else value
    return inner if isinstance(inner, str) else ""
