"""Who may call, list keys or own, from raw role assignments: inherited, denied, on conditions, in groups, not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from auditor.policy.facts.roles import CALLS, LIST_KEYS, POWERS, RESPOND, grant, role
from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, GROUP, GUID, SUB, Estate, estate, gap, listing, resource

AUTH = "providers/Microsoft.Authorization"
MANAGEMENT = "/providers/Microsoft.Management/managementGroups/corp"
OTHER_SUB = "/subscriptions/00000000-0000-4000-8000-0000000000a2"

OWNER, CONTRIBUTOR = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER, OPENAI_USER = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
SERVICES_USER, OPERATOR = "a97b65f3-24c7-4388-baec-2e87135dc908", "00000000-0000-4000-8000-0000000000f7"

APP, OTHER_APP, PERSON, TEAM = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3, 4))
EVERYBODY = "00000000-0000-0000-0000-000000000000"

LISTS = ("conditional", "custom_broad_roles", "direct_users", "identity_powers", "wide")
DENIABLE = ("identities_lacking", "key_readers")
KINDS = ("role_assignment", "role_definition", "deny_assignment", "role_eligibility")


def permission(actions: Iterable[str] = (), data: Iterable[str] = (), **more: Any) -> JsonObject:
    told = {"actions": list(actions), "notActions": [], "dataActions": list(data), "notDataActions": []}
    return {**told, **more}


PERMISSIONS = {
    OWNER: permission(["*"]),
    CONTRIBUTOR: permission(["*"], notActions=["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"]),
    READER: permission(["*/read"]),
    OPENAI_USER: permission(
        ["Microsoft.CognitiveServices/*/read"], ["Microsoft.CognitiveServices/accounts/OpenAI/responses/*"]
    ),
    SERVICES_USER: permission(
        ["Microsoft.CognitiveServices/accounts/listkeys/action"], ["Microsoft.CognitiveServices/*"]
    ),
}


def definition(name: str, *permissions: JsonObject, kind: str = "BuiltInRole", sub: str = SUB) -> Resource:
    arm_id = f"{sub}/{AUTH}/roleDefinitions/{name}"
    told = {"roleName": f"role {name[:4]}", "type": kind, "permissions": list(permissions)}
    return resource("role_definition", arm_id, sub, {"id": arm_id, "name": name, "properties": told})


def given(
    principal: str, role_id: str, scope: str = ACCOUNT, type_: str | None = "ServicePrincipal", **more: Any
) -> Resource:
    """An assignment as a subscription's list tells it; its id says who got what, so that each is another."""
    own = f"{'' if scope == '/' else scope}/{AUTH}/roleAssignments/{principal}-{role_id}"
    kept = own if own.lower().startswith("/subscriptions/") else f"{SUB}{own}"
    told = {"roleDefinitionId": f"{SUB}/{AUTH}/roleDefinitions/{role_id}", "principalId": principal, "scope": scope}
    properties = {**told, "principalType": type_, "condition": None, **more}
    return resource("role_assignment", kept, SUB, {"id": own, "properties": properties})


def eligible(principal: str, role_id: str, scope: str = SUB, type_: str = "User") -> Resource:
    one = given(principal, role_id, scope, type_)
    return one.model_copy(update={"kind": "role_eligibility"})


def denial(*actions: str, scope: str = ACCOUNT, **more: Any) -> Resource:
    arm_id = f"{scope}/{AUTH}/denyAssignments/d1"
    everybody = {"principals": [{"id": EVERYBODY, "type": "SystemDefined"}], "excludePrincipals": []}
    told = {"permissions": [permission([], actions)], "scope": scope, "doNotApplyToChildScopes": False}
    return resource("deny_assignment", arm_id, SUB, {"id": arm_id, "properties": {**told, **everybody, **more}})


def held(*resources: Resource, identities: Iterable[str] = (APP,), roles: Iterable[Resource] | None = None) -> Estate:
    """The estate with these assignments, eligibilities and denials and no other, all lists read whole."""
    defined = [definition(name, one) for name, one in PERMISSIONS.items()] if roles is None else roles
    whole = [listing(kind, SUB) for kind in KINDS]
    return estate().plus(*defined, *resources, listings=whole).expecting(identities=list(identities))


def access(*resources: Resource, **how: Any) -> Any:
    return held(*resources, **how).account()["access"]


