"""One read, whatever becomes of it: the raw rows that it brought, or the gap that it left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from auditor.cloud.deadline import Deadline
from auditor.cloud.pages import Exchange, Row, Rows, table_page
from auditor.cloud.problems import NEXT_STEPS, Problem, error_words, problem_of, problem_of_answer
from auditor.cloud.versions import Versions
from auditor.record import JsonObject
from auditor.snapshot import Gap, GapReason

Keep = Callable[[JsonObject], bool]
"""Whether an element of a list is worth keeping; what can't be told apart is."""

Call = Callable[[str, Exchange], Awaitable[None]]
"""Asks with an api-version, through every page, letting the Exchange follow."""

NOT_THERE = frozenset(
    {"KeyNotFound", "NotFound", "ParentResourceNotFound", "ResourceGroupNotFound", "ResourceNotFound"}
)
"""Codes of an HTTP 404 that say of a thing that it does not exist; others, such as SubscriptionNotFound, don't.

https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found
"""

_MOST_VERSIONS = 3
"""How many api-versions one read tries; a service that refuses what it offers gets no fourth."""


def everything(_: JsonObject) -> bool:
    """Keeps each element of a list."""
    return True


class Reads:
    """Makes reads for a whole run; `object_id` is who asks, for the cure of a refusal."""

    def __init__(self, *, deadline: Deadline, versions: Versions, object_id: str | None) -> None:
        self._deadline = deadline
        self._versions = versions
        self._object_id = object_id

    async def list(
        self, kind: str, scope: str, action: str, call: Call, *, none_if: str | None = None, keep: Keep = everything
    ) -> Rows | Gap:
        """The elements of a list under `scope`, in its order, or why it could not be read whole; never raises.

        `none_if` is an error code by which the service says that there are none; `keep` says which elements stay.
        """
        none = frozenset({none_if} if none_if else ())
        return await self._read(
            kind, scope, action, call, none_if=none, exchange=lambda: Exchange(paged=True, keep=keep)
        )

    async def table(self, kind: str, scope: str, action: str, call: Call) -> Rows | Gap:
        """As `list`, of a query that answers with a table: each row as an object by the names of the columns."""
        return await self._read(kind, scope, action, call, exchange=lambda: Exchange(paged=True, page_of=table_page))

    async def secret(self, kind: str, scope: str, action: str, call: Call) -> Row | Gap:
        """As `get`, of what is for the caller alone: neither kept nor hashed."""
        found = await self._read(kind, scope, action, call, exchange=lambda: Exchange(paged=False, secret=True))
        return found if isinstance(found, Gap) else found.rows[0]

    async def find(self, kind: str, scope: str, action: str, call: Call) -> Rows | Gap:
        """The one thing that `scope` names as a list of one, and no row where the service says that it is not there."""
        return await self._read(kind, scope, action, call, none_if=NOT_THERE, exchange=lambda: Exchange(paged=False))

    async def get(self, kind: str, scope: str, action: str, call: Call) -> Row | Gap:
        """The one thing that `scope` names, or why it could not be read; never raises."""
        found = await self._read(kind, scope, action, call, exchange=lambda: Exchange(paged=False))
        return found if isinstance(found, Gap) else found.rows[0]

    async def _read(
        self,
        kind: str,
        scope: str,
        action: str,
        call: Call,
        *,
        exchange: Callable[[], Exchange],
        none_if: frozenset[str] = frozenset(),
    ) -> Rows | Gap:
        readings: list[str] = []
        problem = Problem(GapReason.NOT_OFFERED, "no api-version that was offered is accepted", "update the auditor")
        for _ in range(_MOST_VERSIONS):
            version, one = self._versions.of(kind), exchange()
            failure = await self._ask(one, call, version)
            readings += one.readings
            if failure is None or (none_if and error_words(one.error_body)[0] in none_if):
                self._versions.read_with[kind] = version
                return Rows(tuple(one.rows), tuple(one.readings))
            if not self._versions.refused(kind, version, one.error_body):
                problem = self._problem(failure, one, action, scope)
                break
        return gap(kind, scope, problem, readings=readings)

    async def _ask(self, exchange: Exchange, call: Call, version: str) -> Exception | None:
        """None where everything was brought; what was raised otherwise."""
        if self._deadline.passed:
            return TimeoutError("the run's deadline had passed before this was asked")
        limit = asyncio.timeout(self._deadline.remaining)
        try:
            async with limit:
                await call(version, exchange)
        except Exception as error:  # noqa: BLE001 (whatever a client raises becomes a gap)
            if exchange.finished:
                return None  # the raw answer is whole; a client's model of it may be too narrow
            return TimeoutError("the run's deadline passed while this was asked") if limit.expired() else error
        return None if exchange.finished else ValueError("the client stopped before the last page")

    def _problem(self, failure: Exception, exchange: Exchange, action: str, scope: str) -> Problem:
        if exchange.status is not None and exchange.status != HTTPStatus.OK:
            return problem_of_answer(
                exchange.status, exchange.error_body, object_id=self._object_id, action=action, scope=scope
            )
        problem = problem_of(failure)
        if exchange.status is not None and problem.reason is GapReason.CRASHED:
            words = f"the client library can't read a page that others follow: {problem.detail}"
            return Problem(GapReason.MALFORMED, words, NEXT_STEPS[GapReason.MALFORMED])
        return problem


def gap(kind: str, scope: str, problem: Problem, *, readings: list[str] | None = None) -> Gap:
    """The gap that a problem leaves; its id depends on kind and scope alone."""
    return Gap(
        id=sha256(f"{kind} {scope}".lower().encode()).hexdigest()[:12],
        kind=kind,
        scope=scope,
        reason=problem.reason,
        detail=problem.detail,
        permission=problem.permission,
        next_step=problem.next_step,
        readings=tuple(readings or ()),
    )


async def drain(pages: AsyncIterable[Any]) -> None:
    """Follows a client's list to its end; the raw pages are kept by its Exchange, the typed models by nobody."""
    async for _ in pages:
        continue


def not_an_id(kind: str, scope: str) -> Gap:
    """The gap of what the service names by no id of its type, which is asked for nowhere."""
    words = "the service names it by something that is not an id of its type"
    return gap(kind, scope, Problem(GapReason.MALFORMED, words, NEXT_STEPS[GapReason.MALFORMED]))
