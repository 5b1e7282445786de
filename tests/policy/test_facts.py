"""Which subjects there are, what their roots hold, and what each gap takes away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.check import ROOTS
from auditor.policy.facts import join
from auditor.settings import Settings
from tests.policy.estate import (
    ACCOUNT,
    GUID,
    PLACE,
    PROVIDER,
    SUB,
    Estate,
    estate,
    gap,
    resource,
)

CHAT = f"{ACCOUNT}/deployments/chat"
OTHER = ACCOUNT.replace("aif-chat", "aif-other")


def test_every_thing_in_scope_is_a_subject_once() -> None:
    """Subscription, workload, account, deployments, expectations and the pools that they draw from."""
    assert sorted(estate().join()) == sorted(
        [
            f"subscription {SUB}",
            "workload workloads/checkout",
            f"account {ACCOUNT}",
            f"deployment {CHAT}",
            f"deployment {ACCOUNT}/deployments/chat-ptu",
            f"deployment {ACCOUNT}/deployments/trial",
            "expectation workloads/checkout/deployments/chat",
            "expectation workloads/checkout/deployments/gpt-4.1",
            f"quota {PLACE}/usages/OpenAI.GlobalProvisionedManaged",
            f"quota {PLACE}/usages/OpenAI.GlobalStandard.gpt-4.1-mini",
            f"quota {PLACE}/usages/OpenAI.GlobalStandard.gpt4.1",
        ]
    )


def test_a_subject_has_every_root_that_its_rules_may_name() -> None:
    """A root of which nothing is known is an empty object."""
    for facts in estate().join().values():
        assert set(facts.variables) == set(ROOTS[facts.kind])


def test_names_are_for_people_and_locations_as_in_code() -> None:
    """A deployment's name alone would not say which account's."""
    facts = estate().join()
    named = {key: (one.name, one.workload, one.location) for key, one in facts.items()}
    assert named[f"account {ACCOUNT}"] == ("aif-chat", "checkout", "swedencentral")
    assert named[f"deployment {CHAT}"] == ("aif-chat/chat", "checkout", "swedencentral")
    assert named["workload workloads/checkout"] == ("checkout", "checkout", None)
    assert named[f"subscription {SUB}"] == ("Shop", None, None)


def test_the_join_is_the_same_whatever_the_order_of_the_snapshot() -> None:
    """Collectors finish in any order."""
    shuffled = replace(estate(), resources=estate().resources[::-1], listings=estate().listings[::-1])
    assert list(shuffled.join()) == list(estate().join())
    assert shuffled.join() == estate().join()


def test_an_account_in_another_casing_is_the_same_account() -> None:
    """Azure's own answers vary: resourcegroups, EASTUS, account names."""
    upper = estate().settings["workloads"][0]["account"].upper()
    bent = estate().expecting(account=upper)
    assert bent.account()["declared"] is True
    assert estate().expecting(account=ACCOUNT.upper()).account()["declared"] is True
    assert estate().account()["region"] == "swedencentral"


@pytest.mark.parametrize(
    ("said", "types"),
    [
        ({"type": "None"}, []),
        (None, []),
        ({"type": "SystemAssigned"}, ["SystemAssigned"]),
        ({"type": "userassigned"}, ["UserAssigned"]),
        ({"type": "SystemAssigned, UserAssigned"}, ["SystemAssigned", "UserAssigned"]),
        ({"type": 5}, None),
    ],
)
def test_identity_none_is_none_and_both_is_two(said: Any, types: list[str] | None) -> None:
    """Checkov passes the word None, CloudSploit fails the word for both."""
    bent = estate().changed("account", ACCOUNT, lambda body: body.update(identity=said))
    assert bent.account().get("identity_types") == types


def test_a_subscription_tells_its_state_registration_and_population() -> None:
    """What everything else rests on."""
    told: Any = estate().of("subscription", SUB).variables["subscription"]
    assert (told["state"], told["registration"], told["account_count"], told["name"]) == (
        "Enabled",
        "Registered",
        1,
        "Shop",
    )


@pytest.mark.parametrize(
    ("kind", "scope", "missing", "path"),
    [
        ("subscription", SUB, {"state", "displayName", "name"}, "subscription"),
        ("provider", PROVIDER, {"registration"}, "subscription.registration"),
        ("permission", SUB, {"missing_actions"}, "subscription.missing_actions"),
        ("account", SUB, {"account_count"}, "subscription.account_count"),
    ],
)
def test_a_gap_of_a_subscription_hides_just_what_it_told(kind: str, scope: str, missing: set[str], path: str) -> None:
    """The rest stays."""
    facts = estate().hidden(kind, scope).of("subscription", SUB)
    before: Any = estate().of("subscription", SUB).variables["subscription"]
    assert set(before) - set(facts.variables["subscription"]) == missing
    assert facts.absences[path] == f"gap {kind} {scope}"


