"""The diagnostic settings of each account: which logs and metrics go where."""

from __future__ import annotations

from auditor.cloud.arm import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target


async def _diagnostic_settings(look: Look, target: Target) -> None:
    look.keep_list("diagnostic_setting", target.id, await look.arm.diagnostic_settings(target.id), own_id)


DIAGNOSTICS = Collector("diagnostic_setting", Per.ACCOUNT, (ACTIONS["diagnostic_setting"],), _diagnostic_settings)
