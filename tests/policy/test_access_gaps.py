"""What was not seen of roles and assignments takes away what rests on it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.roles import RESPOND
from auditor.record import JsonObject
from auditor.snapshot import Resource
from tests.policy.assignments import (
    APP,
    AUTH,
    CONTRIBUTOR,
    KINDS,
    MANAGEMENT,
    OPENAI_USER,
    OPERATOR,
    OTHER_APP,
    OWNER,
    PERSON,
    READER,
    TEAM,
    access,
    denial,
    eligible,
    given,
    held,
    principals,
)
from tests.policy.estate import ACCOUNT, GROUP, SUB, estate, resource

LISTS = ("conditional", "custom_broad_roles", "direct_users", "identity_powers", "wide")
DENIABLE = ("identities_lacking", "key_readers")


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
