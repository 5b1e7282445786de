"""What the settings limit is what is read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.pretend import SUBSCRIPTION, Answer, P, Pretend, S
from tests.collect.estate import (
    OTHER,
    A,
    account,
    fill,
    look_at,
    workload,
)


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ({"accounts": ["B"]}, {"b"}),
        ({"tags": {"app": "x"}}, {"a"}),
        ({"tags": {"app": "X"}}, set()),
        ({"accounts": ["a", "b"], "tags": {"app": "x"}}, {"a"}),
    ],
)
async def test_names_and_tags_narrow_what_is_read(azure: Pretend, scope: dict[str, Any], names: set[str]) -> None:
    """Names without case, tag values with; nothing of another account is asked for."""
    fill(azure)
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION], **scope})
    read = {resource.id.rpartition("/")[2] for resource in collected.resources if resource.kind == "account"}
    assert read == names
    assert {
        path.split("/")[8] for path in azure.paths() if "/resourceGroups/rg" in path and "/accounts/" in path
    } <= names
    assert collected.gaps == ()


async def test_resource_groups_are_listed_one_by_one_and_stand_for_the_subscription(azure: Pretend) -> None:
    """One list per group instead of the whole subscription's; a group that does not exist has none."""
    fill(azure)
    missing = Answer({"error": {"code": "ResourceGroupNotFound", "message": "no"}}, 404)
    azure.say(f"{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts", {"value": [account(A, "x")]})
    azure.say(f"{S}/resourceGroups/gone/providers/Microsoft.CognitiveServices/accounts", missing)
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION], "resource_groups": ["rg", "gone"]})
    assert f"{P}/accounts" not in azure.paths()
    listed = [(listing.scope, listing.count) for listing in collected.listings if listing.kind == "account"]
    assert listed == [(S, 1)]


async def test_a_workload_outside_the_scope_is_not_read(azure: Pretend) -> None:
    """An account that a workload names by id in another subscription draws no request there."""
    fill(azure)
    await look_at(azure, workloads=[workload(A.replace(S, OTHER), "westus3")])
    assert not [path for path in azure.paths() if path.startswith(OTHER) and "CognitiveServices" in path]
    assert not [path for path in azure.paths() if "westus3" in path]


async def test_what_stands_above_two_subscriptions_is_kept_for_each(azure: Pretend) -> None:
    """A management group's assignment is told by both lists, and says of both that it holds there."""
    fill(azure)
    own = "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/roleAssignments/r1"
    below = f"{A}/providers/Microsoft.Authorization/roleAssignments/r2"
    for scope, ids in ((S, [own, below]), (OTHER, [own])):
        rows = [{"id": one, "properties": {"principalId": "p"}} for one in ids]
        azure.say(f"{scope}/providers/Microsoft.Authorization/roleAssignments", {"value": rows})
    both = {"subscriptions": [SUBSCRIPTION, OTHER.rpartition("/")[2]]}
    kept = [one for one in (await look_at(azure, scope=both)).resources if one.kind == "role_assignment"]
    assert {(one.id, one.parent) for one in kept} == {(f"{S}{own}", S), (f"{OTHER}{own}", OTHER), (below, S)}
    assert {str(one.body["id"]) for one in kept} == {own, below}


async def test_a_vault_in_another_subscription_of_the_scope_is_found_there(azure: Pretend) -> None:
    """A URI does not tell where a vault lies; the account's own subscription is looked through first."""
    fill(azure)
    elsewhere = f"{OTHER}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/kv"
    azure.say(f"{S}/providers/Microsoft.KeyVault/vaults", {"value": []})
    there = {"id": elsewhere, "properties": {"vaultUri": "https://kv.vault.azure.net/"}}
    azure.say(f"{OTHER}/providers/Microsoft.KeyVault/vaults", {"value": [there]})
    azure.say(f"{elsewhere}/keys/cmk", {"id": f"{elsewhere}/keys/cmk"})
    collected = await look_at(azure, scope={"subscriptions": [SUBSCRIPTION, OTHER.rpartition("/")[2]]})
    assert {one.id for one in collected.resources if one.kind in {"vault", "vault_key"}} == {
        elsewhere,
        f"{elsewhere}/keys/cmk",
    }
