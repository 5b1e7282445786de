"""What diagnostic settings export, and where to."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.diagnostics import diagnostics
from auditor.policy.facts.seen import index
from auditor.record import JsonObject
from auditor.settings import LogIntent
from tests.policy.estate import ACCOUNT, GROUP, WORKSPACE, estate, listing, resource

HUB = f"{GROUP}/providers/Microsoft.EventHub/namespaces/siem"
RULE = f"{HUB}/authorizationRules/RootManageSharedAccessKey"


def _told(*settings: JsonObject, intent: LogIntent | None = None) -> dict[str, Any]:
    bodies = [
        resource("diagnostic_setting", f"{ACCOUNT}/diagnosticSettings/{number}", ACCOUNT, {"properties": body})
        for number, body in enumerate(settings)
    ]
    bent = estate().without("diagnostic_setting").plus(*bodies)
    return diagnostics(ACCOUNT, intent or LogIntent(), index(bent.snapshot())).facts


def _setting(*logs: JsonObject, **properties: Any) -> JsonObject:
    return {"workspaceId": WORKSPACE, "logs": list(logs), "metrics": [], **properties}


def test_a_category_that_is_listed_and_switched_off_is_not_exported() -> None:
    """The service lists every category; CloudSploit and the built-in policy did not look at `enabled`."""
    told = _told(_setting({"category": "Audit", "enabled": False}, {"category": "Trace", "enabled": True}))
    assert told["enabled_categories"] == ["Trace"]
    assert told["missing_categories"] == ["Audit", "RequestResponse"]


def test_groups_stand_for_their_categories() -> None:
    """allLogs is everything, audit is Audit; the service's own casing varies."""
    assert _told(_setting({"categoryGroup": "AllLogs", "enabled": True}))["missing_categories"] == []
    told = _told(_setting({"categoryGroup": "audit", "enabled": True}))
    assert (told["enabled_categories"], told["missing_categories"]) == (["Audit"], ["RequestResponse"])
    assert _told(_setting({"category": "requestresponse", "enabled": True}))["enabled_categories"] == [
        "RequestResponse"
    ]


def test_settings_add_up() -> None:
    """Two settings may share the work."""
    told = _told(
        _setting({"category": "Audit", "enabled": True}), _setting({"category": "RequestResponse", "enabled": True})
    )
    assert told["settings"] == 2
    assert told["missing_categories"] == []


def test_a_setting_that_sends_nowhere_exports_nothing() -> None:
    """An empty workspace id is no destination."""
    told = _told(_setting({"category": "Audit", "enabled": True}, workspaceId=""))
    assert (told["enabled_categories"], told["destinations"]) == ([], [])


def test_no_setting_at_all_is_known_only_from_a_whole_list() -> None:
    """An empty list means that there are none; a denied one means nothing."""
    assert _told()["enabled_categories"] == []
    hidden = estate().hidden("diagnostic_setting", ACCOUNT).of("account", ACCOUNT)
    assert "diagnostics" not in hidden.variables["account"]
    assert hidden.absences["account.diagnostics"] == f"gap diagnostic_setting {ACCOUNT}"
    unlisted = estate().without("diagnostic_setting")
    kept = tuple(one for one in unlisted.listings if one.kind != "diagnostic_setting")
    assert "diagnostics" not in type(unlisted)(**{**vars(unlisted), "listings": kept}).account()


@pytest.mark.parametrize("enabled", ["true", 1, None])
def test_a_switch_of_another_type_is_unknown(enabled: Any) -> None:
    """Nobody knows whether that log is on."""
    told = _told(_setting({"category": "Audit", "enabled": enabled}))
    assert "enabled_categories" not in told
    assert "missing_categories" not in told
    assert told["settings"] == 1


def test_each_kind_of_destination_has_its_id() -> None:
    """An event hub is its namespace, and its own name where one is chosen."""
    storage = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/logs"
    told = _told(
        _setting(storageAccountId=storage, workspaceId=None),
        _setting(workspaceId=None, eventHubAuthorizationRuleId=RULE, eventHubName="audit"),
        _setting(workspaceId=None, eventHubAuthorizationRuleId=RULE),
    )
    assert told["destinations"] == [storage, f"{HUB}/eventhubs/audit", HUB]


def test_a_destination_outside_the_approved_ones_is_named() -> None:
    """Ids compare without case; an approved namespace holds its hubs; nothing approved means any."""
    settings = _setting(), _setting(workspaceId=None, eventHubAuthorizationRuleId=RULE, eventHubName="audit")
    intent = LogIntent(destinations=(WORKSPACE.upper(), HUB))
    assert _told(*settings, intent=intent)["unapproved_destinations"] == []
    intent = LogIntent(destinations=(WORKSPACE + "2", f"{HUB}/eventhubs/audit"))
    assert _told(*settings, intent=intent)["unapproved_destinations"] == [WORKSPACE]
    assert _told(*settings)["unapproved_destinations"] == []


def test_metrics_are_exported_when_any_is_switched_on() -> None:
    """A metric that is listed and off is not."""
    off, on = [{"category": "AllMetrics", "enabled": False}], [{"category": "AllMetrics", "enabled": True}]
    assert _told(_setting(metrics=off))["metrics_exported"] is False
    assert _told(_setting(metrics=off), _setting(metrics=on))["metrics_exported"] is True


def test_the_readings_are_those_of_the_list() -> None:
    """A quoted fact leads to the exchange that told it."""
    assert estate().of("account", ACCOUNT).readings["account.diagnostics"] == (
        *listing("diagnostic_setting", ACCOUNT).readings,
        "reading diagnostic_setting",
    )


@pytest.mark.parametrize("place", ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "eventHubName"])
@pytest.mark.parametrize("value", [{"id": WORKSPACE}, [WORKSPACE], 5, True])
def test_a_place_that_is_no_text_is_not_no_place(place: str, value: Any) -> None:
    """What nobody understands may be a place that nobody approved."""
    told = _told(_setting({"category": "Audit", "enabled": True}, **{place: value}))
    assert not told.keys() & {"destinations", "unapproved_destinations", "missing_destinations", "enabled_categories"}
