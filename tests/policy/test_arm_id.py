"""Names in ARM ids."""

from __future__ import annotations

import pytest

from auditor.policy.facts import arm_id
from tests.policy.estate import ACCOUNT, GUID, PLACE, SUB


@pytest.mark.parametrize("said", ["Sweden Central", "SwedenCentral", "swedencentral", "SWEDENCENTRAL"])
def test_a_region_has_one_name_in_code(said: str) -> None:
    """However the service spells it."""
    assert arm_id.region(said) == "swedencentral"


@pytest.mark.parametrize("said", ["", " ", None, 5, ["eastus"]])
def test_what_is_no_region_has_none(said: object) -> None:
    """Neither a default nor an error."""
    assert arm_id.region(said) is None


def test_parts_of_an_id_are_found_without_case() -> None:
    """`resourcegroups` and `resourceGroups` are one."""
    assert arm_id.segment(ACCOUNT.lower(), "resourceGroups") == "rg-chat"
    assert arm_id.segment(ACCOUNT, "deployments") is None
    assert arm_id.subscription_scope(ACCOUNT) == SUB
    assert arm_id.subscription_scope("accounts/x") is None
    assert arm_id.last(f"{ACCOUNT}/") == "aif-chat"
    assert arm_id.parent_account(f"{ACCOUNT}/deployments/chat/probes/text") == ACCOUNT
    assert arm_id.location_scope(f"/subscriptions/{GUID}", "swedencentral") == PLACE
    assert arm_id.is_arm_id("/Subscriptions/x")
    assert not arm_id.is_arm_id("aif-chat")