def test_an_account_that_is_not_in_the_list_does_not_exist() -> None:
    """Known because the list was read whole; its expectations have no account and no deployment."""
    facts = estate().expecting(account="aif-gone").join()
    workload: Any = facts["workload workloads/checkout"].variables["workload"]
    assert workload["account_exists"] is False
    expectation = facts["expectation workloads/checkout/deployments/chat"]
    assert (expectation.variables["account"], expectation.variables["deployment"]) == ({}, {})
    told: Any = expectation.variables["expected"]
    assert (told["account_exists"], told["exists"]) == (False, False)
    assert not any("aif-gone" in key for key in facts)


def test_an_account_whose_list_was_denied_is_a_subject_of_which_nothing_is_known() -> None:
    """Unknown is never an empty list: its checks are unknown, not left out."""
    facts = estate().hidden("account", SUB).without("deployment").join()
    workload = facts["workload workloads/checkout"]
    assert "account_exists" not in workload.variables["workload"]
    assert workload.absences["workload.account_exists"] == f"gap account {SUB}"
    account = facts["account accounts/AIF-chat"]
    assert account.variables["account"] == {"declared": True, "network": {"intent": "private"}}
    assert account.absences["account"] == f"gap account {SUB}"
    expectation = facts["expectation workloads/checkout/deployments/chat"]
    assert "exists" not in expectation.variables["expected"]
    assert expectation.absences["expected.exists"] == f"gap account {SUB}"


def test_an_account_that_was_read_exists_though_its_list_is_a_gap() -> None:
    """One page was lost; what is there is there."""
    kept = tuple(one for one in estate().listings if one.kind != "account")
    facts = replace(estate(), listings=kept, gaps=(gap("account", SUB),)).join()
    workload: Any = facts["workload workloads/checkout"].variables["workload"]
    assert workload["account_exists"] is True
    assert facts[f"account {ACCOUNT}"].variables["account"]["declared"] is True


def test_an_account_of_which_only_the_list_tells_has_no_defaults() -> None:
    """A list response may leave out what a read tells: c7n's issue 10213."""
    bent = estate().with_account(disableLocalAuth=None)
    bent = replace(bent, gaps=(gap("account", ACCOUNT),))
    facts = bent.of("account", ACCOUNT)
    told: Any = facts.variables["account"]
    assert "disableLocalAuth" not in told["properties"]
    assert told["properties"]["publicNetworkAccess"] == "Disabled"
    assert facts.absences["account"] == f"gap account {ACCOUNT}"
    assert "account.properties.disableLocalAuth" not in facts.notes


def test_an_account_that_is_listed_and_can_not_be_read_is_not_missing() -> None:
    """Even where its list entry was not kept."""
    facts = estate().hidden("account", ACCOUNT).without("deployment").join()
    assert "account_exists" not in facts["workload workloads/checkout"].variables["workload"]
    assert facts["account accounts/AIF-chat"].absences["account"] == f"gap account {ACCOUNT}"


def test_a_default_is_quoted_with_its_page() -> None:
    """The finding says why the value is what it is."""
    facts = estate().with_account(publicNetworkAccess=None).of("account", ACCOUNT)
    note, page = facts.notes["account.properties.publicNetworkAccess"]
    assert note == "absent; documented default Enabled"
    assert page.startswith("https://learn.microsoft.com/")


def test_readings_lead_from_a_fact_to_its_exchange() -> None:
    """By root, and for what was joined from elsewhere by its own path."""
    readings = estate().of("deployment", CHAT).readings
    assert readings["deployment"] == ("reading deployment",)
    assert readings["deployment.model"] == ("reading model",)
    assert readings["deployment.probe.text"] == ("reading probe",)
    assert readings["account"] == ("reading account",)
    assert readings["subscription.registration"] == ("reading provider",)


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        ({}, True),
        ({"resource_groups": ["RG-chat"]}, True),
        ({"resource_groups": ["rg-other"]}, False),
        ({"accounts": ["AIF-other"]}, True),
        ({"accounts": ["aif-chat"]}, False),
        ({"tags": {"Env": "prod"}}, True),
        ({"tags": {"env": "test"}}, False),
        ({"subscriptions": ["00000000-0000-4000-8000-0000000000b2"]}, False),
    ],
)
def test_limits_narrow_the_scope_and_declared_accounts_stay_in_it(scope: dict[str, Any], inside: bool) -> None:
    """More kinds of limits narrow it; what a workload names is meant in any case."""
    body = {"kind": "OpenAI", "tags": {"env": "prod"}, "properties": {}}
    bent = estate().plus(resource("account", OTHER, SUB, body))
    bent = replace(bent, settings={**bent.settings, "scope": {"subscriptions": [GUID], **scope}})
    assert (f"account {OTHER}" in bent.join()) is inside
    assert f"account {ACCOUNT}" in bent.join()


