"""Cases that tools of this field get wrong, each told as it stands in Azure's answer and judged by the shipped checks.

What concerns the quota of a region that nobody asked for, of models that are wanted together, or that is held already
is in test_regions.py; pages that are followed to the end, and one account that fails among others, in tests/collect.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auditor.finding import Finding, Outcome
from auditor.policy.evaluate import evaluate
from auditor.policy.frameworks import load_frameworks
from auditor.policy.pack import Policy, load_policy
from auditor.policy.waivers import NO_WAIVERS
from auditor.record import JsonObject
from auditor.settings import Settings
from tests.policy.estate import ACCOUNT, ENDPOINT, SUB, ZONES, Estate, estate, listing, resource
from tests.policy.monitoring import KINDS as MONITORED

FAIL, PASS, UNKNOWN, IDLE = Outcome.FAIL, Outcome.PASS, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE


@cache
def regulated() -> Policy:
    return load_policy(("regulated",), {}, Path())


def found(bent: Estate, check: str, subject: str = ACCOUNT) -> Finding:
    findings = evaluate(bent.snapshot(), Settings.model_validate(bent.settings), regulated(), NO_WAIVERS)
    return next(one for one in findings if (one.check, one.subject.id) == (check, subject))


def outcome(bent: Estate, check: str) -> Outcome:
    return found(bent, check).outcome


def with_identity(identity: Any) -> Estate:
    return estate().changed("account", ACCOUNT, lambda body: body.update(identity=identity))


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"type": "None"}, FAIL),  # 1: any value at all is not an identity
        ({"type": "none"}, FAIL),
        (None, FAIL),
        ({"type": "SystemAssigned, UserAssigned"}, PASS),  # 15: two of them are one and one
        ({"type": "SystemAssigned,UserAssigned"}, PASS),
        ({"type": "UserAssigned"}, PASS),
        ("SystemAssigned", UNKNOWN),
    ],
)
def test_an_identity_is_what_its_type_says(identity: Any, expected: Outcome) -> None:
    """1, 15."""
    assert outcome(with_identity(identity), "managed-identity-missing") is expected


@pytest.mark.parametrize("kind", ["AIServices", "OpenAI", "aiservices", "CognitiveServices"])
@pytest.mark.parametrize(
    "check",
    [
        "public-network-access",
        "api-keys-accepted",
        "managed-identity-missing",
        "private-endpoint-not-approved",
        "customer-managed-key-missing",
    ],
)
def test_no_kind_of_account_is_let_off(kind: str, check: str) -> None:
    """2, 4, 18: nothing passes or is left out for its kind alone."""
    bent = estate().with_account(
        publicNetworkAccess="Enabled", disableLocalAuth=False, privateEndpointConnections=[], encryption=None
    )
    bent = bent.changed("account", ACCOUNT, lambda body: body.update(kind=kind, identity={"type": "None"}))
    assert outcome(bent, check) is FAIL


def test_deployments_are_judged_too() -> None:
    """3."""
    bent = estate().with_deployment(provisioningState="Failed")
    assert found(bent, "deployment-not-succeeded", f"{ACCOUNT}/deployments/chat").outcome is FAIL


@pytest.mark.parametrize("access", ["Disabled", "disabled"])
def test_a_closed_public_door_is_not_a_private_endpoint(access: str) -> None:
    """5: they are two questions; without an endpoint nobody can call at all."""
    bent = estate().with_account(publicNetworkAccess=access, privateEndpointConnections=[])
    assert outcome(bent, "public-network-access") is PASS
    assert outcome(bent, "private-endpoint-not-approved") is FAIL
    assert outcome(bent, "account-unreachable") is FAIL


@pytest.mark.parametrize("acls", [None, {}, {"defaultAction": None}, {"defaultAction": "allow"}])
def test_rules_that_are_not_there_let_everybody_in(acls: JsonObject | None) -> None:
    """6: absent means Allow, however the word is written."""
    bent = estate().with_account(networkAcls=acls, publicNetworkAccess="Enabled").expecting(network="restricted")
    assert outcome(bent, "network-default-allow") is FAIL


@pytest.mark.parametrize("acls", [None, {"defaultAction": "Deny"}])
def test_public_access_that_is_not_said_is_enabled(acls: JsonObject | None) -> None:
    """7, 17: and a firewall does not make a private workload's account private."""
    bent = estate().with_account(publicNetworkAccess=None, networkAcls=acls)
    assert outcome(bent, "public-network-access") is FAIL


def test_no_endpoint_at_all_is_a_failure_and_not_a_remark() -> None:
    """8."""
    bent = estate().with_account(privateEndpointConnections=[])
    assert outcome(bent, "private-endpoint-not-approved") is FAIL


@pytest.mark.parametrize(("said", "expected"), [(True, PASS), (False, FAIL), (None, FAIL), ("true", UNKNOWN)])
def test_what_is_said_of_keys_is_what_was_found(said: Any, expected: Outcome) -> None:
    """9: the sentence is not the contrary of the outcome, and the quoted fact is the service's."""
    finding = found(estate().with_account(disableLocalAuth=said), "api-keys-accepted")
    assert finding.outcome is expected
    assert ("accepts" in finding.message) is (expected is FAIL)


def test_what_an_account_lists_as_its_capabilities_decides_nothing() -> None:
    """10: no capability is missing that would let encryption or rules off."""
    bent = estate().with_account(encryption=None, networkAcls=None, publicNetworkAccess="Enabled", capabilities=[])
    assert outcome(bent, "customer-managed-key-missing") is FAIL
    assert outcome(bent.expecting(network="restricted"), "network-default-allow") is FAIL


