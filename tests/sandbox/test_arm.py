"""Resource Manager asks who it is, in which version, how often, and answers page by page."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.sandbox import arm, load_world
from auditor.sandbox.arm import may
from auditor.sandbox.ledger import Ledger
from auditor.sandbox.tokens import encode
from auditor.sandbox.wildcards import matches_any
from auditor.sandbox.wire import Ask
from auditor.sandbox.world import Bucket, World
from tests.sandbox.asking import MATTER, SUBSCRIPTION, ask_arm, body

ACCOUNTS = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/accounts"
MODELS = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/SwedenCentral/models"


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("healthy")


def account(group: str, name: str) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"


def code(answer: object) -> str:
    return str(body(answer)["error"]["code"])  # type: ignore[arg-type] # an Answer


def test_a_list_comes_in_pages_that_lead_to_each_other_on_the_same_host(world: World) -> None:
    first = body(ask_arm(world, MODELS))
    assert len(first["value"]) == world.page_size
    assert first["nextLink"].startswith(f"https://management.azure.com{MODELS}?api-version=2026-07-01&$skipToken=")
    second = body(ask_arm(world, MODELS, **{"$skipToken": first["nextLink"].rpartition("=")[2]}))
    assert second["value"][0] not in first["value"]


@given(size=st.integers(1, 30))
def test_pages_of_any_size_hold_every_row_once(size: int) -> None:
    world = load_world("healthy").model_copy(update={"page_size": size})
    rows, token = [], ""
    while True:
        page = body(ask_arm(world, MODELS, **{"$skipToken": token}))
        rows += [(row["kind"], row["name"]) for row in page["value"]]
        if "nextLink" not in page:
            break
        token = page["nextLink"].rpartition("=")[2]
    assert len(rows) == len(set(rows)) == 2 * len(load_world("healthy").models)


def test_names_in_a_path_compare_without_case(world: World) -> None:
    assert body(ask_arm(world, MATTER.upper()))["name"] == "contoso-matter-swc"
    assert body(ask_arm(world, f"{MATTER.lower()}/deployments/MATTER-CHAT"))["name"] == "matter-chat"


def test_an_api_version_is_required_and_must_be_one_that_there_is(world: World) -> None:
    assert code(ask_arm(world, ACCOUNTS, None)) == "MissingApiVersionParameter"
    assert code(ask_arm(world, ACCOUNTS, "latest")) == "InvalidApiVersionParameter"
    refused = ask_arm(world, ACCOUNTS, "2031-01-01")
    assert (refused.status, code(refused)) == (400, "NoRegisteredProviderFound")
    assert "The supported api-versions are '2023-05-01, " in body(refused)["error"]["message"]
    assert "for type 'accounts'" in body(refused)["error"]["message"]
    assert ask_arm(world, SUBSCRIPTION, "2016-06-01").status == 200


def test_only_newer_versions_tell_state_and_routing(world: World) -> None:
    path = f"{account('rg-support-prod', 'contoso-support-weu')}/deployments/support-router"
    for version, there in (
        ("2026-07-01", True),
        ("2026-05-15-preview", True),
        ("2025-09-01", False),
        ("2026-03-01", False),
    ):
        told = body(ask_arm(world, path, version))["properties"]
        assert ("routing" in told, "deploymentState" in told) == (there, there), version


def test_a_token_must_be_there_and_be_for_here(world: World) -> None:
    good = {"tid": world.tenant, "aud": "https://management.azure.com/", "exp": time.time() + 60, "iss": "us"}
    cases = {
        "AuthenticationFailed": None,
        "InvalidAuthenticationToken": "no token at all",
        "InvalidAuthenticationTokenTenant": encode({**good, "tid": "00000000-0000-4000-8000-0000000000f9"}),
        "InvalidAuthenticationTokenAudience": encode({**good, "aud": "https://graph.microsoft.com"}),
        "ExpiredAuthenticationToken": encode({**good, "exp": time.time() - 1}),
    }
    for expected, token in cases.items():
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = arm.answer(
            world, Ledger(), Ask("GET", "management.azure.com", ACCOUNTS, {"api-version": "2026-07-01"}, headers)
        )
        assert (answer.status, code(answer)) == (401, expected)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    headers = {"authorization": f"Bearer {encode(good)}"}
    ask = Ask("GET", "management.azure.com", ACCOUNTS, {"api-version": "2026-07-01"}, headers)
    assert arm.answer(world, Ledger(), ask).status == 200


def test_a_denied_action_is_refused_in_the_services_words() -> None:
    world = load_world("healthy", ["arm-denied-deployment"])
    refused = ask_arm(world, f"{MATTER}/deployments")
    assert (refused.status, code(refused)) == (403, "AuthorizationFailed")
    message = body(refused)["error"]["message"]
    assert (
        "does not have authorization to perform action 'Microsoft.CognitiveServices/accounts/deployments/read'"
        in message
    )
    assert f"over scope '{MATTER}'" in message
    assert ask_arm(world, MATTER).status == 200


def test_permissions_tell_what_is_denied() -> None:
    world = load_world("healthy", ["runner-cannot-read"])
    told = body(ask_arm(world, f"{SUBSCRIPTION}/providers/Microsoft.Authorization/permissions", "2022-04-01"))
    assert told["value"][0] == {
        "actions": ["*/read"],
        "notActions": ["Microsoft.CognitiveServices/deletedAccounts/read"],
        "dataActions": [],
        "notDataActions": [],
    }


def test_the_denied_world_lists_subscriptions_and_nothing_else() -> None:
    world = load_world("denied")
    assert [one["displayName"] for one in body(ask_arm(world, "/subscriptions", "2022-12-01"))["value"]] == [
        "Contoso AI Production"
    ]
    for path in (SUBSCRIPTION, ACCOUNTS, MATTER, MODELS, f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"):
        assert code(ask_arm(world, path)) == "AuthorizationFailed"


@given(
    prefix=st.text(st.characters(categories=["Lu", "Ll"]), max_size=8),
    middle=st.text(max_size=8),
    suffix=st.text("abc/", max_size=8),
)
def test_a_star_stands_for_anything_and_nothing_else_does(prefix: str, middle: str, suffix: str) -> None:
    assert matches_any([f"{prefix}*{suffix}"], f"{prefix}{middle}{suffix}")
    assert matches_any([f"{prefix}.{suffix}"], f"{prefix}{middle}{suffix}") == (middle == ".")


def test_permissions_add_up_and_denials_win(world: World) -> None:
    assert may(world, "Microsoft.Network/privateEndpoints/read")
    assert may(world, "Microsoft.CognitiveServices/accounts/listKeys/action")
    assert not may(world, "Microsoft.CognitiveServices/accounts/write")
    assert not may(load_world("denied"), "Microsoft.CognitiveServices/accounts/read")


def test_a_bucket_lets_its_burst_through_and_then_asks_to_wait(world: World) -> None:
    narrow = world.model_copy(update={"bucket": Bucket(burst=2, per_second=0.1)})
    ledger = Ledger()
    answers = [ask_arm(narrow, ACCOUNTS, ledger=ledger) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert code(answers[2]) == "TooManyRequests"
    assert answers[2].headers["Retry-After"] == "10"
    left = [answer.headers["x-ms-ratelimit-remaining-subscription-reads"] for answer in answers]
    assert left == ["1", "0", "0"]


def test_the_throttled_world_refuses_each_list_once() -> None:
    world, ledger = load_world("throttled"), Ledger()
    path = f"{MATTER}/deployments"
    assert [ask_arm(world, path, ledger=ledger).status for _ in range(3)] == [429, 200, 200]
    assert (
        ask_arm(
            world, f"{MATTER}/providers/Microsoft.Insights/diagnosticSettings", "2021-05-01-preview", ledger=ledger
        ).status
        == 429
    )
    assert ask_arm(world, ACCOUNTS, ledger=ledger).status == 200


def test_what_is_not_there_is_not_found(world: World) -> None:
    assert code(ask_arm(world, MATTER + "-2")) == "ResourceNotFound"
    assert code(ask_arm(world, f"{MATTER}/deployments/gpt-5.4")) == "ResourceNotFound"
    assert code(ask_arm(world, ACCOUNTS.replace("a1", "a2"))) == "SubscriptionNotFound"
    nowhere = ask_arm(world, f"{SUBSCRIPTION}/providers/Microsoft.Batch/batchAccounts")
    assert (nowhere.status, nowhere.unknown) == (404, True)


def test_keys_are_listed_only_where_they_are_accepted(world: World) -> None:
    search = account("rg-search-prod", "contoso-search-uks")
    refused = ask_arm(world, f"{search}/listKeys", method="POST")
    assert (refused.status, body(refused)["error"]["message"]) == (
        400,
        "Failed to list key. disableLocalAuth is set to be true",
    )
    ledger = Ledger()
    told = body(
        ask_arm(load_world("healthy", ["api-keys-accepted"]), f"{search}/listKeys", method="POST", ledger=ledger)
    )
    assert set(told) == {"key1", "key2"}
    assert told["key1"] not in {told["key2"], Ledger().keys_of(world.accounts["contoso-search-uks"])[0]}


def test_an_old_diagnostics_version_sees_no_settings(world: World) -> None:
    path = f"{MATTER}/providers/Microsoft.Insights/diagnosticSettings"
    assert body(ask_arm(world, path, "2017-05-01-preview")) == {"value": []}
    (setting,) = body(ask_arm(world, path, "2021-05-01-preview"))["value"]
    assert setting["id"] == f"{MATTER.lower()}/providers/microsoft.insights/diagnosticSettings/to-audit-workspace"
    assert {log["category"] for log in setting["properties"]["logs"] if log["enabled"]} == {"Audit", "RequestResponse"}
    assert body(ask_arm(world, f"{path}/to-audit-workspace", "2021-05-01-preview")) == setting


def test_rates_follow_capacity_and_provisioned_deployments_have_none(world: World) -> None:
    told = {one["name"]: one for one in body(ask_arm(world, f"{MATTER}/deployments"))["value"]}
    assert told["matter-chat"]["properties"]["rateLimits"] == [
        {"key": "request", "renewalPeriod": 60, "count": 1000},
        {"key": "token", "renewalPeriod": 60, "count": 100000},
    ]
    assert "rateLimits" not in told["matter-chat-reserved"]["properties"]
    assert "deploymentState" not in told["matter-chat-reserved"]["properties"], "it can't be paused"


def test_usage_is_what_deployments_hold_and_what_others_took() -> None:
    told = body(
        ask_arm(
            load_world("release").model_copy(update={"page_size": 100}),
            f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/australiaeast/usages",
        )
    )
    by_name = {row["name"]["value"]: (row["currentValue"], row["limit"]) for row in told["value"]}
    assert by_name["OpenAI.GlobalStandard.gpt-5.4"] == (440, 450)
    assert by_name["OpenAI.GlobalStandard.gpt-5.4-mini"] == (100, 2000)
    assert "OpenAI.DataZoneStandard.gpt-5.4-mini" not in by_name


def test_the_clouds_metadata_is_one_object_with_suffixes(world: World) -> None:
    for host, name in (("management.azure.com", "AzureCloud"), ("management.usgovcloudapi.net", "AzureUSGovernment")):
        told = body(arm.answer(world, Ledger(), Ask("GET", host, "/metadata/endpoints", {"api-version": "2022-09-01"})))
        assert told["name"] == name
        assert told["resourceManager"] == f"https://{host}/"
        assert told["suffixes"]["keyVaultDns"]


def test_the_governments_resource_manager_takes_its_own_audience(world: World) -> None:
    token = encode({"tid": world.tenant, "aud": "https://management.core.usgovcloudapi.net", "exp": time.time() + 60})
    headers = {"authorization": f"Bearer {token}"}
    ask = Ask("GET", "management.usgovcloudapi.net", ACCOUNTS, {"api-version": "2026-07-01"}, headers)
    assert arm.answer(world, Ledger(), ask).status == 200


def test_every_account_has_the_systems_content_policies_and_its_owners() -> None:
    world = load_world("healthy")
    told = body(ask_arm(world, f"{MATTER}/raiPolicies"))["value"]
    kinds = [(one["name"], one["properties"]["type"]) for one in told]
    system = [("Microsoft.Default", "SystemManaged"), ("Microsoft.DefaultV2", "SystemManaged")]
    assert kinds == [*system, ("contoso-guarded", "UserManaged")]
    assert body(ask_arm(world, f"{MATTER}/raiPolicies/CONTOSO-guarded")) == told[2]
    assert ask_arm(world, f"{MATTER}/raiPolicies/nobody").status == 404
