"""A refused api-version gives way to the newest stable one that the refusal lists."""

from __future__ import annotations

import json

import pytest

from auditor.cloud.versions import Versions, newest_offered


@pytest.mark.parametrize(
    ("message", "newest"),
    [
        ("The supported api-versions are '2023-05-01, 2025-09-01, 2026-05-15-preview'. The", "2025-09-01"),
        ("is invalid. The supported versions are '2024-10-01,2025-10-01-preview'.", "2024-10-01"),
        ("The supported versions are 2024-11-01", "2024-11-01"),
        ("The supported api-versions are '2025-10-01-preview'.", "2025-10-01-preview"),
        ("API version '2026-07-01' is not welcome", None),
        ("The supported versions are date-based (e.g. 2022-04-01).", None),
    ],
)
def test_the_newest_stable_version_is_taken_from_the_list_alone(message: str, newest: str | None) -> None:
    """The version that was refused stands in the message too and is no candidate; a preview is the last resort."""
    assert newest_offered(message) == newest


def refusal(versions: str) -> bytes:
    words = f"The api-version 'x' is invalid. The supported versions are '{versions}'."
    return json.dumps({"error": {"code": "InvalidApiVersionParameter", "message": words}}).encode()


def test_what_one_kind_was_refused_the_others_still_ask_for() -> None:
    """A list that is younger or older than the rest takes nothing from them, until they are refused it too."""
    versions = Versions()
    assert versions.refused("blocklist", "2026-07-01", refusal("2024-10-01"))
    assert (versions.of("blocklist"), versions.of("deployment")) == ("2024-10-01", "2026-07-01")
    assert versions.refused("deployment", "2026-07-01", refusal("2026-05-01,2025-09-01"))
    assert (versions.of("blocklist"), versions.of("deployment")) == ("2024-10-01", "2026-05-01")


def test_reads_of_a_kind_that_were_under_way_take_what_the_first_was_offered() -> None:
    """They asked with the old version before the refusal came; none of them is refused for good."""
    versions = Versions()
    assert versions.refused("deployment", "2026-07-01", refusal("2025-09-01"))
    assert versions.refused("deployment", "2026-07-01", refusal("2025-09-01"))
    assert versions.of("deployment") == "2025-09-01"
    assert not versions.refused("deployment", "2025-09-01", refusal("2025-09-01"))


def test_diagnostic_settings_are_never_read_with_another_version() -> None:
    """An older version is reported to answer with an empty list, which would be a false absence."""
    versions = Versions()
    assert not versions.refused("diagnostic_setting", "2021-05-01-preview", refusal("2017-05-01-preview"))


def test_other_errors_do_not_change_the_version() -> None:
    """Only a refusal of the version itself does."""
    versions = Versions()
    body = json.dumps({"error": {"code": "AuthorizationFailed", "message": "supported versions are 2024-01-01"}})
    assert not versions.refused("account", "2026-07-01", body.encode())
    assert versions.of("account") == "2026-07-01"
