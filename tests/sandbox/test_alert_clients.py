"""Azure's own monitor client reads the sandbox's alerts in the types of the service."""

from __future__ import annotations

from azure.mgmt.monitor import MonitorManagementClient

from auditor.sandbox import Sandbox
from tests.sandbox.test_sdk_clients import SUBSCRIPTION, credential


def test_the_monitor_client_reads_alerts_and_whom_they_tell(healthy: Sandbox) -> None:
    """Every member of what a world stores stands where the official description has it."""
    with credential() as who, MonitorManagementClient(who, SUBSCRIPTION) as client:
        rules = {one.name: one for one in client.metric_alerts.list_by_subscription()}
        throttling = rules["alert-matter-throttling"]
        assert throttling.enabled is True
        (condition,) = throttling.criteria.all_of
        assert (condition.metric_name, condition.dimensions[0].values) == ("ModelRequests", ["429"])
        groups = {one.id.lower(): one for one in client.action_groups.list_by_subscription_id()}
        assert throttling.actions[0].action_group_id in groups
        assert groups[throttling.actions[0].action_group_id].email_receivers[0].status == "Enabled"
        alerts = {one.name: one for one in client.activity_log_alerts.list_by_subscription_id()}
        keys = alerts["alert-ai-keys"]
        assert keys.condition.all_of[0].equals == "Administrative"
        operations = [leaf.equals for leaf in keys.condition.all_of[1].any_of]
        assert operations[0] == "Microsoft.CognitiveServices/accounts/listKeys/action"
        assert keys.actions.action_groups[0].action_group_id in groups
    assert all(rule.criteria.all_of for rule in rules.values())
    assert healthy.unknown_routes == []
