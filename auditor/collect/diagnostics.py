"""The diagnostic settings of each account, which logs and metrics go where, and those of each subscription."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Rows
from auditor.collect.collector import Collector
from auditor.collect.log_store import stores
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap

_BELOW = "/providers/Microsoft.Insights/diagnosticSettings"


async def _of_account(look: Look, target: Target) -> None:
    rows = await look.arm.list("diagnostic_setting", target.id, _BELOW)
    look.keep_list("diagnostic_setting", target.id, rows, own_id)
    _find_stores(look, rows)


async def _of_subscription(look: Look, target: Target) -> None:
    """Those that export the activity log; their own ids begin without a slash, so they are known by their names.

    https://learn.microsoft.com/rest/api/monitor/subscription-diagnostic-settings/list
    """

    def identify(body: JsonObject) -> str | None:
        name = body.get("name")
        return f"{target.id}{_BELOW}/{name}" if isinstance(name, str) and name else None

    rows = await look.arm.list("subscription_diagnostic_setting", target.id, _BELOW)
    look.keep_list("subscription_diagnostic_setting", target.id, rows, identify)
    _find_stores(look, rows)


def _find_stores(look: Look, rows: Rows | Gap) -> None:
    for row in rows.rows if isinstance(rows, Rows) else ():
        for store in stores(row.body):
            look.found(store)


DIAGNOSTICS = Collector("diagnostic_setting", Per.ACCOUNT, (ACTIONS["diagnostic_setting"],), _of_account)
ACTIVITY_LOG_EXPORTS = Collector(
    "subscription_diagnostic_setting",
    Per.SUBSCRIPTION,
    (ACTIONS["subscription_diagnostic_setting"],),
    _of_subscription,
)
