"""How complete a run is: accounts by two sources, what was left out, and the rows of the inventory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from auditor.policy.excluded import NO_CALLS, NOT_NEEDED, excluded
from auditor.policy.facts import join
from auditor.policy.inventory import deployment_rows, quota_rows
from auditor.policy.population import population
from auditor.population import Population
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, ENDPOINT, GROUP, GUID, PLACE, SUB, Estate, estate, listing, resource

OTHER = f"{SUB}/resourceGroups/rg-other/providers/Microsoft.CognitiveServices/accounts/aif-other"


def row(arm_id: str = ACCOUNT, **more: Any) -> Resource:
    return resource("arm_resource", arm_id, SUB, {"id": arm_id, **more})


def with_rows(rows: Iterable[Resource], of: Estate | None = None) -> Estate:
    rows = tuple(rows)
    return (of or estate()).plus(*rows, listings=[listing("arm_resource", SUB, len(rows))])


def scoped(of: Estate, **scope: Any) -> Estate:
    settings: JsonObject = {**of.settings, "scope": {"subscriptions": [GUID], **scope}, "workloads": []}
    return Estate(of.resources, of.listings, of.gaps, settings, of.api_versions)


def kinds(of: Estate) -> dict[str, Population]:
    return {one.kind: one for one in population(of.snapshot(), Settings.model_validate(of.settings))}


def counted(of: Estate) -> Any:
    return of.of("subscription", SUB).variables["subscription"].get("population")


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (with_rows([row()]), ([], [])),
        (with_rows([row(ACCOUNT.upper())]), ([], [])),
        (with_rows([]), (["aif-chat"], [])),
        (with_rows([row(), row(OTHER)]), ([], ["aif-other"])),
        (with_rows([row(OTHER)]), (["aif-chat"], ["aif-other"])),
        (with_rows([row(), row(OTHER, tags={"team": 1})]), ([], ["aif-other"])),
        (scoped(with_rows([row(), row(OTHER)]), resource_groups=["RG-CHAT"]), ([], [])),
        (scoped(with_rows([row(), row(OTHER)]), accounts=["AIF-chat"]), ([], [])),
        (scoped(with_rows([row(tags={"owner": "team-shop"}), row(OTHER)]), tags={"Owner": "team-shop"}), ([], [])),
        (scoped(with_rows([row(tags=None)]), tags={"Owner": "team-shop"}), (["aif-chat"], [])),
    ],
)
def test_accounts_are_compared_by_id_within_the_scope(of: Estate, expected: tuple[list[str], list[str]]) -> None:
    told = counted(of)
    assert (told["only_provider"], told["only_resource_manager"]) == expected
    assert told["provider"] - len(expected[0]) == told["resource_manager"] - len(expected[1])


@pytest.mark.parametrize(("kind", "rows"), [("arm_resource", [row()]), ("account", [row()])])
def test_a_list_that_was_not_read_leaves_it_unknown_because_of_its_gap(kind: str, rows: list[Resource]) -> None:
    subject = with_rows(rows).hidden(kind, SUB).of("subscription", SUB)
    assert "population" not in subject.variables["subscription"]  # type: ignore[operator]
    assert subject.absences["subscription.population.only_provider"] == f"gap {kind} {SUB}"


def test_what_another_subscription_lists_is_not_mixed_in() -> None:
    elsewhere = "/subscriptions/00000000-0000-4000-8000-0000000000b2"
    theirs = resource("arm_resource", f"{elsewhere}/accounts/x", elsewhere, {})
    assert (
        counted(with_rows([row()]).plus(theirs, listings=[listing("arm_resource", elsewhere)]))["resource_manager"] == 1
    )


@pytest.mark.parametrize(
    ("of", "second", "reconciled"),
    [
        (with_rows([row()]), 1, True),
        (with_rows([row(), row(OTHER)]), 2, False),
        (scoped(with_rows([row(), row(OTHER)]), accounts=["aif-chat"]), 1, True),
        (estate(), None, None),
        (with_rows([row()]).hidden("arm_resource", SUB), None, None),
        (scoped(with_rows([row()]), accounts=["another"]), None, None),
    ],
)
def test_the_population_of_accounts_is_counted_twice_where_both_sources_share_a_scope(
    of: Estate, second: int | None, reconciled: bool | None
) -> None:
    told = kinds(of)["account"]
    assert (told.second.count if told.second else None, told.reconciled) == (second, reconciled)


def test_private_endpoints_are_those_that_the_accounts_tell_of() -> None:
    assert kinds(estate())["private_endpoint"].reconciled is True
    assert kinds(estate().hidden("private_endpoint", ENDPOINT))["private_endpoint"].reconciled is False
    assert kinds(estate().hidden("account", SUB))["private_endpoint"].second is None


def test_every_kind_counts_what_there_is_of_it() -> None:
    of = estate()
    assert {kind: one.count for kind, one in kinds(of).items() if one.count} == {
        kind: sum(one.kind == kind for one in of.resources)
        for kind in {one.kind for one in of.resources} - {"required_actions"}
    }


@pytest.mark.parametrize(
    ("scope", "limit"),
    [
        ({"resource_groups": ["rg-chat"]}, "scope.resource_groups"),
        ({"accounts": ["aif-chat"]}, "scope.accounts"),
        ({"tags": {"app": "x"}}, "scope.tags"),
    ],
)
def test_an_account_outside_of_the_scope_is_named_with_the_limit_that_leaves_it_out(
    scope: dict[str, Any], limit: str
) -> None:
    of = scoped(with_rows([row(tags={"app": "x"}), row(OTHER)]).changed("account", ACCOUNT, _tagged), **scope)
    found = excluded(of.snapshot(), Settings.model_validate(of.settings))
    assert [(one.kind, one.id, one.reason) for one in found] == [
        ("account", OTHER, f"Left out by {limit} of the settings.")
    ]


def _tagged(body: JsonObject) -> None:
    body["tags"] = {"app": "x"}


def test_an_account_that_a_workload_names_is_judged_and_so_not_left_out() -> None:
    of = with_rows([row()])
    settings = Settings.model_validate({**of.settings, "scope": {"subscriptions": [GUID], "accounts": ["another"]}})
    assert excluded(of.snapshot(), settings) == ()


def test_calls_that_were_not_made_and_kinds_that_were_not_read_are_left_out() -> None:
    chat = f"{ACCOUNT}/deployments/chat"
    skipped = {"outcome": "skipped", "sent": False, "reason": "the budget of calls is spent"}
    of = estate().plus(
        resource("probe", f"{chat}/probes/stream", chat, skipped),
        resource("probe", f"{chat}/probes/vision", chat, {"outcome": "not_applicable", "sent": False}),
    )
    settings = Settings.model_validate(of.settings)
    snapshot = of.snapshot().model_copy(update={"left_out": ("budget",)})
    assert [(one.kind, one.id, one.reason) for one in excluded(snapshot, settings)] == [
        ("probe", f"{chat}/probes/stream", "Not called: the budget of calls is spent."),
        ("budget", "budget", NOT_NEEDED),
    ]
    off = settings.model_copy(update={"probes": settings.probes.model_copy(update={"enabled": False})})
    assert [one.reason for one in excluded(of.snapshot(), off)] == [NO_CALLS]


def test_deployments_and_pools_as_rows() -> None:
    subjects = join(estate().snapshot(), Settings.model_validate(estate().settings))
    rows = {one.name: one for one in deployment_rows(subjects)}
    chat, trial = rows["chat"], rows["trial"]
    assert (chat.account, chat.workload, chat.declared, chat.model, chat.version) == (
        "aif-chat", "checkout", True, "gpt-4.1", "2025-04-14",
    )  # fmt: skip
    assert (chat.sku, chat.capacity, chat.state, chat.lifecycle) == (
        "GlobalStandard", 10, "Succeeded", "GenerallyAvailable",
    )  # fmt: skip
    assert (str(chat.retires), chat.retirement_status, trial.declared) == ("2027-10-14", "Planned", False)
    assert chat.quota == f"{PLACE}/usages/OpenAI.GlobalStandard.gpt4.1"
    pools = {one.id: one for one in quota_rows(subjects)}
    assert (pools[chat.quota].used, pools[chat.quota].limit, pools[chat.quota].unit) == (60, 100, "Count")
    assert {one.quota for one in rows.values()} <= pools.keys()


def test_a_model_that_never_retires_and_one_that_nobody_lists_have_no_date() -> None:
    def never(body: JsonObject) -> None:
        body["model"]["deprecation"]["inference"] = "2099-12-31T00:00:00Z"
        body["model"]["skus"] = [{**one, "deprecationDate": None} for one in body["model"]["skus"]]

    of = estate().changed("model", f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14", never)
    for each in (of, estate().without("model")):
        rows = deployment_rows(join(each.snapshot(), Settings.model_validate(each.settings)))
        assert next(one for one in rows if one.name == "chat").retires is None


def test_hidden_models_leave_what_they_tell_unknown() -> None:
    of = estate().hidden("model", PLACE)
    rows = deployment_rows(join(of.snapshot(), Settings.model_validate(of.settings)))
    assert {(one.lifecycle, one.retires, one.quota) for one in rows} == {(None, None, None)}
    assert GROUP in rows[0].id