@pytest.mark.parametrize(
    ("scope", "account", "exists"),
    [
        ({}, "aif-gone", False),
        ({"accounts": ["aif-gone"]}, "AIF-gone", False),
        ({"accounts": ["aif-other"]}, "aif-gone", None),
        ({"tags": {"env": "prod"}}, "aif-gone", None),
        ({"resource_groups": ["rg-chat"]}, "aif-gone", False),
        ({"resource_groups": ["rg-other"]}, ACCOUNT.replace("aif-chat", "aif-gone"), None),
        ({"subscriptions": ["00000000-0000-4000-8000-0000000000b2"]}, "aif-gone", None),
    ],
)
def test_what_the_scope_may_have_left_out_is_not_missing(
    scope: dict[str, Any], account: str, exists: bool | None
) -> None:
    """An account is known not to exist only where it would have been looked for."""
    bent = estate().expecting(account=account)
    bent = replace(bent, settings={**bent.settings, "scope": {"subscriptions": [GUID], **scope}})
    facts = bent.of("workload", "workloads/checkout")
    told: Any = facts.variables["workload"]
    assert told.get("account_exists") is exists


@pytest.mark.parametrize("named", ["aif-gone", ACCOUNT.replace("rg-chat", "rg-x").replace("aif-chat", "aif-gone")])
def test_an_account_that_resource_manager_lists_is_not_missing(named: str) -> None:
    """Two lists that disagree, or a group that the scope shuts out, leave it unknown and say where it is."""
    there = ACCOUNT.replace("rg-chat", "rg-x").replace("aif-chat", "AIF-gone")
    bent = estate().expecting(account=named).plus(resource("arm_resource", there, SUB, {"id": there}))
    facts = bent.of("workload", "workloads/checkout")
    assert "account_exists" not in facts.variables["workload"]
    assert there in facts.notes["workload.account_exists"][0]
    account = bent.join()[f"account {named if named.startswith('/') else f'accounts/{named}'}"]
    assert there in account.notes["account"][0]
    other = there.replace("AIF-gone", "aif-gone-2")
    apart = estate().expecting(account=named).plus(resource("arm_resource", other, SUB, {"id": other}))
    told: Any = apart.of("workload", "workloads/checkout").variables["workload"]
    assert told["account_exists"] is False


@pytest.mark.parametrize(
    ("outcome", "exists"), [("completed", None), ("incomplete", None), ("refused", False), ("skipped", False)]
)
def test_a_deployment_that_answers_is_not_missing(outcome: str, exists: bool | None) -> None:
    """Whatever the list of deployments holds: a call by the declared name was answered."""
    called = resource("probe", f"{ACCOUNT}/deployments/gone/probes/text", f"{ACCOUNT}/deployments/gone", {})
    body = {"probe": "text", "outcome": outcome, "requested_model": "gone"}
    bent = estate().expecting({"name": "gone", "model": "gpt-4.1"}).plus(called.model_copy(update={"body": body}))
    facts = bent.of("expectation", "workloads/checkout/deployments/gone")
    told: Any = facts.variables["expected"]
    assert told.get("exists") is exists
    assert (exists is None) is ("a live call by its name was answered" in str(facts.notes.get("expected.exists")))


def test_two_accounts_of_one_name_are_told_apart_by_id() -> None:
    """By name alone nobody knows which is meant; by ARM id one does."""
    twin = ACCOUNT.replace("rg-chat", "rg-twin")
    bent = estate().plus(resource("account", twin, SUB, {"kind": "OpenAI", "properties": {}}))
    facts = bent.of("expectation", "workloads/checkout/deployments/chat")
    assert facts.variables["account"] == {}
    assert "exists" not in facts.variables["expected"]
    assert facts.notes["expected.exists"][0].startswith("not known: more than one account")
    assert bent.expecting(account=ACCOUNT).expected()["exists"] is True
    assert bent.expecting(account=ACCOUNT).of("account", twin).variables["account"]["declared"] is False


