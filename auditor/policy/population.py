"""How many of each kind were seen, by which requests, and whether a second source counts the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.counted import KIND as ACCOUNT_RESOURCE
from auditor.policy.facts.scope import within
from auditor.policy.facts.shape import dig, objects, text
from auditor.policy.shapes import shape
from auditor.population import Counted, Population
from auditor.settings import Scope, Settings
from auditor.snapshot import Reading, Snapshot

NOT_SEEN = frozenset({"required_actions"})
"""Kinds of resources that the auditor itself puts into a snapshot."""

BY_RESOURCE_MANAGER = "Resource Manager's list of all resources"
BY_CONNECTIONS = "the private endpoint connections that the accounts tell"


def population(snapshot: Snapshot, settings: Settings) -> tuple[Population, ...]:
    """Every kind that was looked for, by name; nothing of it is sampled."""
    seen = Counter(resource.kind for resource in snapshot.resources)
    lists = Counter(listing.kind for listing in snapshot.listings)
    gaps = Counter(gap.kind for gap in snapshot.gaps)
    asked = _requests(snapshot)
    second = {"account": _accounts(snapshot, settings.scope), "private_endpoint": _endpoints(snapshot)}
    return tuple(
        Population(
            kind=kind,
            count=seen[kind],
            lists_read=lists[kind],
            gaps=gaps[kind],
            found_by=tuple(sorted(asked.get(kind, ()))),
            second=second.get(kind),
        )
        for kind in sorted((seen.keys() | lists.keys() | gaps.keys()) - NOT_SEEN)
    )


def _requests(snapshot: Snapshot) -> dict[str, set[str]]:
    """Kind → the shapes of the requests that told of it."""
    shapes: dict[str, str] = {}
    readings: dict[str, Reading] = {reading.id: reading for reading in snapshot.readings}
    found: defaultdict[str, set[str]] = defaultdict(set)
    told: Iterable[tuple[str, tuple[str, ...]]] = (
        (one.kind, one.readings) for kept in (snapshot.listings, snapshot.resources, snapshot.gaps) for one in kept
    )
    for kind, ids in told:
        for reading in ids:
            if reading in readings and reading not in shapes:
                shapes[reading] = shape(readings[reading])
            if reading in shapes:
                found[kind].add(shapes[reading])
    return found


def _accounts(snapshot: Snapshot, scope: Scope) -> Counted | None:
    """Those within the scope in Resource Manager's own lists; None unless they were read of every subscription.

    None too where the snapshot was taken for a wider scope: the two would not count the same.
    """
    lists = {fold(one.scope): one for one in snapshot.listings if one.kind == ACCOUNT_RESOURCE}
    if {f"/subscriptions/{one.lower()}" for one in scope.subscriptions} - lists.keys():
        return None
    if any(one.kind == "account" and not within(one, scope) for one in snapshot.resources):
        return None
    count = sum(one.kind == ACCOUNT_RESOURCE and within(one, scope) for one in snapshot.resources)
    return _counted(BY_RESOURCE_MANAGER, count, (one.readings for one in lists.values()))


def _endpoints(snapshot: Snapshot) -> Counted | None:
    """Those behind the connections of all accounts that were read; None where not all were."""
    if not any(one.kind == "account" for one in snapshot.listings):
        return None
    if any(one.kind == "account" for one in snapshot.gaps):
        return None
    accounts = [one for one in snapshot.resources if one.kind == "account"]
    named = {fold(endpoint) for one in accounts for endpoint in _connected(one.body)}
    return _counted(BY_CONNECTIONS, len(named), (one.readings for one in accounts))


def _connected(account: object) -> Iterator[str]:
    for connection in objects(dig(account, "properties", "privateEndpointConnections")) or ():
        endpoint = text(dig(connection, "properties", "privateEndpoint", "id"))
        if endpoint is not None:
            yield endpoint


def _counted(source: str, count: int, readings: Iterable[tuple[str, ...]]) -> Counted:
    return Counted(source=source, count=count, readings=tuple(dict.fromkeys(one for each in readings for one in each)))
