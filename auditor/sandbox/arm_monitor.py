"""Diagnostic settings, as Azure Monitor tells them: ids in lower case, nulls sent, every category listed."""

from __future__ import annotations

from auditor.record import JsonObject
from auditor.sandbox.account import Account, Diagnostic

CATEGORIES = ("Audit", "RequestResponse", "AzureOpenAIRequestUsage", "Trace")
"""https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-cognitiveservices-accounts-logs"""

GROUPS = ("audit", "allLogs")

WHOLE_VERSION = "2021-05-01-preview"
"""The list of 2017-05-01-preview is reported to come back empty: https://github.com/Azure/azure-sdk-for-js/issues/26347"""

_RETENTION = {"enabled": False, "days": 0}


def settings(account: Account, owner: str, api_version: str) -> list[JsonObject]:
    """The settings of the account whose id is `owner`; an older api-version sees none."""
    if api_version < WHOLE_VERSION:
        return []
    return [_setting(setting, owner) for setting in account.diagnostics.values()]


def categories(owner: str) -> list[JsonObject]:
    """What an account can export."""
    kinds = [(name, "Logs", GROUPS if name == "Audit" else GROUPS[1:]) for name in CATEGORIES]
    return [
        {
            "id": f"{owner.lower()}/providers/microsoft.insights/diagnosticSettingsCategories/{name}",
            "type": "microsoft.insights/diagnosticSettingsCategories",
            "name": name,
            "properties": {"categoryType": kind, "categoryGroups": list(groups)},
        }
        for name, kind, groups in (*kinds, ("AllMetrics", "Metrics", ()))
    ]


def _setting(setting: Diagnostic, owner: str) -> JsonObject:
    if setting.groups:
        logs = [_log(None, group, on=group in setting.groups) for group in GROUPS]
    else:
        logs = [_log(category, None, on=category in setting.categories) for category in CATEGORIES]
    return {
        "id": f"{owner.lower()}/providers/microsoft.insights/diagnosticSettings/{setting.name}",
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": setting.name,
        "location": None,
        "kind": None,
        "tags": None,
        "properties": {
            "storageAccountId": setting.storage,
            "serviceBusRuleId": None,
            "workspaceId": setting.workspace,
            "eventHubAuthorizationRuleId": setting.event_hub,
            "eventHubName": None,
            "metrics": [{"category": "AllMetrics", "enabled": setting.metrics, "retentionPolicy": _RETENTION}],
            "logs": logs,
            "logAnalyticsDestinationType": None,
        },
        "identity": None,
    }


def _log(category: str | None, group: str | None, *, on: bool) -> JsonObject:
    return {"category": category, "categoryGroup": group, "enabled": on, "retentionPolicy": _RETENTION}
