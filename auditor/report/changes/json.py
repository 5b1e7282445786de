"""The difference as JSON, for tools."""

from __future__ import annotations

from auditor.difference import Difference
from auditor.report import hostile


def render(told: Difference) -> str:
    """The whole text."""
    return hostile.in_json(told.model_dump_json(indent=1)) + "\n"
