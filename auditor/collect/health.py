"""How each subscription's accounts are just now, and which incidents of Azure touch the subscription."""

from __future__ import annotations

import re
from typing import Final

from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Rows
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

_OF_ACCOUNT: Final = re.compile(
    r"(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.CognitiveServices/accounts/[^/]+)"
    r"/providers/Microsoft\.ResourceHealth/[^/]+/[^/]+",
    re.IGNORECASE,
)


async def _resource_health(look: Look, target: Target) -> None:
    """One list for all accounts; what it tells of other resources is not kept."""
    rows = await look.arm.list("resource_health", target.id, "/providers/Microsoft.ResourceHealth/availabilityStatuses")
    if isinstance(rows, Rows):
        rows = Rows(tuple(row for row in rows.rows if _health_id(row.body) is not None), rows.readings)
    look.keep_list("resource_health", target.id, rows, _health_id)


def _health_id(body: JsonObject) -> str | None:
    """The account's id with the name that its present state has; the service spells the rest in several ways."""
    id_ = body.get("id")
    found = _OF_ACCOUNT.fullmatch(id_) if isinstance(id_, str) else None
    return f"{found[1]}/providers/Microsoft.ResourceHealth/availabilityStatuses/current" if found else None


async def _service_events(look: Look, target: Target) -> None:
    below = "/providers/Microsoft.ResourceHealth/events"
    rows = await look.arm.list("service_event", target.id, below)

    def identify(body: JsonObject) -> str | None:
        """An event has one id in all subscriptions, and tells each something else."""
        name = body.get("name")
        return f"{target.id}{below}/{name}" if isinstance(name, str) and name else None

    look.keep_list("service_event", target.id, rows, identify)


RESOURCE_HEALTH = Collector("resource_health", Per.SUBSCRIPTION, (ACTIONS["resource_health"],), _resource_health)
SERVICE_EVENTS = Collector("service_event", Per.SUBSCRIPTION, (ACTIONS["service_event"],), _service_events)
