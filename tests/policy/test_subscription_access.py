"""Who holds standing privilege over a subscription."""

from __future__ import annotations

import pytest

from auditor.snapshot import Resource
from tests.policy.assignments import (
    APP,
    CONTRIBUTOR,
    MANAGEMENT,
    OTHER_APP,
    OWNER,
    PERSON,
    READER,
    TEAM,
    eligible,
    given,
    held,
    owned,
    principals,
)
from tests.policy.estate import GROUP, SUB


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