def owned(*resources: Resource) -> Any:
    return held(*resources).of("subscription", SUB).variables["subscription"]["access"]


def principals(rows: Iterable[JsonObject]) -> list[str]:
    return [row["principal"] for row in rows]


# what roles grant


@pytest.mark.parametrize(
    ("told", "powers", "calls"),
    [
        (PERMISSIONS[OWNER], set(POWERS), set()),
        (PERMISSIONS[CONTRIBUTOR], set(POWERS) - {"Microsoft.Authorization/roleAssignments/write"}, set()),
        (PERMISSIONS[READER], set(), set()),
        (PERMISSIONS[OPENAI_USER], set(), {RESPOND}),
        (PERMISSIONS[SERVICES_USER], {LIST_KEYS}, set(CALLS)),
        (permission([], ["MICROSOFT.cognitiveservices/accounts/openai/*"]), set(), set(CALLS)),
        (permission([], ["*"], notDataActions=[RESPOND]), set(), set(CALLS) - {RESPOND}),
        (permission([RESPOND]), set(), set()),  # a data action among the actions grants nothing
        (permission([], [LIST_KEYS]), set(), set()),
    ],
)
def test_actions_and_data_actions_are_two_things(told: JsonObject, powers: set[str], calls: set[str]) -> None:
    """Owner and Contributor manage everything and call nothing."""
    found = grant([told])
    assert found is not None
    assert (found.powers, found.calls) == (powers, calls)


def test_permissions_add_up_and_take_back_only_their_own() -> None:
    """What one excepts another may grant."""
    found = grant([permission([], ["*"], notDataActions=["*"]), permission([], [RESPOND])])
    assert found is not None
    assert found.calls == {RESPOND}


@pytest.mark.parametrize(
    "permissions",
    [
        None,
        "all",
        [None],
        ["*"],
        [{}],
        [PERMISSIONS[OWNER], {}],
        [{**PERMISSIONS[OWNER], "dataActions": "*"}],
        [{**PERMISSIONS[OWNER], "actions": [1]}],
    ],
)
def test_permissions_of_a_shape_never_seen_are_not_known(permissions: Any) -> None:
    """Neither everything nor nothing."""
    assert grant(permissions) is None


@pytest.mark.parametrize(
    ("told", "broad"),
    [
        (permission(["*"]), ("*",)),
        (permission(["Microsoft.CognitiveServices/*"]), ("Microsoft.CognitiveServices/*",)),
        (permission(["Microsoft.CognitiveServices/*/action"]), ("Microsoft.CognitiveServices/*/action",)),
        (permission(["Microsoft.CognitiveServices/accounts/deployments/*"]), ()),
        (permission(["Microsoft.CognitiveServices/accounts/listkeys/action"]), ()),
        (permission(["*/read"]), ()),
        (permission(["*"], notActions=["Microsoft.CognitiveServices/accounts/LISTKEYS/action"]), ()),
        (permission([], ["*"]), ("*",)),
        (permission([], ["Microsoft.CognitiveServices/accounts/*"]), ("Microsoft.CognitiveServices/accounts/*",)),
        (permission([], ["Microsoft.CognitiveServices/accounts/OpenAI/*"]), ()),
        (permission([], ["*"], notDataActions=["Microsoft.CognitiveServices/*"]), ()),
        (permission([], ["*"], notDataActions=["Microsoft.CognitiveServices/accounts/OpenAI/*"]), ("*",)),
        (permission(["*"], ["*"], notDataActions=["*"]), ("*",)),
        ({"actions": ["*"], "notActions": 7, "dataActions": "all", "notDataActions": {}}, ("*",)),
        ({"actions": 7, "notActions": None, "dataActions": ["*"], "notDataActions": None}, ("*",)),
    ],
)
def test_wildcards_that_reach_keys_or_all_data(told: JsonObject, broad: tuple[str, ...]) -> None:
    """An action that is named is meant; a wildcard over one family of data is as narrow as built-in roles."""
    assert role(definition(OPERATOR, told, kind="CustomRole")).broad == broad


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


# what is not known


