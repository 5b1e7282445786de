"""The alert rules of each subscription, and the action groups that they tell."""

from __future__ import annotations

from auditor.cloud.kinds import ACTIONS
from auditor.collect.collector import Collector
from auditor.collect.look import Look, own_id
from auditor.collect.target import Per, Target


async def _metric_alerts(look: Look, target: Target) -> None:
    look.keep_list("metric_alert", target.id, await look.arm.alerts.metric_alerts(target.subscription), own_id)


async def _activity_log_alerts(look: Look, target: Target) -> None:
    rows = await look.arm.alerts.activity_log_alerts(target.subscription)
    look.keep_list("activity_log_alert", target.id, rows, own_id)


async def _action_groups(look: Look, target: Target) -> None:
    look.keep_list("action_group", target.id, await look.arm.alerts.action_groups(target.subscription), own_id)


METRIC_ALERTS = Collector("metric_alert", Per.SUBSCRIPTION, (ACTIONS["metric_alert"],), _metric_alerts)
ACTIVITY_LOG_ALERTS = Collector(
    "activity_log_alert", Per.SUBSCRIPTION, (ACTIONS["activity_log_alert"],), _activity_log_alerts
)
ACTION_GROUPS = Collector("action_group", Per.SUBSCRIPTION, (ACTIONS["action_group"],), _action_groups)
