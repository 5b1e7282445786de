"""How much of a provisioned model each region can still deploy, asked for once for each model that somebody needs."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target

_BELOW = "/providers/Microsoft.CognitiveServices/modelCapacities"


async def _capacities(look: Look, target: Target) -> None:
    names = {name: str(value) for name, value in target.body.items()}
    rows = await look.arm.list("model_capacity", f"/subscriptions/{target.subscription}", _BELOW, **names)
    look.keep_list("model_capacity", target.id, rows, own_id)


MODEL_CAPACITIES = Collector("model_capacity", Per.MODEL, (ACTIONS["model_capacity"],), _capacities)
