"""A deployment of a fine-tuned model is told by its name, and its end by what the base's catalogue entry announces."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.record import JsonObject
from tests.policy.estate import PLACE, estate, gap

MODEL = f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14"
TUNED = "gpt-4.1-2025-04-14.ft-6dae574b63474a92851f39ca51f0638a-shop"


def tuned(name: Any, end: Any = None) -> JsonObject:
    bent = estate().with_deployment(model={"format": "OpenAI", "name": name, "version": "1"})
    bent = bent.changed("model", MODEL, lambda body: body["model"]["deprecation"].update(fineTune=end))
    found: JsonObject = bent.deployment().get("fine_tuning", {})
    return found


@pytest.mark.parametrize(
    ("name", "end", "facts"),
    [
        ("gpt-4.1", "2026-12-01", {"used": False}),
        (
            TUNED,
            "2026-12-01T00:00:00Z",
            {"used": True, "base": "gpt-4.1 2025-04-14", "announced": True, "ends": "2026-12-01", "days_left": 10},
        ),
        (TUNED, None, {"used": True, "base": "gpt-4.1 2025-04-14", "announced": False}),
        (TUNED, "soon", {"used": True, "base": "gpt-4.1 2025-04-14"}),
        ("gpt-9-0125.ft-x", None, {"used": True, "base": "gpt-9 0125"}),
        ("own-name.ft-x", None, {"used": True}),
        (7, None, {}),
    ],
)
def test_what_a_name_and_the_base_tell(name: Any, end: Any, facts: JsonObject) -> None:
    assert tuned(name, end) == facts


def test_an_unread_catalogue_is_named() -> None:
    """Neither announced nor not."""
    bent = estate().with_deployment(model={"format": "OpenAI", "name": TUNED, "version": "1"}).hidden("model", PLACE)
    facts = bent.of("deployment", next(one.id for one in bent.resources if one.id.endswith("/chat")))
    assert facts.absences["deployment.fine_tuning.announced"] == gap("model", PLACE).id


def test_its_end_is_judged_by_its_base_and_says_so() -> None:
    """Regions list no fine-tuned models: without the base nothing would be known of any of them."""
    bent = estate().with_deployment(model={"format": "OpenAI", "name": TUNED, "version": "1"})
    bent = bent.changed("model", MODEL, lambda body: body["model"]["deprecation"].update(inference="2026-12-01"))
    facts = bent.of("deployment", next(one.id for one in bent.resources if one.id.endswith("/chat")))
    told = facts.variables["deployment"]["model"]
    assert (told["listed"], told["retired"], told["days_to_retirement"]) == (True, False, 10)
    assert "usage_name" not in told, "the pool of its base is not its own"
    assert "trained on" in facts.notes["deployment.model"][0]


@pytest.mark.parametrize("name", ["gpt-9-2025-01-01.ft-x", "own-name.ft-x"])
def test_a_model_whose_base_nobody_lists_is_not_known_rather_than_gone(name: str) -> None:
    """A name without a base is looked for as it is, and not found."""
    bent = estate().with_deployment(model={"format": "OpenAI", "name": name, "version": "1"})
    told = bent.deployment().get("model", {})
    assert "retired" not in told
    assert told.get("listed") in (None, False)


def test_an_expected_fine_tuned_model_is_offered_where_its_base_is() -> None:
    """With a SKU that the base lacks it is not known, never a no."""
    for sku, offered in (("GlobalStandard", True), ("DeveloperTier", None)):
        bent = estate().expecting({"name": "new", "model": TUNED, "version": "1", "sku": sku, "capacity": 1})
        found = next(facts for facts in bent.join().values() if facts.kind == "expectation")
        assert found.variables["expected"].get("offered") is offered
