"""evidence.json: the run itself, for machines; every other report can be made from it again."""

from __future__ import annotations

from auditor.report import evidence
from auditor.run import Run


def render(run: Run) -> str:
    """The run as JSON in the order of its fields; reading it back gives the same run, and again the same bytes."""
    return evidence.text(run)
