"""What the permissions of a role grant, and how broad they are."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.roles import CALLS, LIST_KEYS, POWERS, RESPOND, grant, role
from auditor.record import JsonObject
from tests.policy.assignments import (
    CONTRIBUTOR,
    OPENAI_USER,
    OPERATOR,
    OWNER,
    PERMISSIONS,
    READER,
    SERVICES_USER,
    definition,
    permission,
)


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
