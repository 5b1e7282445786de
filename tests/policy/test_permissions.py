"""Which of the needed read actions the caller was not granted."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.permissions import granted, matches
from tests.policy.estate import SUB, estate

READ = "Microsoft.CognitiveServices/accounts/read"


@pytest.mark.parametrize(
    ("pattern", "action", "matched"),
    [
        ("*", READ, True),
        ("*/read", READ, True),
        ("Microsoft.CognitiveServices/*", READ, True),
        ("microsoft.cognitiveservices/*/read", READ, True),
        ("Microsoft.CognitiveServices/*/read", "Microsoft.CognitiveServices/accounts/deployments/read", True),
        ("Microsoft.CognitiveServices/accounts/*/read", READ, False),
        ("*/read", "Microsoft.CognitiveServices/accounts/listKeys/action", False),
        (READ, READ, True),
        ("", READ, False),
        ("Microsoft.CognitiveServices.accounts/read", READ, False),
        ("a*a", "a", False),
        ("*a*b*", "xbya", False),
        ("**a**", "xay", True),
    ],
)
def test_a_star_stands_for_anything_and_case_says_nothing(pattern: str, action: str, matched: bool) -> None:
    """As roles are written: slashes are no border, dots are dots."""
    assert matches(pattern, action) is matched


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    """Custom roles are anybody's text."""
    assert matches("*a" * 200 + "b", "a" * 500) is False


def test_an_exception_holds_within_its_own_entry_alone() -> None:
    """Entries add up: what one role excepts another may grant."""
    excepting = {"actions": ["*"], "notActions": ["Microsoft.CognitiveServices/*"]}
    assert granted(READ, [excepting]) is False
    assert granted(READ, [excepting, {"actions": [READ], "notActions": []}]) is True


@pytest.mark.parametrize("entry", [{}, {"actions": "*"}, {"actions": ["*", 5]}, {"actions": ["*"], "notActions": "*"}])
def test_an_entry_of_another_shape_grants_nothing(entry: dict[str, Any]) -> None:
    """What nobody understands is no permission."""
    assert granted(READ, [entry]) is False


def test_missing_actions_are_those_that_no_entry_grants() -> None:
    """A reader whose role excepts Insights can't read diagnostic settings."""
    subscription: Any = estate().of("subscription", SUB).variables["subscription"]
    assert subscription["missing_actions"] == ["Microsoft.Insights/diagnosticSettings/read"]


def test_an_optional_action_is_not_missed() -> None:
    """What hangs on it is unknown; that the runner lacks it is no failure of its own."""
    optional = {"optional": ["Microsoft.Insights/diagnosticSettings/read"]}
    bent = estate().changed("required_actions", "/required-actions", lambda body: body.update(optional))
    subscription: Any = bent.of("subscription", SUB).variables["subscription"]
    assert subscription["missing_actions"] == []


@pytest.mark.parametrize(("kind", "scope"), [("permission", SUB), ("required_actions", "/required-actions")])
def test_missing_actions_are_not_known_without_either_side(kind: str, scope: str) -> None:
    """Unread permissions are not missing permissions."""
    facts = estate().hidden(kind, scope).of("subscription", SUB)
    assert "missing_actions" not in facts.variables["subscription"]
    if kind == "permission":
        assert facts.absences["subscription.missing_actions"] == f"gap permission {SUB}"
