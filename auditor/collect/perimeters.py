"""The network security perimeter of each account: which one, in which mode, and what is wrong with it."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject

KIND = "perimeter_configuration"


async def _perimeters(look: Look, target: Target) -> None:
    def named(body: JsonObject) -> str | None:
        """By its name: the API's own example gives each the id of the whole list."""
        name = body.get("name")
        return f"{target.id}/networkSecurityPerimeterConfigurations/{name}" if isinstance(name, str) and name else None

    look.keep_list(KIND, target.id, await look.arm.perimeter_configurations(target.id), named)


PERIMETERS = Collector(KIND, Per.ACCOUNT, (ACTIONS[KIND],), _perimeters)
