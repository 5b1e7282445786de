"""When the service changes the version behind a deployment, as far as it has announced it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.record import JsonObject
from tests.policy.estate import PLACE, estate

MODEL = f"{PLACE}/models/AIServices.OpenAI.gpt-4.1.2025-04-14"


def upgrade(option: str | None, config: Any, deployment: str = "chat") -> JsonObject:
    """Of a deployment whose model retires on 2027-10-14."""
    bent = estate().with_deployment(deployment, versionUpgradeOption=option)
    bent = bent.changed("model", MODEL, lambda body: body["model"].update(replacementConfig=config))
    found: JsonObject = bent.deployment(deployment).get("upgrade", {})
    return found


@pytest.mark.parametrize(
    ("option", "config", "on"),
    [
        ("OnceCurrentVersionExpired", None, "2027-10-14"),
        (None, None, "2027-10-14"),
        ("OnceCurrentVersionExpired", {"upgradeOnExpiryLeadTimeDays": 14}, "2027-09-30"),
        ("OnceCurrentVersionExpired", {"autoUpgradeStartDate": "2027-01-01T00:00:00Z"}, "2027-10-14"),
        ("OnceNewDefaultVersionAvailable", {"autoUpgradeStartDate": "2027-01-01T00:00:00Z"}, "2027-01-01"),
        ("OnceNewDefaultVersionAvailable", {"autoUpgradeStartDate": "2028-01-01T00:00:00Z"}, "2027-10-14"),
        ("OnceNewDefaultVersionAvailable", {}, "2027-10-14"),
    ],
)
def test_the_day_on_which_it_begins(option: str | None, config: Any, on: str) -> None:
    assert upgrade(option, config) == {"by_service": True, "announced": True, "on": on}


@pytest.mark.parametrize(
    "config",
    [
        {"autoUpgradeStartDate": "soon"},
        {"upgradeOnExpiryLeadTimeDays": "14"},
        {"upgradeOnExpiryLeadTimeDays": -1},
        {"upgradeOnExpiryLeadTimeDays": 10**9},
    ],
)
def test_a_day_that_nobody_understands_is_not_known(config: JsonObject) -> None:
    assert upgrade("OnceNewDefaultVersionAvailable", config) == {"by_service": True}


def test_what_nothing_upgrades_has_no_day() -> None:
    assert upgrade("NoAutoUpgrade", None) == {"by_service": False}
    assert upgrade("OnceCurrentVersionExpired", None, "chat-ptu") == {"by_service": False}


def test_a_model_without_any_date_is_not_announced() -> None:
    def forget(body: JsonObject) -> None:
        body["model"].pop("deprecation")
        for sku in body["model"]["skus"]:
            sku.pop("deprecationDate")

    found = estate().changed("model", MODEL, forget).deployment()["upgrade"]
    assert found == {"by_service": True, "announced": False}
