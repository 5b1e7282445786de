"""Whether the names of accounts that are still to be made are free."""

from __future__ import annotations

from auditor.cloud.arm import domain_id
from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target

KIND = "domain_availability"


async def _names(look: Look, target: Target) -> None:
    """Asks only for names that no account in scope bears, one after the other, so that readings keep their ids."""
    taken = await look.named_accounts()
    if taken is None:
        return
    for name in look.selection.planned_names(target.subscription):
        if name.lower() not in taken:
            told = await look.arm.domain_availability(target.subscription, name)
            look.keep(KIND, domain_id(target.subscription, name), target.id, told)


NAMES = Collector(KIND, Per.SUBSCRIPTION, (ACTIONS[KIND],), _names, optional=True)
