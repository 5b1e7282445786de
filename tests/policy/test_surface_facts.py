"""What is known of a deployment on the APIs beside its first."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.policy.facts.surfaces import surfaces
from auditor.record import JsonObject
from auditor.settings import ExpectedDeployment

OK = {"surface": "project", "project": "shop", "probe": "text", "ok": True}
REFUSED = {
    **OK,
    "ok": False,
    "failure": {"cause": "The role is missing.", "next_step": "Assign it."},
    "shortfall": "not this",
}
FORGOT = {"surface": "2025-04-01-preview", "probe": "conversation", "ok": False, "shortfall": "it forgot"}
NOT_OFFERED = {"surface": "2025-04-01-preview", "probe": "background", "ok": False, "reason": "not offered"}
SKIPPED = {"surface": "project", "probe": "stream", "reason": "the time was over"}


def told(declared: list[tuple[str, ...]], elsewhere: list[JsonObject]) -> Any:
    expected = [ExpectedDeployment(name="a", model="b", surfaces=one, project="shop") for one in declared]
    return surfaces(expected, elsewhere, "gap-1")


def test_what_nobody_declares_is_v1_and_nothing_fails_elsewhere() -> None:
    assert told([], []).facts == {"surfaces": ["v1"], "failed_elsewhere": []}


def test_surfaces_of_several_workloads_are_named_once_in_their_order() -> None:
    facts = told([("project", "v1"), ("v1", "2025-04-01-preview")], [OK]).facts
    assert facts == {"surfaces": ["project", "v1", "2025-04-01-preview"], "failed_elsewhere": []}


def test_each_failure_names_surface_probe_and_cause() -> None:
    """The class's cause before our shortfall before a reason."""
    rows = told([("v1", "project")], [OK, REFUSED, FORGOT, NOT_OFFERED, {"ok": False}]).facts["failed_elsewhere"]
    assert [(row["surface"], row["probe"], row["cause"]) for row in rows] == [
        ("project shop", "text", "The role is missing"),
        ("2025-04-01-preview", "conversation", "it forgot"),
        ("2025-04-01-preview", "background", "not offered"),
        ("None", "a call", "it failed without a word"),
    ]
    assert rows[0]["next_step"] == "Assign it."


@pytest.mark.parametrize("elsewhere", [[], [SKIPPED], [OK, SKIPPED], [{"ok": "yes"}]])
def test_what_was_not_asked_is_not_known(elsewhere: list[JsonObject]) -> None:
    """And never an empty list; the gap says why."""
    part = told([("v1", "project")], elsewhere)
    assert part.facts == {"surfaces": ["v1", "project"]}
    assert part.absences == {"failed_elsewhere": "gap-1"}


def test_a_failure_is_one_whatever_else_was_not_asked() -> None:
    assert len(told([("v1", "project")], [SKIPPED, REFUSED]).facts["failed_elsewhere"]) == 1
