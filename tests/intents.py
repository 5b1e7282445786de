"""Checks on what an owner plans: no state of Azure is their fault, and other settings over what was seen prove them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auditor.finding import Finding
from auditor.policy.evaluate import evaluate
from auditor.policy.waivers import NO_WAIVERS
from auditor.settings import Settings
from tests.stage import PLAN, run


@dataclass(frozen=True)
class Intended:
    """What the owner wants instead, in one sentence and as settings."""

    title: str
    amend: Callable[[Settings], Settings]


def with_an_underscore(settings: Settings) -> Settings:
    """The account of the case search is planned by another name."""
    workloads = tuple(
        one.model_copy(update={"account": "contoso_search-uks"}) if one.name == "case-search" else one
        for one in settings.workloads
    )
    return settings.model_copy(update={"workloads": workloads})


INTENDED: dict[str, Intended] = {
    "account-name-invalid": Intended("The name of a planned account holds an underscore.", with_an_underscore)
}
"""Check of a plan → the intent that fails it."""


def judged_by(check: str) -> tuple[Finding, ...]:
    """What was seen of the world in which the plan is sound, judged by the other intent."""
    seen = run(PLAN).audit.snapshot
    settings = INTENDED[check].amend(Settings.model_validate(seen.settings))
    return evaluate(seen, settings, PLAN.policy, NO_WAIVERS)
