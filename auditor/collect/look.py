"""What collectors share while they look: the way to Azure, what was found so far, and what could not be seen."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from auditor.cloud.arm import Arm, location_scope
from auditor.cloud.names import Names
from auditor.cloud.pages import Row, Rows
from auditor.cloud.ports import Ports
from auditor.cloud.problems import NEXT_STEPS, Problem
from auditor.cloud.reads import gap
from auditor.cloud.redaction import bounded
from auditor.collect.scope import Selection
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, GapReason, Listing, Resource

Progress = Callable[[str], None]
"""Takes a short line for people, on one line and without control characters, each time that something was read."""

Identify = Callable[[JsonObject], str | None]
"""Gives the id of a list's element, or None for one that can't be told apart."""


class Look:
    """One run's findings as they come; collectors write here and nowhere else.

    `found` is called with each thing worth looking at; whoever runs the collectors takes it from there.
    """

    def __init__(
        self,
        arm: Arm,
        names: Names,
        ports: Ports,
        *,
        selection: Selection,
        progress: Progress,
        found: Callable[[Target], None],
    ) -> None:
        self.arm = arm
        self.names = names
        self.ports = ports
        self.selection = selection
        self.found = found
        self.now = datetime.now(UTC).replace(second=0, microsecond=0)
        """When looking began, by this machine's clock: where every stretch of time that is asked for ends."""
        self._progress = progress
        self._resources: dict[tuple[str, str], Resource] = {}
        self._listings: dict[tuple[str, str], Listing] = {}
        self._gaps: dict[tuple[str, str], Gap] = {}
        self._listed: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._in_use: set[tuple[str, str, str]] = set()
        self._asking: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._lists: dict[tuple[str, str], Rows | Gap] = {}

    def keep(self, kind: str, id_: str, parent: str | None, row: Row | Gap) -> JsonObject | None:
        """Keeps one thing, over what a list told of it, or the gap; gives its body back where there is one."""
        if isinstance(row, Gap):
            self.keep_gap(row)
            return None
        self.keep_resource(Resource(kind=kind, id=id_, parent=parent, body=row.body, readings=(row.reading,)))
        self._say(f"{kind}: {id_}")
        return row.body

    def keep_found(self, kind: str, id_: str, parent: str | None, found: Rows | Gap) -> JsonObject | None:
        """Keeps one thing, or the proof that there is none: a listing of that kind and id which counts nothing."""
        if isinstance(found, Gap) or found.rows:
            return self.keep(kind, id_, parent, found if isinstance(found, Gap) else found.rows[0])
        self.keep_listing(kind, id_, found)
        return None

    def keep_list(self, kind: str, scope: str, rows: Rows | Gap, identify: Identify) -> None:
        """Keeps all of a list under `scope` and the proof that it was read whole, or the gap."""
        if isinstance(rows, Gap):
            self.keep_gap(rows)
            return
        nameless = 0
        for row in rows.rows:
            id_ = identify(row.body)
            if id_ is None:
                nameless += 1
                continue
            self.keep_resource(Resource(kind=kind, id=id_, parent=scope, body=row.body, readings=(row.reading,)))
        self.keep_listing(kind, scope, rows, nameless=nameless)

    def keep_listing(self, kind: str, scope: str, rows: Rows, *, nameless: int = 0) -> None:
        """Keeps the proof that a list was read whole, unless some of its elements could not be told apart."""
        if nameless:
            words = f"{nameless} of {len(rows.rows)} elements of the list have no usable id"
            problem = Problem(GapReason.MALFORMED, words, NEXT_STEPS[GapReason.MALFORMED])
            self.keep_gap(gap(kind, scope, problem, readings=list(rows.readings)))
            return
        listing = Listing(kind=kind, scope=scope, count=len(rows.rows), readings=rows.readings)
        self._listings[kind, scope.lower()] = listing
        self._say(f"{kind}: {len(rows.rows)} in {scope}")

    def keep_count(self, kind: str, scope: str, count: int) -> None:
        """Keeps the proof that everything of a kind under `scope` was looked at, where no list told it."""
        self._listings[kind, scope.lower()] = Listing(kind=kind, scope=scope, count=count)

    def keep_resource(self, resource: Resource) -> None:
        """Keeps a thing; of the same kind and id, the last one counts."""
        self._resources[resource.kind, resource.id.lower()] = resource

    def keep_gap(self, gap_: Gap) -> None:
        """Keeps what could not be seen; of the same kind and scope, the first one counts."""
        self._gaps.setdefault((gap_.kind, gap_.scope.lower()), gap_)

    def settled(self, kind: str, scope: str) -> bool:
        """Whether it is known what became of a read: it was whole, or left a gap."""
        key = (kind, scope.lower())
        return key in self._listings or key in self._gaps

    async def list_once(self, kind: str, scope: str, below: str) -> Rows | Gap:
        """A list that several collectors draw on, read when it is first asked for."""
        key = (kind, scope.lower())
        async with self._asking[key]:
            if key not in self._lists:
                self._lists[key] = await self.arm.list(kind, scope, below)
        return self._lists[key]

    def found_location(self, subscription: str, location: str) -> None:
        """Says that a location's catalogue and quota are worth looking at."""
        if location:
            id_ = location_scope(subscription, location)
            self.found(Target(per=Per.LOCATION, id=id_, subscription=subscription, location=location))

    def found_account(self, account: Target, kind: object) -> None:
        """Says that an account is in scope, of which kind, and with it its location."""
        self._in_use.add((account.subscription, str(kind).lower(), account.location))
        self.found_location(account.subscription, account.location)
        self.found(account)

    def accounts_listed(self, subscription: str) -> None:
        """Says that no more accounts of a subscription will be found."""
        self._listed[subscription].set()

    async def in_use(self, subscription: str) -> frozenset[tuple[str, str]]:
        """Kind and location, both lower case, of the subscription's accounts in scope, once these are known."""
        await self._listed[subscription].wait()
        return frozenset((kind, location) for owner, kind, location in self._in_use if owner == subscription)

    async def named_accounts(self) -> frozenset[str] | None:
        """Names in lower case of all accounts in scope, once they are known; None where not every list was read."""
        for subscription in self.selection.subscriptions:
            await self._listed[subscription].wait()
        if any(kind == "account" and "/providers/" not in scope for kind, scope in self._gaps):
            return None
        return frozenset(id_.rpartition("/")[2] for kind, id_ in self._resources if kind == "account")

    def _say(self, line: str) -> None:
        self._progress(bounded(line, 200))

    def results(self) -> tuple[tuple[Resource, ...], tuple[Listing, ...], tuple[Gap, ...]]:
        """All that was kept, in an order that does not depend on which answer came first."""
        return (
            tuple(self._resources[key] for key in sorted(self._resources)),
            tuple(self._listings[key] for key in sorted(self._listings)),
            tuple(self._gaps[key] for key in sorted(self._gaps)),
        )


def own_id(body: JsonObject) -> str | None:
    """The ARM id that an element carries itself."""
    id_ = body.get("id")
    return id_ if isinstance(id_, str) and id_.startswith("/") else None
