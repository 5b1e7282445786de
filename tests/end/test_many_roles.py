"""Ten thousand role assignments, page by page over the wire: the right ones are found, in work that grows with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from auditor.finding import Outcome
from auditor.policy.facts import join
from auditor.sandbox import World, load_world
from auditor.sandbox.stored import Stored
from auditor.settings import Settings
from auditor.snapshot import Snapshot
from tests import conftest
from tests.conftest import Done, audit_world

MANY = 10_000
PAGE = 500

SUB = "/subscriptions/00000000-0000-4000-8000-0000000000a1"
BELOW = "/providers/Microsoft.Authorization/roleAssignments"
SUPPORT = f"{SUB}/resourceGroups/rg-support-prod/providers/Microsoft.CognitiveServices/accounts/contoso-support-weu"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CALLS = "a97b65f3-24c7-4388-baec-2e87135dc908"
"""Cognitive Services User, which calls models and lists keys."""

USERS = 40
"""Who may call the support desk's models by name."""


@pytest.fixture(scope="module")
def crowded() -> Iterator[Done]:
    """An audit of the healthy world with that many assignments more."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conftest, "load_world", lambda name, faults: crowd(load_world(name, faults)))
        yield audit_world("healthy", packs=["regulated"], flags={"--no-probes": True})


def crowd(world: World) -> World:
    """Nearly all are Readers of other resource groups; the users of one account stand among them, far apart."""
    more = {f"crowd-{number}": assignment(number) for number in range(MANY)}
    return world.model_copy(update={"stored": {**world.stored, **more}, "page_size": PAGE})


def assignment(number: int) -> Stored:
    wanted = number % (MANY // USERS) == 7
    scope = SUPPORT if wanted else f"{SUB}/resourceGroups/rg-{number % 900}"
    name = f"00000000-0000-4000-9000-{number:012d}"
    role = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/{CALLS if wanted else READER}"
    properties = {"roleDefinitionId": role, "principalId": name, "principalType": "User", "scope": scope}
    return Stored(name=f"crowd-{number}", id=f"{scope}{BELOW}/{name}", properties=properties)


def test_all_pages_are_read_each_once(crowded: Done) -> None:
    """One list, and as many requests as it has pages."""
    pages = [one for one in crowded.sandbox.requests if one.path.lower().endswith(BELOW.lower())]
    kept = [one for one in crowded.audit.snapshot.resources if one.kind == "role_assignment"]
    assert len(kept) > MANY
    assert len(pages) == -(-len(kept) // PAGE)
    assert len({str(one.query) for one in pages}) == len(pages)
    (listing,) = [one for one in crowded.audit.snapshot.listings if one.kind == "role_assignment"]
    assert listing.count == len(kept)


def test_those_that_matter_are_found_among_them(crowded: Done) -> None:
    """All users of the one account, and nobody of another; nothing else fails for the crowd."""
    found = crowded.audit.run.findings
    failed = {(one.check, one.subject.name) for one in found if one.outcome is Outcome.FAIL}
    assert failed == {
        ("keys-listable-by-many", "contoso-support-weu"),
        ("role-assigned-to-user", "contoso-support-weu"),
    }


def users(snapshot: Snapshot, account: str) -> list[Any]:
    (facts,) = [
        one for one in join(snapshot, Settings.model_validate(snapshot.settings)) if one.id.lower() == account.lower()
    ]
    access: Any = facts.variables["account"]
    rows: list[Any] = access["access"]["direct_users"]
    return rows


def test_every_one_of_them_is_among_the_facts(crowded: Done) -> None:
    """The fact is whole, however much a report quotes of it."""
    assert len(users(crowded.audit.snapshot, SUPPORT)) == USERS


def test_the_work_grows_with_their_number_and_no_faster(crowded: Done) -> None:
    """Counted in calls of functions: each further thousand costs what the one before it did."""
    whole = crowded.audit.snapshot
    calls = [work(thinned(whole, number)) for number in (1_000, 2_000, 3_000)]
    first, second = calls[1] - calls[0], calls[2] - calls[1]
    assert first > 1_000
    assert abs(second - first) < first / 20


def thinned(snapshot: Snapshot, number: int) -> Snapshot:
    """With this many of the assignments, none of which matters."""
    rest = [one for one in snapshot.resources if one.kind != "role_assignment" or "-9000-" not in one.id]
    crowd = [one for one in snapshot.resources if "/resourcegroups/rg-" in one.id.lower() and "-9000-" in one.id]
    idle = [one for one in crowd if SUPPORT.lower() not in one.id.lower()][:number]
    return snapshot.model_copy(update={"resources": (*rest, *idle)})


def work(snapshot: Snapshot) -> int:
    """How many functions are called to join it."""
    settings = Settings.model_validate(snapshot.settings)
    count = 0

    def counted(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        join(snapshot, settings)
    finally:
        sys.setprofile(before)
    return count
