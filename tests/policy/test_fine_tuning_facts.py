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
