"""The quota pools of each location in use, and what of each is used."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject


async def _usages(look: Look, target: Target) -> None:
    rows = await look.arm.usages(target.subscription, target.location)

    def identify(body: JsonObject) -> str | None:
        name = body.get("name")
        value = name.get("value") if isinstance(name, dict) else None
        return f"{target.id}/usages/{value}" if isinstance(value, str) else None

    look.keep_list("usage", target.id, rows, identify)


USAGES = Collector("usage", Per.LOCATION, (ACTIONS["usage"],), _usages)