@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected", "pending", None])
def test_an_endpoint_counts_only_once_it_is_approved(status: str | None) -> None:
    """11."""

    def change(body: JsonObject) -> None:
        (connection,) = body["properties"]["privateEndpointConnections"]
        connection["properties"]["privateLinkServiceConnectionState"] = {"status": status}

    got = outcome(estate().changed("account", ACCOUNT, change), "private-endpoint-not-approved")
    assert got is (UNKNOWN if status is None else FAIL)


def test_every_check_leads_to_a_page_about_this_service_or_about_azure() -> None:
    """12: no reference is of a service that the check does not judge."""
    strange = ("event-hubs", "service-bus", "cosmos-db", "app-service", "aks")
    pages = {page for applied in regulated().checks for page in applied.check.references}
    assert [page for page in pages if any(f"/{name}/" in page for name in strange)] == []


@pytest.mark.parametrize("kind", ["diagnostic_setting", "deployment", "usage"])
def test_a_read_that_failed_is_told_by_name(kind: str) -> None:
    """13, 14, 27: no row is missing in silence, and the rest is judged all the same."""
    scope = next(one.scope for one in estate().listings if one.kind == kind)
    bent = estate().hidden(kind, scope)
    findings = evaluate(bent.snapshot(), Settings.model_validate(bent.settings), regulated(), NO_WAIVERS)
    lost = [one for one in findings if f"gap {kind} {scope}" in one.gaps]
    assert lost
    assert {one.outcome for one in lost} == {UNKNOWN}
    assert found(bent, "api-keys-accepted").outcome is PASS


@pytest.mark.parametrize("enabled", [False, None, "true"])
def test_a_category_that_is_not_enabled_is_not_exported(enabled: Any) -> None:
    """16: a setting with its logs switched off is no export."""
    logs = [{"categoryGroup": "allLogs", "enabled": enabled}]
    settings = next(one for one in estate().resources if one.kind == "diagnostic_setting")
    bent = estate().changed("diagnostic_setting", settings.id, lambda body: body["properties"].update(logs=logs))
    assert outcome(bent, "diagnostic-logs-missing") in (FAIL, UNKNOWN)


@pytest.mark.parametrize("kind", ["AIServices", "OpenAI"])
def test_no_list_of_kinds_leaves_out_foundrys_own(kind: str) -> None:
    """19."""
    bent = estate().changed("account", ACCOUNT, lambda body: body.update(kind=kind))
    assert outcome(bent, "account-kind-unsuitable") is PASS


@pytest.mark.parametrize("zone", ZONES)
def test_each_zone_of_a_foundry_account_is_asked_for(zone: str) -> None:
    """20: a Foundry account has names in three zones, and one of them is not enough."""
    group = f"{ENDPOINT}/privateDnsZoneGroups/default"

    def leave(body: JsonObject) -> None:
        configs = body["properties"]["privateDnsZoneConfigs"]
        body["properties"]["privateDnsZoneConfigs"] = [one for one in configs if one["name"] == zone]

    bent = estate().changed("private_dns_zone_group", group, leave)
    finding = found(bent, "private-dns-zones-incomplete")
    assert finding.outcome is FAIL
    assert all(other in finding.message for other in set(ZONES) - {zone})


def test_an_alert_on_something_else_neither_counts_nor_accuses() -> None:
    """21: rules that watch another resource are no alert of the account, and nothing is found wrong with them."""
    machine = f"{SUB}/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/vm"
    name = f"{SUB}/resourceGroups/x/providers/Microsoft.Insights/metricAlerts/other"
    elsewhere = resource("metric_alert", name, SUB, {"id": name, "properties": {"scopes": [machine], "enabled": True}})
    bent = (
        estate()
        .plus(elsewhere, listings=[listing(kind, SUB) for kind in MONITORED])
        .expecting(environment="production")
    )
    finding = found(bent, "metric-alert-missing")
    assert finding.outcome is FAIL
    assert "vm" not in finding.message


def test_the_shield_against_jailbreaks_is_read_from_the_policy_that_the_deployment_names() -> None:
    """21: it is not enough that there is some policy somewhere."""
    off = {"name": "Jailbreak", "source": "Prompt", "enabled": False, "blocking": False}
    name = f"{ACCOUNT}/raiPolicies/guarded"

    def weaken(body: JsonObject) -> None:
        kept = [one for one in body["properties"]["contentFilters"] if one["name"] != "Jailbreak"]
        body["properties"]["contentFilters"] = [*kept, off]

    bent = estate().changed("content_policy", name, weaken)
    assert found(bent, "prompt-shield-disabled", f"{ACCOUNT}/deployments/chat-ptu").outcome is FAIL
    assert found(bent, "prompt-shield-disabled", f"{ACCOUNT}/deployments/chat").outcome is PASS


def test_an_absent_setting_of_a_whole_list_is_an_absence_and_an_unread_one_is_none() -> None:
    """26: nothing is dropped because its settings could not be read."""
    settings = next(one for one in estate().resources if one.kind == "diagnostic_setting")
    none = estate().without("diagnostic_setting", settings.id)
    assert outcome(none, "diagnostic-logs-missing") is FAIL
    assert outcome(estate().hidden("diagnostic_setting", ACCOUNT), "diagnostic-logs-missing") is UNKNOWN


def test_who_may_call_is_not_mapped_to_what_is_encrypted() -> None:
    """28: no control that two areas share names both keys and encryption for the same reason."""
    keys, cipher = {"api-keys-accepted", "managed-identity-missing"}, {"customer-managed-key-missing"}
    for framework in load_frameworks():
        for control in framework.controls:
            title, checks = control.words.lower(), {one.check for one in control.checks}
            if "encrypt" in title and "access" not in title:
                assert keys.isdisjoint(checks), control.id
            if "authenticat" in title and "encrypt" not in title:
                assert cipher.isdisjoint(checks), control.id
