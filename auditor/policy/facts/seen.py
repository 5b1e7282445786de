"""A snapshot indexed once, so that joining it costs no more than reading it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from auditor.policy.facts.arm_id import fold
from auditor.snapshot import Listing, Resource, Snapshot

Value = TypeVar("Value")

_Key = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """What was seen, by kind and id and by kind and parent; all ids compare without case."""

    by_id: Mapping[_Key, Resource]
    by_parent: Mapping[_Key, tuple[Resource, ...]]
    by_kind: Mapping[str, tuple[Resource, ...]]
    listings: Mapping[_Key, Listing]
    gaps: Mapping[_Key, str]

    @cached_property
    def _missed(self) -> frozenset[str]:
        """The kinds of which some read failed."""
        return frozenset(kind for kind, _ in self.gaps)

    def resource(self, kind: str, arm_id: str) -> Resource | None:
        """The one of that id."""
        return self.by_id.get((kind, fold(arm_id)))

    def children(self, kind: str, parent: str) -> tuple[Resource, ...]:
        """Those of a kind that name that parent; whether these are all, a listing tells."""
        return self.by_parent.get((kind, fold(parent)), ())

    def all_of(self, kind: str) -> tuple[Resource, ...]:
        """Those of a kind, wherever they are."""
        return self.by_kind.get(kind, ())

    def listing(self, kind: str, scope: str) -> Listing | None:
        """The proof that the list of that scope was read whole; without it nothing may be called absent."""
        return self.listings.get((kind, fold(scope)))

    def gap(self, kind: str, scope: str) -> str | None:
        """The id of the gap in that read: one of the scope itself, or of anything above it."""
        above = fold(scope) if kind in self._missed else ""
        while above:
            found = self.gaps.get((kind, above))
            if found is not None:
                return found
            above = above.rpartition("/")[0]
        return None

    def own_gap(self, kind: str, arm_id: str) -> str | None:
        """The id of the gap in the read of that one thing."""
        return self.gaps.get((kind, fold(arm_id)))

    def why(self, *reads: tuple[str, str | None]) -> str | None:
        """The first gap among several reads, each a kind and a scope."""
        found = (self.gap(kind, scope) for kind, scope in reads if scope is not None)
        return next((gap for gap in found if gap is not None), None)


def index(snapshot: Snapshot) -> Seen:
    """The snapshot, looked through once; where an id or a scope repeats, the first counts."""
    by_id: dict[_Key, Resource] = {}
    parents: dict[_Key, list[Resource]] = {}
    kinds: dict[str, list[Resource]] = {}
    for resource in snapshot.resources:
        key = (resource.kind, fold(resource.id))
        if key in by_id:
            continue
        by_id[key] = resource
        kinds.setdefault(resource.kind, []).append(resource)
        if resource.parent is not None:
            parents.setdefault((resource.kind, fold(resource.parent)), []).append(resource)
    return Seen(
        by_id=by_id,
        by_parent={key: tuple(found) for key, found in parents.items()},
        by_kind={kind: tuple(found) for kind, found in kinds.items()},
        listings=_first((listing.kind, listing.scope, listing) for listing in snapshot.listings),
        gaps=_first((gap.kind, gap.scope, gap.id) for gap in snapshot.gaps),
    )


def _first(found: Iterable[tuple[str, str, Value]]) -> dict[_Key, Value]:
    kept: dict[_Key, Value] = {}
    for kind, scope, value in found:
        kept.setdefault((kind, fold(scope)), value)
    return kept
