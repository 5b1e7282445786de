"""The policies that are assigned to a subscription, from above it and within it."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

KIND = "policy_assignment"


async def _assignments(look: Look, target: Target) -> None:
    def identify(body: JsonObject) -> str | None:
        """What a management group holds counts in each of its subscriptions: with the subscription's id it is two."""
        id_ = own_id(body)
        above = id_ is not None and not f"{id_}/".lower().startswith(f"{target.id}/".lower())
        return f"{target.id}{id_}" if above else id_

    below = "/providers/Microsoft.Authorization/policyAssignments"
    look.keep_list(KIND, target.id, await look.arm.list(KIND, target.id, below), identify)


PLANNED_POLICIES = Collector(KIND, Per.SUBSCRIPTION, (ACTIONS[KIND],), _assignments)
