"""How much of each model that a workload wants reserved is still free, in every region at once."""

from __future__ import annotations

from auditor.cloud.arm import PROVIDER
from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target

KIND = "model_capacity"


async def _reserved(look: Look, target: Target) -> None:
    """One list for each version of a model serves all regions."""
    below = f"/providers/{PROVIDER}/modelCapacities"
    for names in look.selection.reserved_models(target.subscription):
        query = dict(zip(("modelFormat", "modelName", "modelVersion"), names, strict=True))
        rows = await look.arm.list(KIND, target.id, below, **query)
        look.keep_list(KIND, f"{target.id}{below}/{'.'.join(names)}", rows, own_id)


RESERVED = Collector(KIND, Per.SUBSCRIPTION, (ACTIONS[KIND],), _reserved)
