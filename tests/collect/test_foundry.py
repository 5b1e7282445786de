"""Projects are asked for where there can be any, and what hangs on each is read with it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.snapshot import GapReason
from tests.cloud.pretend import P, Pretend
from tests.collect.estate import DENIED, A, B, account, fill, found, look_at, unseen

BELOW = ("/projects", "/connections", "/capabilityHosts")


def asked(azure: Pretend, account_id: str) -> set[str]:
    """What was asked for below an account, of these."""
    paths = {request.path.lower() for request in azure.seen}
    return {below for below in BELOW if f"{account_id}{below}".lower() in paths}


def with_second(azure: Pretend, **more: Any) -> None:
    """The second account told otherwise, in the list and whole."""
    told = account(B, "swedencentral", **more)
    azure.say(f"{P}/accounts", {"value": [account(A, "Sweden Central"), told]})
    azure.say(B, told)


async def test_an_account_of_another_kind_is_not_asked(azure: Pretend) -> None:
    """It can have none of these, and no gap says so."""
    fill(azure)
    collected = await look_at(azure)
    assert asked(azure, A) == set()
    assert asked(azure, B) == set(BELOW)
    assert collected.gaps == ()


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"allowProjectManagement": False}, set()),
        ({"allowProjectManagement": True}, set(BELOW)),
        ({"allowProjectManagement": None}, set(BELOW)),
        ({}, set(BELOW)),
    ],
)
async def test_an_account_is_asked_unless_it_says_no(
    azure: Pretend, properties: dict[str, Any], expected: set[str]
) -> None:
    """What an older list leaves out is asked for."""
    fill(azure)
    with_second(azure, kind="aiservices", properties=properties)
    collected = await look_at(azure)
    assert asked(azure, B) == expected
    assert collected.gaps == ()


async def test_projects_that_may_not_be_listed_are_a_gap_and_the_account_is_still_read(azure: Pretend) -> None:
    """What hangs on projects is then not known, and nothing claims that it is."""
    fill(azure)
    azure.say(f"{B}/projects", DENIED)
    collected = await look_at(azure)
    assert unseen(collected) == [("project", B, GapReason.DENIED)]
    assert "project_connection" not in found(collected)
    assert "project_connection" not in {one.kind for one in collected.listings}
    assert found(collected)["connection"] == 1


async def test_one_project_that_is_refused_hides_no_other(azure: Pretend) -> None:
    """Each has its own gap."""
    fill(azure)
    more = f"{B}/projects/q"
    azure.say(f"{B}/projects", {"value": [{"id": f"{B}/projects/p"}, {"id": more}]})
    azure.say(f"{more}/connections", DENIED)
    azure.say(f"{more}/capabilityHosts", {"value": []})
    collected = await look_at(azure)
    assert unseen(collected) == [("project_connection", more, GapReason.DENIED)]
    assert found(collected)["project_connection"] == 1


async def test_a_project_by_an_id_of_another_kind_is_not_followed(azure: Pretend) -> None:
    """It leaves a gap, and no request goes where it points."""
    fill(azure)
    strange = f"{P}/locations/swedencentral"
    azure.say(f"{B}/projects", {"value": [{"id": strange}]})
    azure.say(f"{strange}/capabilityHosts", {"value": []})
    collected = await look_at(azure)
    assert ("project_connection", strange, GapReason.MALFORMED) in unseen(collected)
    assert not any("connections" in request.path for request in azure.seen if strange in request.path)


async def test_a_connections_credentials_are_never_kept(azure: Pretend) -> None:
    """Should the service ever tell them: not in the snapshot's body."""
    fill(azure)
    secret = "neither long nor strange"
    told = {
        "id": f"{B}/connections/c",
        "properties": {"authType": "CustomKeys", "credentials": {"keys": {"a": secret}}},
    }
    azure.say(f"{B}/connections", {"value": [told]})
    collected = await look_at(azure)
    (kept,) = [one for one in collected.resources if one.kind == "connection"]
    assert kept.body["properties"] == {"authType": "CustomKeys", "credentials": "***"}