def test_a_soft_deleted_name_is_found_by_name() -> None:
    """It blocks the name until it is purged."""
    deleted = f"{PROVIDER}/locations/swedencentral/resourceGroups/rg-chat/deletedAccounts/AIF-CHAT"
    told: Any = estate().of("workload", "workloads/checkout").variables["workload"]
    assert told["account_soft_deleted"] is False
    bent = estate().plus(resource("deleted_account", deleted, SUB, {"name": "AIF-CHAT"}))
    told = bent.of("workload", "workloads/checkout").variables["workload"]
    assert told["account_soft_deleted"] is True
    facts = estate().hidden("deleted_account", SUB).of("workload", "workloads/checkout")
    assert "account_soft_deleted" not in facts.variables["workload"]
    assert facts.absences["workload.account_soft_deleted"] == f"gap deleted_account {SUB}"


@pytest.mark.parametrize(
    ("body", "offered", "restrictions"),
    [
        ({}, True, []),
        ({"locations": ["westus3"]}, False, []),
        ({"name": "F0"}, False, []),
        (
            {"restrictions": [{"type": "Location", "reasonCode": "NotAvailableForSubscription"}]},
            True,
            ["NotAvailableForSubscription"],
        ),
        ({"restrictions": [{"values": ["westus3"], "reasonCode": "QuotaId"}]}, True, []),
        (
            {"restrictions": [{"restrictionInfo": {"locations": ["Sweden Central"]}, "reasonCode": "QuotaId"}]},
            True,
            ["QuotaId"],
        ),
    ],
)
def test_the_accounts_sku_is_offered_where_the_list_says_so(body: Any, offered: bool, restrictions: list[str]) -> None:
    """With the reasons why this subscription may not use it after all."""
    name = f"{PROVIDER}/skus/AIServices.S0.swedencentral"
    bent = estate().changed("resource_sku", name, lambda found: found.update(**body))
    told = bent.account()
    assert (told["sku_offered"], told["sku_restrictions"]) == (offered, restrictions)


def test_a_denied_list_of_skus_says_nothing() -> None:
    """Neither offered nor restricted."""
    facts = estate().hidden("resource_sku", SUB).of("account", ACCOUNT)
    assert {"sku_offered", "sku_restrictions"}.isdisjoint(facts.variables["account"])
    assert facts.absences["account.sku_offered"] == f"gap resource_sku {SUB}"


def test_a_gap_above_covers_what_lies_below() -> None:
    """A collector that stopped before it reached an account leaves its gap on the subscription."""
    kept = tuple(one for one in estate().listings if one.kind != "diagnostic_setting")
    bent = replace(estate().without("diagnostic_setting"), listings=kept, gaps=(gap("diagnostic_setting", SUB),))
    assert bent.of("account", ACCOUNT).absences["account.diagnostics"] == f"gap diagnostic_setting {SUB}"


def test_required_tags_compare_without_case() -> None:
    """Azure's tag names do."""
    assert estate().account()["missing_tags"] == ["CostCenter"]
    assert estate().expecting(tags=["OWNER"]).account()["missing_tags"] == []
    untagged = estate().changed("account", ACCOUNT, lambda body: body.pop("tags"))
    assert untagged.account()["missing_tags"] == ["owner", "CostCenter"]


def test_a_snapshot_of_nothing_has_only_what_the_settings_name() -> None:
    """An interrupted run still knows what it did not see."""
    facts = Estate((), (), settings=estate().settings).join()
    kinds = [one.kind for one in facts.values()]
    assert kinds == ["subscription", "workload", "account", "expectation", "expectation"]
    assert facts["workload workloads/checkout"].variables["workload"]["network"] == "private"


def test_a_snapshot_without_workloads_is_joined_too() -> None:
    """Checks on accounts need no declared intent."""
    settings = Settings.model_validate({"scope": {"subscriptions": [GUID]}})
    facts = {(one.kind, one.id): one for one in join(estate().snapshot(), settings)}
    assert facts["account", ACCOUNT].variables["workload"] == {}
    assert facts["account", ACCOUNT].variables["account"]["declared"] is False
    assert ("quota", f"{PLACE}/usages/OpenAI.GlobalStandard.gpt4.1") in facts


def test_an_estate_of_many_accounts_shares_what_it_can() -> None:
    """The account that ten deployments look at is one object, not ten."""
    facts = estate().join()
    accounts = [
        one.variables["account"] for one in facts.values() if one.kind in {"account", "deployment", "expectation"}
    ]
    assert len({id(one) for one in accounts}) == 1