def test_a_role_whose_definition_was_not_seen_leaves_open_what_it_grants() -> None:
    """Of its holder, and of all lists that it may belong to."""
    facts = held(given(APP, OPERATOR), given(OTHER_APP, OPENAI_USER), identities=[APP, OTHER_APP]).of(
        "account", ACCOUNT
    )
    assert set(facts.variables["account"]["access"]) == {"identities"}
    for name in (*LISTS, *DENIABLE):
        assert "not among the definitions" in facts.notes[f"account.access.{name}"][0]
    elsewhere = access(given(APP, OPENAI_USER), given(APP, OPERATOR, f"{GROUP}-two"))
    assert set(elsewhere) == {"identities", *LISTS, *DENIABLE}


@pytest.mark.parametrize("broken", [{"principalId": 7}, {"roleDefinitionId": None}, {"principalId": ""}])
def test_an_assignment_of_a_shape_never_seen_leaves_everything_open(broken: JsonObject) -> None:
    """It may be anybody's, of anything."""
    assert set(access(given(APP, OPENAI_USER), given(TEAM, OWNER, **broken))) == {"identities"}


@pytest.mark.parametrize(
    "broken",
    [
        {"doNotApplyToChildScopes": "no"},
        {"principals": [{"type": "ServicePrincipal"}]},
        {"principals": ["all"]},
        {"excludePrincipals": "none"},
        {"excludePrincipals": [{"id": 7}]},
        {"excludePrincipals": [None]},
    ],
    ids=str,
)
def test_a_denial_of_a_shape_never_seen_leaves_open_who_is_denied(broken: JsonObject) -> None:
    """Even one of what nobody holds: it may be of anything, for anybody. What is assigned stays known."""
    told = access(given(APP, OPENAI_USER), denial("x", **broken))
    assert set(told) == {"identities", *LISTS}


def test_an_assignment_or_denial_stands_where_it_says_or_else_where_its_id_does() -> None:
    """And where neither tells, everything is open."""
    own = f"{GROUP}-two"  # what the id says; the account lies in another group

    def placed(kind: str, scope: str | None, arm_id: str | None = f"{own}/{AUTH}/things/1") -> Resource:
        one = given(APP, OPENAI_USER) if kind == "role_assignment" else denial(RESPOND)
        properties = {**one.body["properties"], "scope": scope}
        return resource(kind, f"{SUB}/{AUTH}/things/1", SUB, {"id": arm_id, "properties": properties})

    def lacking(*resources: Resource) -> Any:
        return access(*resources).get("identities_lacking")

    may, away = given(APP, OPENAI_USER), given(APP, OPENAI_USER, own)
    assert lacking(placed("role_assignment", GROUP)) == []
    assert principals(lacking(placed("role_assignment", None))) == [APP]
    assert lacking(placed("role_assignment", None, f"/{AUTH}/things/1")) == []
    assert lacking(placed("role_assignment", None, None), may) is None
    assert principals(lacking(may, placed("deny_assignment", GROUP))) == [APP]
    assert lacking(may, placed("deny_assignment", None)) == []
    assert lacking(may, placed("deny_assignment", None, "/elsewhere")) is None
    assert principals(lacking(away)) == [APP]


@pytest.mark.parametrize("strange", [None, [], "text", {"properties": None}, {"properties": []}])
def test_strange_bodies_never_raise(strange: Any) -> None:
    """Whatever stands where an object belongs."""
    for kind in KINDS:
        one = resource(
            kind, f"{SUB}/{AUTH}/x/1", SUB, strange if isinstance(strange, dict) else {"properties": strange}
        )
        facts = held(given(APP, OPENAI_USER), one).of("account", ACCOUNT)
        assert facts.variables["account"]["access"]["identities"] == [APP]


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [
        ("role_assignment", (*LISTS, *DENIABLE)),
        ("role_definition", (*LISTS, *DENIABLE)),
        ("deny_assignment", DENIABLE),
        ("role_eligibility", ()),
    ],
)
def test_a_gap_hides_what_rests_on_it_and_nothing_else(kind: str, hidden: tuple[str, ...]) -> None:
    """And each key that is absent leads to it."""
    whole = held(given(APP, OPENAI_USER), given(PERSON, OWNER, SUB, "User"), eligible(PERSON, OWNER), denial("x"))
    before = whole.account()["access"]
    facts = whole.hidden(kind, SUB).of("account", ACCOUNT)
    assert facts.variables["account"]["access"] == {name: before[name] for name in before if name not in hidden}
    assert {name: facts.absences.get(f"account.access.{name}") for name in hidden} == dict.fromkeys(
        hidden, f"gap {kind} {SUB}"
    )


