"""What was done in each subscription: to its accounts as far back as the log goes, or lately to all they hang on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from auditor.cloud.arm import PROVIDER
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row, Rows
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.snapshot import Gap

KIND: Final = "activity_event"

BACK: Final = timedelta(days=90) - timedelta(hours=1)
"""The log keeps 90 days and refuses to be asked for more; the hour is leeway for a clock that runs behind its own.

https://learn.microsoft.com/azure/azure-monitor/platform/activity-log
"""

MEMBERS: Final = (
    "eventTimestamp",
    "eventName",
    "operationName",
    "resourceId",
    "caller",
    "status",
    "subStatus",
    "correlationId",
)
"""Who did it, for the comparison of two runs; not with what claims, which nobody needs to know."""

OPERATIONS: Final = frozenset(
    f"{PROVIDER}/{what}".lower()
    for what in (
        "accounts/listKeys/action",
        "accounts/regenerateKey/action",
        "accounts/write",
        "accounts/delete",
        "accounts/deployments/write",
        "accounts/deployments/delete",
    )
)
"""What is kept of it, in lower case."""


PROVIDERS: Final = (PROVIDER, "Microsoft.Network", "Microsoft.Authorization", "Microsoft.Resources")
"""Whose resources an account hangs on: itself, its network and names, who may call it, its group and subscription."""

_CHANGES: Final = ("/write", "/delete", "/action")
_NO_CHANGES: Final = ("microsoft.authorization/policies/", "microsoft.resources/deployments/")
"""What the log notes beside each change: which policies were asked, and which template made it."""


def _activity(
    providers: tuple[str, ...], back: timedelta, keeps: Callable[[str], bool]
) -> Callable[[Look, Target], Awaitable[None]]:
    """Reads what was done to these providers' resources; `keeps` says which operations, in lower case, are kept."""

    async def collect(look: Look, target: Target) -> None:
        begin, ask = look.now - back, look.arm.telemetry.activity
        lists = await asyncio.gather(
            *(ask(target.subscription, provider, begin, look.now, MEMBERS) for provider in providers)
        )
        read = [rows for rows in lists if isinstance(rows, Rows)]
        kept = tuple(row for rows in read for row in rows.rows if keeps(_operation(row)))
        unread = next((rows for rows in lists if isinstance(rows, Gap)), None)
        if unread is None:
            look.keep_list(KIND, target.id, Rows(kept, tuple(id_ for rows in read for id_ in rows.readings)), own_id)
            return
        look.keep_gap(unread)
        for row in kept:
            if (id_ := own_id(row.body)) is not None:
                look.keep(KIND, id_, target.id, row)

    return collect


def recent_activity(back: timedelta) -> Collector:
    """Every change, of the last stretch of time, to whatever an account may hang on."""
    return Collector(KIND, Per.SUBSCRIPTION, (ACTIONS[KIND],), _activity(PROVIDERS, min(back, BACK), _is_change))


def _is_change(operation: str) -> bool:
    return operation.endswith(_CHANGES) and not operation.startswith(_NO_CHANGES)


def _operation(row: Row) -> str:
    name = row.body.get("operationName")
    value = name.get("value") if isinstance(name, dict) else name
    return value.lower() if isinstance(value, str) else ""


ACTIVITY = Collector(
    KIND, Per.SUBSCRIPTION, (ACTIONS[KIND],), _activity((PROVIDER,), BACK, lambda operation: operation in OPERATIONS)
)
