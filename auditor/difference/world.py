"""What changed in the world, setting by setting, and who did it where the activity log or the thing itself tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from auditor.difference.values import places
from auditor.record import Json, JsonObject, Record
from auditor.snapshot import Resource, Snapshot

_PASSING: Final = frozenset({"activity_event", "metric", "probe", "required_actions", "retail_price", "service_event"})
"""Kinds that are different each time that one looks, and are compared as findings and numbers instead."""

_STAMPS: Final = frozenset(
    {"etag", "systemData", "occuredTime", "occurredTime", "reportedTime", "lastEvaluated", "timestamp", "notAfter"}
)
"""Members that only say when something was looked at or written; Azure itself misspells the one of resource health."""

_OF_WHO_LOOKED: Final = frozenset({("host_name", "resolver"), ("tls_port", "port"), ("tls_port", "proxied")})
"""Places that tell of who looked and from where, not of what was looked at."""

_WRITES: Final = ("/write", "/delete", "/action")


class Actor(Record):
    """Who changed something, when, and how that is known."""

    who: str | None
    """None where the log does not name anybody."""
    when: str
    """As the service says it."""
    operation: str | None = None
    source: Literal["activity log", "systemData"]


class Place(Record):
    """One setting with both values; None is one that is not there."""

    path: str
    before: Json = None
    after: Json = None


class Changed(Record):
    """One resource that came, went or was changed."""

    kind: str
    id: str
    what: Literal["added", "removed", "changed"]
    places: tuple[Place, ...] = ()
    """Of what was changed."""
    by: tuple[Actor, ...] = ()
    """Everybody who wrote to it, or to what it belongs to, between the two; empty where nothing tells."""


def changes(before: Snapshot, after: Snapshot) -> tuple[Changed, ...]:
    """All of them, by kind and id.

    A kind of which one side read no list or has gaps is compared only where both saw the thing: what was not looked
    for, or could not be seen, is neither added nor removed.
    """
    earlier, later = _by_id(before), _by_id(after)
    log = _Log(before, after)
    found = []
    for kind, name in sorted(earlier.keys() | later.keys()):
        was, now = earlier.get((kind, name)), later.get((kind, name))
        if was and now:
            different = tuple(_places(kind, was.body, now.body))
            if different:
                by = log.writers(now.id) or log.stamped(now.body)
                found.append(Changed(kind=kind, id=now.id, what="changed", places=different, by=by))
        elif now and _sees(before, kind, now.parent):
            by = log.writers(now.id) or log.stamped(now.body)
            found.append(Changed(kind=kind, id=now.id, what="added", by=by))
        elif was and _sees(after, kind, was.parent):
            found.append(Changed(kind=kind, id=was.id, what="removed", by=log.writers(was.id)))
    return tuple(found)


def _by_id(snapshot: Snapshot) -> dict[tuple[str, str], Resource]:
    return {(each.kind, each.id.lower()): each for each in snapshot.resources if each.kind not in _PASSING}


def _sees(snapshot: Snapshot, kind: str, parent: str | None) -> bool:
    """Whether this side would have seen such a thing, had it been there."""
    scope = (parent or "").lower()
    if any(gap.kind == kind and _within(scope, gap.scope.lower()) for gap in snapshot.gaps):
        return False
    return any(listing.kind == kind and _within(scope, listing.scope.lower()) for listing in snapshot.listings)


def _within(scope: str, whole: str) -> bool:
    return scope == whole or scope.startswith(f"{whole}/")


def _places(kind: str, before: JsonObject, after: JsonObject) -> Iterator[Place]:
    def passing(path: str) -> bool:
        return path.rpartition(".")[2] in _STAMPS or (kind, path) in _OF_WHO_LOOKED

    for path, was, now in places(before, after, passing):
        yield Place(path=path, before=was, after=now)


class _Log:
    """What the activity log of both sides tells of the time between them."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._since, self._until = sorted((before.taken_at, after.ended_at))
        self._by_id: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        seen: set[tuple[str, str, str]] = set()
        for resource in _events((before, after)):
            body = resource.body
            target, operation = body.get("resourceId"), _word(body.get("operationName"))
            key = (str(target).lower(), operation, str(body.get("eventTimestamp")))
            if isinstance(target, str) and operation.lower().endswith(_WRITES) and key not in seen:
                seen.add(key)
                self._by_id[target.lower()].append(body)

    def writers(self, resource: str) -> tuple[Actor, ...]:
        """Who wrote to it between the two, each once, earliest first."""
        found: dict[tuple[str, str | None, str], Actor] = {}
        for body in self._by_id.get(resource.lower(), ()):
            when = _moment(body.get("eventTimestamp"))
            if when is None or not self._since <= when <= self._until or _word(body.get("status")) in _UNDONE:
                continue
            who = body.get("caller")
            actor = Actor(
                who=who if isinstance(who, str) else None,
                when=str(body["eventTimestamp"]),
                operation=_word(body.get("operationName")),
                source="activity log",
            )
            found[(actor.when, actor.who, actor.operation or "")] = actor
        return tuple(sorted(found.values(), key=lambda actor: actor.when))

    def stamped(self, body: JsonObject) -> tuple[Actor, ...]:
        """Who wrote it last by the thing's own word, where that was between the two."""
        data = body.get("systemData")
        told = data.get("lastModifiedAt") if isinstance(data, dict) else None
        when = _moment(told)
        if not isinstance(data, dict) or when is None or not self._since <= when <= self._until:
            return ()
        who = data.get("lastModifiedBy")
        return (Actor(who=who if isinstance(who, str) else None, when=str(told), source="systemData"),)


_UNDONE: Final = frozenset({"Failed", "Failure"})


def _events(sides: Iterable[Snapshot]) -> Iterator[Resource]:
    for side in sides:
        for resource in side.resources:
            if resource.kind == "activity_event":
                yield resource


def _word(value: object) -> str:
    inner = value.get("value") if isinstance(value, dict) else value
    return inner if isinstance(inner, str) else ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None