ESTATES = (
    (given(APP, OPENAI_USER), given(OTHER_APP, READER), denial(RESPOND), eligible(PERSON, OWNER)),
    (given(TEAM, OPENAI_USER, SUB, "Group"), given(PERSON, OWNER, SUB, "User"), eligible(TEAM, OWNER, type_="Group")),
    (given(APP, OWNER, SUB), denial("*", excludePrincipals=[{"id": TEAM, "type": "Group"}])),
    (given(APP, OPERATOR), given(PERSON, CONTRIBUTOR, MANAGEMENT, "User"), eligible(PERSON, OPERATOR)),
    (),
)
"""Resources in which each of the lists decides something."""


@pytest.mark.parametrize("resources", ESTATES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_gap_only_takes_away(resources: tuple[Resource, ...], kind: str) -> None:
    """What is still told is told as it was, of accounts and of subscriptions."""
    whole = held(*resources, identities=[APP, OTHER_APP])
    hidden = whole.hidden(kind, SUB)
    for subject, arm_id in (("account", ACCOUNT), ("subscription", SUB)):
        before = whole.of(subject, arm_id).variables[subject].get("access", {})
        after = hidden.of(subject, arm_id).variables[subject].get("access", {})
        assert after == {name: value for name, value in before.items() if name in after}


def test_a_list_that_was_never_asked_for_leaves_everything_open_without_a_gap() -> None:
    """As in snapshots that are older than these reads."""
    facts = estate().of("account", ACCOUNT)
    assert facts.variables["account"]["access"] == {"identities": []}
    assert not [path for path in facts.absences if path.startswith("account.access")]
    assert "access" not in estate().of("subscription", SUB).variables["subscription"]


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


# the subscription


def test_owners_are_those_of_the_subscription_and_above_each_once() -> None:
    """By what the role grants, not by its name; groups below and roles that only manage are none."""
    told = owned(
        given(TEAM, OWNER, MANAGEMENT, "Group"),
        given(TEAM, OWNER, SUB, "Group"),
        given(PERSON, OWNER, "/", "User"),
        given(OTHER_APP, CONTRIBUTOR, SUB),
        given(APP, OWNER, GROUP),
        eligible(APP, OWNER),
    )
    assert sorted(principals(told["owners"])) == [PERSON, TEAM]
    assert principals(told["eligible_owners"]) == [APP]


@pytest.mark.parametrize(
    ("others", "standing"),
    [
        ([], [PERSON]),
        ([eligible(PERSON, OWNER)], []),  # activated
        ([eligible(PERSON, CONTRIBUTOR)], [PERSON]),
        ([eligible(APP, OWNER)], [PERSON]),
        ([eligible(TEAM, OWNER, type_="Group")], None),  # perhaps activated as a member
        ([eligible(TEAM, CONTRIBUTOR, type_="Group")], [PERSON]),
        ([eligible(PERSON, OWNER, f"{SUB}/resourceGroups/other")], [PERSON]),
    ],
)
def test_a_role_that_may_have_been_activated_is_not_standing(
    others: list[Resource], standing: list[str] | None
) -> None:
    """An active assignment looks the same, activated or not; who is eligible tells."""
    told = owned(given(PERSON, OWNER, SUB, "User"), *others).get("standing")
    assert (None if told is None else principals(told)) == standing


def test_without_privileged_people_nobody_needs_to_know_who_is_eligible() -> None:
    """Groups and applications can't be asked to activate; nor can whoever only reads."""
    quiet = held(given(TEAM, OWNER, SUB, "Group"), given(APP, CONTRIBUTOR, SUB), given(PERSON, READER, SUB, "User"))
    hidden = quiet.hidden("role_eligibility", SUB).of("subscription", SUB)
    assert hidden.variables["subscription"]["access"]["standing"] == []
    assert hidden.absences["subscription.access.eligible_owners"] == f"gap role_eligibility {SUB}"


def test_without_a_licence_for_eligibility_standing_people_are_not_known() -> None:
    """The gap is named."""
    hidden = held(given(PERSON, OWNER, SUB, "User")).hidden("role_eligibility", SUB).of("subscription", SUB)
    assert "standing" not in hidden.variables["subscription"]["access"]
    assert hidden.absences["subscription.access.standing"] == f"gap role_eligibility {SUB}"
    assert principals(hidden.variables["subscription"]["access"]["owners"]) == [PERSON]


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
