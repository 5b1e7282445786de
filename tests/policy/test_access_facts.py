"""Who may call, list keys or own, from raw role assignments: inherited, denied, on conditions, in groups, not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.facts.roles import LIST_KEYS, POWERS, RESPOND
from auditor.snapshot import Resource
from tests.policy.assignments import (
    APP,
    AUTH,
    CONTRIBUTOR,
    MANAGEMENT,
    OPENAI_USER,
    OPERATOR,
    OTHER_APP,
    OTHER_SUB,
    OWNER,
    PERMISSIONS,
    PERSON,
    READER,
    SERVICES_USER,
    TEAM,
    access,
    definition,
    denial,
    given,
    held,
    permission,
    principals,
)
from tests.policy.estate import ACCOUNT, GROUP, GUID, SUB, estate, gap, listing, resource

# where assignments hold


@pytest.mark.parametrize(
    "scope",
    [ACCOUNT, ACCOUNT.upper(), GROUP, SUB, MANAGEMENT, "/", f"{GROUP.replace('resourceGroups', 'resourcegroups')}/"],
)
def test_what_is_assigned_at_the_account_or_above_it_holds(scope: str) -> None:
    """Ids compare without case."""
    assert access(given(APP, OPENAI_USER, scope))["identities_lacking"] == []


@pytest.mark.parametrize(
    "scope",
    [
        f"{ACCOUNT}-two",
        f"{ACCOUNT}/projects/p1",
        f"{GROUP}-two",
        f"{SUB}/resourceGroups/other",
        f"{OTHER_SUB}/resourceGroups/rg-chat",
    ],
)
def test_what_is_assigned_beside_or_below_it_does_not(scope: str) -> None:
    """A name that begins alike is another name."""
    (row,) = access(given(APP, OPENAI_USER, scope))["identities_lacking"]
    assert row == {"principal": APP, "action": RESPOND, "denied": False, "workload": "checkout"}


def test_identities_and_roles_compare_without_case_and_roles_by_id() -> None:
    """A role may be renamed, its id is spelled in many ways."""
    told = {"roleDefinitionId": f"/{AUTH}/RoleDefinitions/{OPENAI_USER.upper()}", "principalId": APP.upper()}
    assert access(given(APP, OPENAI_USER, **told), identities=[APP.upper()])["identities_lacking"] == []


def test_managing_is_not_calling() -> None:
    """Owner of everything, and still refused."""
    told = access(given(APP, OWNER, SUB))
    assert principals(told["identities_lacking"]) == [APP]
    assert {row["action"] for row in told["identity_powers"]} == set(POWERS)
    assert {row["scope"] for row in told["identity_powers"]} == {SUB}


def test_powers_are_those_of_the_declared_identities_alone() -> None:
    """Each power that a role of theirs gives, by the role that gives it; what others hold is told elsewhere."""
    facts = held(given(APP, CONTRIBUTOR), given(APP, READER, SUB), given(OTHER_APP, OWNER)).of("account", ACCOUNT)
    rows = facts.variables["account"]["access"]["identity_powers"]
    assert {(row["principal"], row["role_id"]) for row in rows} == {(APP, CONTRIBUTOR)}
    assert {row["action"] for row in rows} == set(POWERS) - {"Microsoft.Authorization/roleAssignments/write"}
    assert facts.notes["account.access.identity_powers"][0] == "of its own assignments; what groups hold is not counted"
    assert not {f"account.access.{name}" for name in ("conditional", "direct_users", "wide")} & facts.notes.keys()


def test_an_application_that_uses_no_responses_may_call_by_any_other_action() -> None:
    """One that only embeds needs no responses/write."""
    embeds = permission([], ["Microsoft.CognitiveServices/accounts/OpenAI/deployments/embeddings/action"])
    estate_ = held(given(APP, OPERATOR), roles=[definition(OPERATOR, embeds, kind="CustomRole")])
    assert principals(estate_.account()["access"]["identities_lacking"]) == [APP]
    embedding = {"name": "chat", "model": "text-embedding-3-large", "features": []}
    assert estate_.expecting(embedding).account()["access"]["identities_lacking"] == []


# groups


def test_whether_an_identity_is_in_a_group_is_not_known() -> None:
    """A group that may call leaves it open, and the note says why; one that may not changes nothing."""
    open_ = held(given(TEAM, OPENAI_USER, GROUP, "Group")).of("account", ACCOUNT)
    assert "identities_lacking" not in open_.variables["account"]["access"]
    assert "groups" in open_.notes["account.access.identities_lacking"][0]
    assert principals(access(given(TEAM, OWNER, GROUP, "Group"))["identities_lacking"]) == [APP]
    both = access(given(TEAM, OPENAI_USER, GROUP, "Group"), given(APP, OPENAI_USER))
    assert both["identities_lacking"] == []


@pytest.mark.parametrize("type_", ["User", "ServicePrincipal", "Device"])
def test_nobody_is_a_member_of_a_person_or_an_application(type_: str) -> None:
    """Their roles are theirs."""
    assert principals(access(given(PERSON, OPENAI_USER, type_=type_))["identities_lacking"]) == [APP]


@pytest.mark.parametrize("type_", [None, "Robot", 7])
def test_a_type_that_is_not_told_may_be_a_group(type_: Any) -> None:
    """And may be a person."""
    told = access(given(PERSON, OPENAI_USER, type_=type_))
    assert "identities_lacking" not in told
    assert "direct_users" not in told
    assert principals(told["wide"]) == []


# deny assignments


@pytest.mark.parametrize(
    ("denied", "lacking"),
    [
        (denial(RESPOND), [APP]),
        (denial("*"), [APP]),
        (denial(RESPOND, scope=GROUP), [APP]),
        (denial(RESPOND, scope=GROUP, doNotApplyToChildScopes=True), []),
        (denial(RESPOND, doNotApplyToChildScopes=True), [APP]),
        (denial(RESPOND, scope=f"{GROUP}-two"), []),
        (denial("Microsoft.CognitiveServices/accounts/OpenAI/assistants/*"), []),
        (denial(RESPOND, principals=[{"id": APP.upper(), "type": "ServicePrincipal"}]), [APP]),
        (denial(RESPOND, principals=[{"id": OTHER_APP, "type": "ServicePrincipal"}]), []),
        (denial(RESPOND, principals=[{"id": TEAM, "type": "Group"}]), None),
        (denial(RESPOND, excludePrincipals=[{"id": APP, "type": "ServicePrincipal"}]), []),
        (denial(RESPOND, excludePrincipals=[{"id": PERSON, "type": "User"}]), [APP]),
        (denial(RESPOND, excludePrincipals=[{"id": TEAM, "type": "Group"}]), None),
        (denial(RESPOND, permissions="all"), None),
        (denial(RESPOND, principals="all"), None),
    ],
)
def test_deny_assignments_take_away_what_roles_grant(denied: Resource, lacking: list[str] | None) -> None:
    """For everybody but those excluded; where groups decide it is not known."""
    told = access(given(APP, OPENAI_USER), denied).get("identities_lacking")
    assert (None if told is None else principals(told)) == lacking
    assert all(row["denied"] for row in told or ())
    (row,) = access(given(APP, READER), denial(RESPOND))["identities_lacking"]
    assert row["denied"] is False  # nothing was granted that could be denied


def test_a_denial_that_may_not_concern_a_key_reader_leaves_it_one() -> None:
    """Only who is surely denied is left out."""
    keys = {"permissions": [permission([LIST_KEYS])]}
    holders = (given(PERSON, OWNER, SUB, "User"), given(APP, SERVICES_USER))
    everybody = access(*holders, denial(**keys))
    assert everybody["key_readers"] == []
    unsure = access(*holders, denial(**keys, excludePrincipals=[{"id": TEAM, "type": "Group"}]))
    assert sorted(principals(unsure["key_readers"])) == [APP, PERSON]


# the lists


def test_key_readers_are_told_once_with_all_their_roles() -> None:
    """However many roles let them."""
    told = access(given(PERSON, OWNER, SUB, "User"), given(PERSON, SERVICES_USER, GROUP, "User"), given(APP, READER))
    assert told["key_readers"] == [{"principal": PERSON, "type": "User", "roles": ["role a97b", "role 8e3a"]}]


def test_who_may_call_is_told_by_how_wide_by_whom_and_on_which_condition() -> None:
    """Only roles that call count: owners of a subscription are no callers."""
    told = access(
        given(APP, OPENAI_USER, GROUP),
        given(TEAM, OPENAI_USER, SUB, "Group"),
        given(OTHER_APP, SERVICES_USER, MANAGEMENT),
        given(PERSON, OPENAI_USER, ACCOUNT, "User", condition="@Resource[x] StringEquals 'y'"),
        given(PERSON, OWNER, SUB, "User"),
    )
    assert sorted(principals(told["wide"])) == [OTHER_APP, TEAM]
    assert principals(told["direct_users"]) == [PERSON]
    assert principals(told["conditional"]) == [PERSON]
    assert told["direct_users"][0]["role_id"] == OPENAI_USER


def test_custom_roles_that_are_too_broad_are_told_once() -> None:
    """A built-in role is as wide as Microsoft made it, and a role that is assigned elsewhere harms nobody here."""
    roles = [
        definition(OWNER, PERMISSIONS[OWNER]),
        definition(OPERATOR, permission(["Microsoft.CognitiveServices/*"]), kind="CustomRole"),
    ]
    two = (given(APP, OPERATOR), given(TEAM, OPERATOR, GROUP, "Group"), given(PERSON, OWNER, SUB, "User"))
    (row,) = access(*two, roles=roles)["custom_broad_roles"]
    assert (row["role_id"], row["patterns"]) == (OPERATOR, ["Microsoft.CognitiveServices/*"])
    assert access(given(APP, OPERATOR, f"{GROUP}-two"), roles=roles)["custom_broad_roles"] == []
    narrow = [roles[0], definition(OPERATOR, permission([LIST_KEYS]), kind="CustomRole")]
    assert access(*two, roles=narrow)["custom_broad_roles"] == []
    untold = [roles[0], definition(OPERATOR, permission(["*"]), kind="Other")]
    assert "custom_broad_roles" not in access(*two, roles=untold)


def test_names_of_others_are_passed_on_as_they_are() -> None:
    """A role may be called anything."""
    hostile = definition(OPERATOR, permission(["*"]), kind="CustomRole")
    hostile.body["properties"]["roleName"] = "'; rm -rf / #\u202e{{ 7*7 }}<script>"
    (row,) = access(given(APP, OPERATOR), roles=[hostile])["custom_broad_roles"]
    assert row["role"] == hostile.body["properties"]["roleName"]


def test_another_subscriptions_lists_are_not_mixed_in() -> None:
    """What stands above both is told by each for itself; without its own list nothing is known of the other."""
    account = ACCOUNT.replace(SUB, OTHER_SUB)
    moved = estate()
    found = next(one for one in moved.resources if one.kind == "account")
    body = {**found.body, "id": account}
    other = found.model_copy(update={"id": account, "parent": OTHER_SUB, "body": body})
    both = held(given(APP, OPENAI_USER, MANAGEMENT)).plus(other, listings=[listing("account", OTHER_SUB)])
    scope = {"subscriptions": [GUID, OTHER_SUB.rpartition("/")[2]]}
    both = replace(both, settings={**both.settings, "scope": scope}, gaps=(gap("role_assignment", OTHER_SUB),))
    assert both.account()["access"]["identities_lacking"] == []
    facts = both.of("account", account)
    assert set(facts.variables["account"]["access"]) == {"identities"}
    assert facts.absences["account.access.wide"] == f"gap role_assignment {OTHER_SUB}"


def test_two_workloads_on_an_account_are_asked_each_for_its_own_identities() -> None:
    """The row says whose it is."""
    base = held(given(APP, OPENAI_USER))
    first = base.settings["workloads"][0]
    second = {**first, "name": "returns", "identities": [OTHER_APP]}
    both = replace(base, settings={**base.settings, "workloads": [first, second]})
    told = both.account()["access"]
    assert told["identities"] == [APP, OTHER_APP]
    assert [(row["principal"], row["workload"]) for row in told["identities_lacking"]] == [(OTHER_APP, "returns")]
    assert both.of("account", ACCOUNT).variables["workload"]["identities"] == [APP, OTHER_APP]


# size


def test_ten_thousand_assignments_are_told_apart() -> None:
    """Each account has its own; what stands above them all is in each."""
    accounts = [f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/a{n}" for n in range(100)]
    body = next(one for one in estate().resources if one.kind == "account").body
    read = [resource("account", one, SUB, {**body, "id": one, "name": one.rpartition("/")[2]}) for one in accounts]
    rows = [
        given(f"00000000-0000-4000-8000-{n:06d}{which:06d}", SERVICES_USER, one)
        for n, one in enumerate(accounts)
        for which in range(99)
    ]
    above = [given(f"00000000-0000-4000-9000-{n:012d}", OWNER, SUB, "User") for n in range(100)]
    facts = held(*read, *rows, *above).join()
    for n, one in enumerate(accounts):
        told = facts[f"account {one}"].variables["account"]["access"]
        readers = principals(told["key_readers"])
        assert len(readers) == 199
        assert sum(each.startswith(f"00000000-0000-4000-8000-{n:06d}") for each in readers) == 99
        assert told["wide"] == []
    assert len(facts[f"subscription {SUB}"].variables["subscription"]["access"]["owners"]) == 100
