"""The difference as JSON, for tools."""

from __future__ import annotations

from auditor.difference import Difference


def render(told: Difference) -> str:
    """The whole text."""
    return told.model_dump_json(indent=1) + "\n"
