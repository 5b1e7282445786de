"""What stands above an account: locks, policies, exemptions, Defender; and what of it nobody told."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.snapshot import Resource
from tests.policy.estate import ACCOUNT, SUB, Estate, estate, listing, resource

GROUP = ACCOUNT.partition("/providers/")[0]
MANAGEMENT = "/providers/Microsoft.Management/managementGroups/contoso"
AUTHORIZATION = "/providers/Microsoft.Authorization"
NEIGHBOUR = f"{ACCOUNT}-2"
LISTED = ("lock", "policy_assignment", "policy_exemption", "policy_state", "defender_plan", "security_assessment")
GUARD = f"{MANAGEMENT}{AUTHORIZATION}/policyAssignments/guard"


def governed(*resources: Resource) -> Estate:
    """The estate with all of these lists read whole, and these things in them."""
    proofs = [*(listing(kind, SUB) for kind in LISTED), listing("defender_setting", ACCOUNT)]
    return estate().plus(*resources, listings=proofs)


def account(*resources: Resource) -> Any:
    return governed(*resources).account()


def lock(scope: str, level: Any = "CanNotDelete") -> Resource:
    return resource("lock", f"{scope}{AUTHORIZATION}/locks/keep", SUB, {"properties": {"level": level}})


def assignment(scope: str, definition: Any, mode: Any = "Default", **properties: Any) -> Resource:
    id_ = f"{scope}{AUTHORIZATION}/policyAssignments/guard"
    above = not id_.startswith(SUB)
    told = {"policyDefinitionId": definition, "enforcementMode": mode, **properties}
    return resource("policy_assignment", f"{SUB}{id_}" if above else id_, SUB, {"id": id_, "properties": told})


def exemption(scope: str, **properties: Any) -> Resource:
    id_ = f"{scope}{AUTHORIZATION}/policyExemptions/branch"
    told = {"expiresOn": "2099-01-01T00:00:00Z", "description": "why", **properties}
    return resource("policy_exemption", id_ if id_.startswith(SUB) else f"{SUB}{id_}", SUB, {"properties": told})


def state(on: str, compliance: Any = "NonCompliant", **members: Any) -> Resource:
    told = {
        "resourceId": on,
        "complianceState": compliance,
        "policyAssignmentId": GUARD.lower(),
        "policyDefinitionName": "037eea7a",
        **members,
    }
    return resource("policy_state", f"{on}/providers/Microsoft.PolicyInsights/policyStates/1", SUB, told)


def plan(name: str, tier: Any) -> Resource:
    id_ = f"{SUB}/providers/Microsoft.Security/pricings/{name}"
    return resource("defender_plan", id_, SUB, {"properties": {"pricingTier": tier}})


def assessment(on: str, code: Any, name: Any = "Do this") -> Resource:
    id_ = f"{on}/providers/Microsoft.Security/assessments/{code}"
    body = {"properties": {"displayName": name, "status": {"code": code}}}
    return resource("security_assessment", id_, SUB, body)


def setting(on: Any) -> Resource:
    id_ = f"{ACCOUNT}/defenderForAISettings/Default"
    return resource("defender_setting", id_, ACCOUNT, {"properties": {"state": on}})


@pytest.mark.parametrize(
    ("locks", "protected"),
    [
        ([], False),
        ([lock(ACCOUNT)], True),
        ([lock(GROUP.upper())], True),
        ([lock(SUB, "ReadOnly")], True),
        ([lock(ACCOUNT, "cannotdelete")], True),
        ([lock(ACCOUNT, "NotSpecified")], False),
        ([lock(NEIGHBOUR)], False),
        ([lock(f"{GROUP}-2")], False),
        ([lock(f"{ACCOUNT}/deployments/chat")], False),
        ([lock(ACCOUNT, "KeepForever")], None),
        ([lock(ACCOUNT, None)], None),
        ([lock(ACCOUNT, 7), lock(GROUP)], True),
    ],
)
def test_a_lock_protects_what_it_stands_on_and_all_below(locks: list[Resource], protected: bool | None) -> None:
    """Its account's, its group's or its subscription's; one of an unknown level proves nothing either way."""
    assert account(*locks)["locks"].get("protected") is protected


def test_violations_name_assignment_and_policy_and_stay_with_their_account() -> None:
    """An initiative's policy by its reference, a part of the account by its name, and once what each is called."""
    found = account(
        assignment(MANAGEMENT, "/x/policySetDefinitions/G", displayName="Contoso guardrails"),
        state(ACCOUNT.upper(), policyDefinitionReferenceId="Deny-Network"),
        state(f"{ACCOUNT}/deployments/chat", "noncompliant"),
        state(NEIGHBOUR),
        state(f"{ACCOUNT}/deployments/trial", "Compliant"),
    )
    assert found["policy"]["violations"] == [
        "guard: 037eea7a (on chat)",
        "guard: Deny-Network",
    ]
    assert found["policy"]["violated"] == ["Contoso guardrails"]


@pytest.mark.parametrize(
    "members",
    [{"complianceState": None}, {"complianceState": 3}, {"policyAssignmentId": None}, {"policyDefinitionName": []}],
)
def test_a_state_of_no_known_shape_is_no_answer(members: dict[str, Any]) -> None:
    """It is neither a violation nor none."""
    assert "violations" not in account(state(ACCOUNT, **members))["policy"]


