"""Checks on what an owner plans: no state of Azure is their fault, and what is said beside it proves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auditor.finding import Finding
from auditor.policy.evaluate import evaluate
from auditor.policy.provisioning import VARIABLE, as_told
from auditor.policy.waivers import NO_WAIVERS
from auditor.settings import Settings
from auditor.snapshot import Snapshot
from tests.stage import PLAN, run

Said = tuple[Snapshot, Settings]


@dataclass(frozen=True)
class Intended:
    """What is said where all is well, and what instead, in one sentence too."""

    title: str
    worse: Callable[[Said], Said]
    well: Callable[[Said], Said] = lambda said: said


def with_an_underscore(said: Said) -> Said:
    """The account of the case search is planned by another name."""
    seen, settings = said
    workloads = tuple(
        one.model_copy(update={"account": "contoso_search-uks"}) if one.name == "case-search" else one
        for one in settings.workloads
    )
    return seen, settings.model_copy(update={"workloads": workloads})


def provisioning_in(subscription: str) -> Callable[[Said], Said]:
    """The Azure Developer CLI says that this is the subscription."""

    def add(said: Said) -> Said:
        seen, settings = said
        told = as_told({VARIABLE: subscription})
        return seen.model_copy(update={"resources": (*seen.resources, *told)}), settings

    return add


INTENDED: dict[str, Intended] = {
    "account-name-invalid": Intended("The name of a planned account holds an underscore.", with_an_underscore),
    "provisions-elsewhere": Intended(
        "The Azure Developer CLI provisions in another subscription than the one that was judged.",
        provisioning_in("00000000-0000-4000-8000-0000000000a9"),
        provisioning_in("00000000-0000-4000-8000-0000000000A1"),
    ),
}
"""Check of a plan → what fails it."""


def judged_by(check: str) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What was seen of the world in which the plan is sound, judged where all is well, and where the check fails."""
    seen = run(PLAN).audit.snapshot
    said = (seen, Settings.model_validate(seen.settings))
    well, worse = INTENDED[check].well(said), INTENDED[check].worse(said)
    return evaluate(*well, PLAN.policy, NO_WAIVERS), evaluate(*worse, PLAN.policy, NO_WAIVERS)
