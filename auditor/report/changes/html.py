"""The difference as one self-contained page without a script; its policy lets nothing load but the page's own style."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment

from auditor.difference import Difference
from auditor.report import sheet
from auditor.report.changes.outline import headline, sections, sides


def render(told: Difference) -> str:
    """The whole page."""
    word, counts = headline(told)
    page = _environment().get_template("changes.html.j2")
    return page.render(told=told, word=word, counts=counts, sides=sides(told), sections=sections(told))


@cache
def _environment() -> Environment:
    return sheet.environment(sheet.asset("changes.css"))
