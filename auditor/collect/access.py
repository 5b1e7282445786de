"""Who may do what in each subscription: role assignments, what the roles grant, who is eligible, what is denied."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

_BELOW = "/providers/Microsoft.Authorization/"


def _listed(kind: str, name: str, **query: str) -> Collector:
    """A collector of what a subscription's list tells: what stands above it, in it and below it."""

    async def collect(look: Look, target: Target) -> None:
        def seen_from_here(body: JsonObject) -> str | None:
            """The id; below the subscription's where it stands above it, since other subscriptions may list it too."""
            id_ = own_id(body)
            above = id_ is not None and not id_.lower().startswith("/subscriptions/")
            return f"{target.id}{id_}" if above else id_

        rows = await look.arm.list(kind, target.id, f"{_BELOW}{name}", **query)
        look.keep_list(kind, target.id, rows, seen_from_here)

    return Collector(kind, Per.SUBSCRIPTION, (ACTIONS[kind],), collect)


ROLE_ASSIGNMENTS = _listed("role_assignment", "roleAssignments")
ROLE_DEFINITIONS = _listed("role_definition", "roleDefinitions", **{"$filter": "atScopeAndBelow()"})
"""Custom roles that only a resource group or a resource may assign too.

https://learn.microsoft.com/azure/role-based-access-control/role-definitions-list
"""
ROLE_ELIGIBILITIES = _listed("role_eligibility", "roleEligibilityScheduleInstances")
DENY_ASSIGNMENTS = _listed("deny_assignment", "denyAssignments")
