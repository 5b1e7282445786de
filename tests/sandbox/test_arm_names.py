"""Whether a name is free, as Resource Manager says it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.sandbox import load_world
from auditor.sandbox.wire import Answer
from tests.sandbox.asking import COGNITIVE, SUBSCRIPTION, ask_arm, body
from tests.sandbox.official import example_paths, need_shared, unknown

ASKED = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/checkDomainAvailability"
TYPE = "Microsoft.CognitiveServices/accounts"


def asked(name: object, *faults: str, world: str = "unprovisioned", **posted: Any) -> Answer:
    told = {"subdomainName": name, "type": TYPE, **posted}
    return ask_arm(load_world(world, faults), ASKED, COGNITIVE, method="POST", posted=told)


@pytest.mark.parametrize(
    ("name", "faults", "free"),
    [
        ("contoso-new", (), True),
        ("CONTOSO-matter-swc", (), False),
        ("contoso-search-uks", (), True),
        ("contoso-search-uks", ("account-name-taken",), False),
        ("contoso-search-uks", ("account-name-soft-deleted",), False),
    ],
)
def test_a_name_is_free_that_nobody_holds(name: str, faults: tuple[str, ...], free: bool) -> None:
    """An account has it, another tenant, or one that was deleted and not purged."""
    told = body(asked(name, *faults))
    assert told["isSubdomainAvailable"] is free
    assert ("reason" in told) is not free
    assert (told["subdomainName"], told["type"]) == (name, TYPE)


def test_the_answer_has_the_published_shape() -> None:
    """No member that the API's example has not."""
    need_shared()
    known = example_paths("cognitiveservices-2024-10-01", "CheckDomainAvailability.json")
    assert unknown(body(asked("contoso-matter-swc")), known) == []


def test_reader_may_not_ask() -> None:
    """It is an action, not a read."""
    assert asked("contoso-new", world="healthy").status == 403


def test_a_question_without_a_name_is_refused() -> None:
    """As by the service."""
    assert asked("").status == 400
    assert ask_arm(load_world("unprovisioned"), ASKED, COGNITIVE, method="POST").status == 400
    assert ask_arm(load_world("unprovisioned"), ASKED, COGNITIVE).status == 404
