"""The deployments of each account, and whether the api-version could tell all of what matters about them."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS, COGNITIVE_SERVICES
from auditor.cloud.pages import Rows
from auditor.cloud.problems import Problem
from auditor.cloud.reads import gap
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target, model_target
from auditor.snapshot import Gap, GapReason


async def _deployments(look: Look, target: Target) -> None:
    rows = await look.arm.deployments(target.id)
    look.keep_list("deployment", target.id, rows, own_id)
    for row in rows.rows if isinstance(rows, Rows) else ():
        properties, sku = row.body.get("properties"), row.body.get("sku")
        model = properties.get("model") if isinstance(properties, dict) else None
        reserved = model_target(target.subscription, model, sku.get("name") if isinstance(sku, dict) else None)
        if reserved is not None:
            look.found(reserved)
    version = look.arm.read_with.get("deployment", COGNITIVE_SERVICES)
    if not isinstance(rows, Gap) and version < COGNITIVE_SERVICES:
        words = f"read with api-version {version}, which does not tell routing, deploymentState or serviceTier"
        step = f"nothing to do until Azure offers {COGNITIVE_SERVICES} here"
        look.keep_gap(gap("deployment_detail", target.id, Problem(GapReason.NOT_OFFERED, words, step)))


DEPLOYMENTS = Collector("deployment", Per.ACCOUNT, (ACTIONS["deployment"],), _deployments)
