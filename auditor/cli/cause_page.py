"""A cause that `triage` may name, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.cli.failure_page import WHOSE
from auditor.report.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.triage.reason import Reason, Symptom


_SYMPTOMS: Mapping[Symptom, str] = {
    "errors": "answered with HTTP 5xx to others",
    "refused": "refused to others with HTTP 401",
    "forbidden": "refused to others with HTTP 403",
    "invalid": "refused to others as invalid",
    "throttled": "throttled to others",
    "silent": "hardly made by anybody any more",
    "other-model": "answered by another model",
    "filtered": "filtered more than before",
    "spilling": "spilling over",
    "unwell": "of an account that Azure calls unwell",
    "misled": "led astray by another of the account's host names",
    "application-refused": "perhaps refused to the application alone",
}
"""What a symptom says, where its own word does not."""


def cause_page(reason: Reason, width: int, *, color: bool) -> str:
    """What a cause explains, by what it is known, what speaks against it, what mends it, and what it looks like."""
    page = Page(width, color=color)
    page.text(f"{reason.title}.", style="bold")
    page.text(f"cause {reason.id}, as auditor triage names it", style="dim")
    page.heading("Whose")
    page.text(WHOSE[reason.whose], indent=2)
    page.heading("Known by")
    for word, told in (
        ("explains failures of the class", ", ".join(one for one in reason.explains if one != "*")),
        (
            "explains that calls which answer from here are",
            ", ".join(_SYMPTOMS.get(one, one) for one in reason.symptoms),
        ),
        ("confirmed where", reason.confirmed),
        ("likely where", reason.suspected),
        ("ruled out where", reason.ruled_out),
    ):
        if told:
            page.text(f"{word}: {told}", indent=2, hang=2)
    page.heading("Next")
    for text in dict.fromkeys(one.text for one in reason.steps if one.text):
        page.text(text, indent=2)
    page.text("auditor triage fills in the command for what it sees.", indent=2)
    page.heading("Told apart by")
    page.text(reason.apart, indent=2)
    if reason.like:
        page.text(f"It looks like: {', '.join(reason.like)}", indent=2, hang=2)
    return page.finished()
