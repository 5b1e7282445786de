"""What was done to each subscription's accounts, keys and deployments, as far back as the activity log goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor.cloud.arm import PROVIDER
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row, Rows
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target

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


async def _activity(look: Look, target: Target) -> None:
    rows = await look.arm.telemetry.activity(target.subscription, PROVIDER, look.now - BACK, look.now, MEMBERS)
    if isinstance(rows, Rows):
        rows = Rows(tuple(row for row in rows.rows if _operation(row) in OPERATIONS), rows.readings)
    look.keep_list("activity_event", target.id, rows, own_id)


def _operation(row: Row) -> str:
    name = row.body.get("operationName")
    value = name.get("value") if isinstance(name, dict) else name
    return value.lower() if isinstance(value, str) else ""


ACTIVITY = Collector("activity_event", Per.SUBSCRIPTION, (ACTIONS["activity_event"],), _activity)
