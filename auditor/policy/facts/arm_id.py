"""Names in ARM ids, which compare without case and spell regions as they like."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

PROVIDER = "providers/Microsoft.CognitiveServices"


def fold(arm_id: str) -> str:
    """The id in the form that all comparisons use: lower case, without a closing slash."""
    return arm_id.lower().rstrip("/")


def last(arm_id: str) -> str:
    """The name at the end of an id."""
    return arm_id.rstrip("/").rpartition("/")[2]


def segment(arm_id: str, kind: str) -> str | None:
    """The name that follows `kind` in an id, such as the group after `resourceGroups`."""
    parts = arm_id.split("/")
    for name, value in pairwise(parts):
        if name.lower() == kind.lower():
            return value or None
    return None


def is_arm_id(name: str) -> bool:
    """Whether a name in the settings is an ARM id rather than a bare name."""
    return name.lower().startswith("/subscriptions/")


def subscription_scope(arm_id: str) -> str | None:
    """`/subscriptions/{id}` of the subscription that an id lies in."""
    found = segment(arm_id, "subscriptions")
    return f"/subscriptions/{found}" if found else None


def parent_account(arm_id: str) -> str:
    """The account's id at the head of the id of something in it."""
    head, mark, tail = arm_id.lower().partition("/accounts/")
    return arm_id[: len(head) + len(mark) + len(tail.partition("/")[0])]


def region(location: Any) -> str | None:
    """A location as Azure names it in code: `Sweden Central`, `SwedenCentral` and `swedencentral` are one.

    https://learn.microsoft.com/azure/reliability/regions-list
    """
    return location.replace(" ", "").lower() or None if isinstance(location, str) else None


def location_scope(subscription: str, region_name: str) -> str:
    """The id under which the models and the usages of a region are listed; `subscription` is its scope."""
    return f"{subscription}/{PROVIDER}/locations/{region_name}"