@pytest.mark.parametrize(
    ("assignments", "enforced", "trials"),
    [
        ([], [], []),
        ([assignment(MANAGEMENT, "/x/policySetDefinitions/Guard")], ["guard"], []),
        ([assignment(SUB, "/x/policyDefinitions/Guard", None)], ["guard"], []),
        ([assignment(GROUP, "/x/Guard", "DoNotEnforce")], [], ["guard"]),
        ([assignment(GROUP, "/x/Guard", "DoNotEnforce"), assignment(SUB, "/x/guard")], ["guard"], []),
        ([assignment(SUB, "/x/Guard", notScopes=[GROUP.upper()])], [], []),
        ([assignment(SUB, "/x/Guard", notScopes=[f"{GROUP}-2"])], ["guard"], []),
        ([assignment(NEIGHBOUR, "/x/Guard")], [], []),
        ([assignment(SUB, "/x/Guard", "Sometimes")], None, None),
        ([assignment(SUB, None)], None, None),
    ],
)
def test_what_is_assigned_above_is_enforced_or_on_trial(
    assignments: list[Resource], enforced: list[str] | None, trials: list[str] | None
) -> None:
    """Inherited from above, left out where it says so, and not known where its mode is not."""
    policy = account(*assignments)["policy"]
    assert (policy.get("enforced"), policy.get("not_enforced")) == (enforced, trials)


@pytest.mark.parametrize(
    ("properties", "unjustified"),
    [
        ({}, []),
        ({"expiresOn": None}, ["branch: has no end"]),
        ({"expiresOn": "2020-01-31T00:00:00.1234567Z"}, ["branch: ended on 2020-01-31"]),
        ({"expiresOn": "2020-01-31", "description": " "}, ["branch: ended on 2020-01-31, has no description"]),
        ({"description": None, "displayName": "<b>x"}, ["<b>x: has no description"]),
        ({"expiresOn": "soon"}, None),
        ({"expiresOn": 7}, None),
    ],
)
def test_an_exemption_needs_a_reason_and_an_end(properties: dict[str, Any], unjustified: list[str] | None) -> None:
    """Wherever above the account it stands."""
    for scope in (ACCOUNT, GROUP, SUB, MANAGEMENT):
        policy = account(exemption(scope, **properties))["policy"]
        assert policy["exemptions"] == 1
        assert policy.get("unjustified_exemptions") == unjustified


@pytest.mark.parametrize(
    ("plans", "told"),
    [
        ([plan("AI", "Standard"), plan("CloudPosture", "Free")], {"ai": True, "posture": False}),
        ([plan("ai", "standard")], {"ai": True}),
        ([plan("AI", "Premium"), plan("VirtualMachines", "Standard")], {}),
        ([plan("AI", None)], {}),
    ],
)
def test_a_plan_is_on_off_or_not_told(plans: list[Resource], told: dict[str, bool]) -> None:
    """A cloud that does not list a plan does not say that it is off."""
    assert governed(*plans).of("subscription", SUB).variables["subscription"].get("defender", {}) == told


@pytest.mark.parametrize(
    ("settings", "disabled"),
    [
        ([], False),
        ([setting("Enabled")], False),
        ([setting("disabled")], True),
        ([setting("Paused")], None),
        ([setting(None)], None),
    ],
)
def test_an_account_is_switched_off_by_its_own_setting_alone(settings: list[Resource], disabled: bool | None) -> None:
    """Without one the subscription's plan decides."""
    assert account(*settings)["defender"].get("disabled") is disabled


@pytest.mark.parametrize(
    ("assessments", "open_"),
    [
        ([], []),
        ([assessment(ACCOUNT.upper(), "Unhealthy"), assessment(NEIGHBOUR, "Unhealthy", "Other")], ["Do this"]),
        ([assessment(ACCOUNT, "Healthy"), assessment(ACCOUNT, "NotApplicable")], []),
        ([assessment(ACCOUNT, "unhealthy", None)], ["unhealthy"]),
        ([assessment(ACCOUNT, "Odd")], None),
        ([assessment(ACCOUNT, {"a": 1})], None),
    ],
)
def test_open_recommendations_are_those_of_the_account(assessments: list[Resource], open_: list[str] | None) -> None:
    """By name, and none of a neighbour whose name begins alike."""
    assert account(*assessments)["defender"].get("recommendations") == open_


@pytest.mark.parametrize(
    ("kind", "scope", "paths"),
    [
        ("lock", SUB, ["account.locks"]),
        ("policy_state", SUB, ["account.policy.violated", "account.policy.violations"]),
        (
            "policy_assignment",
            SUB,
            ["account.policy.enforced", "account.policy.not_enforced", "account.policy.violated"],
        ),
        ("policy_exemption", SUB, ["account.policy.exemptions", "account.policy.unjustified_exemptions"]),
        ("security_assessment", SUB, ["account.defender.recommendations"]),
        ("defender_setting", ACCOUNT, ["account.defender.disabled", "account.defender.settings"]),
        ("defender_plan", SUB, ["subscription.defender"]),
    ],
)
def test_a_list_that_was_refused_leaves_its_own_facts_unknown(kind: str, scope: str, paths: list[str]) -> None:
    """And nothing else; each leads to the gap."""
    facts = governed(lock(ACCOUNT), state(ACCOUNT), plan("AI", "Free")).hidden(kind, scope).of("account", ACCOUNT)
    for path in paths:
        assert facts.absences[path] == f"gap {kind} {scope}"
    assert {path for path, gap in facts.absences.items() if gap == f"gap {kind} {scope}"} == set(paths)


def test_two_subscriptions_of_one_management_group_are_told_apart() -> None:
    """What is inherited stands in each of them."""
    other = "/subscriptions/00000000-0000-4000-8000-0000000000ee"
    inherited = assignment(MANAGEMENT, "/x/Guard")
    foreign = inherited.model_copy(update={"id": f"{other}{GUARD}", "parent": other})
    assert account(foreign)["policy"]["enforced"] == []
    assert account(inherited, foreign)["policy"]["enforced"] == ["guard"]
