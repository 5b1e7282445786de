"""What a workload expects of one deployment, beside what there is."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from auditor.policy.facts.account import Home
from auditor.policy.facts.arm_id import last
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.deployment import Deployment
from auditor.policy.facts.deployment_detail import DEPLOYMENT
from auditor.policy.facts.intent import expectation_facts
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.plan import Case, plan
from auditor.policy.facts.probes import ANSWERED, ELSEWHERE, SMOKE, probes
from auditor.policy.facts.probes import KIND as PROBE
from auditor.policy.facts.quota import Demand
from auditor.policy.facts.standby import standby
from auditor.policy.facts.target import Target
from auditor.settings import ExpectedDeployment
from auditor.snapshot import Resource

_UNLISTED: Final[Note] = (
    "not known: the list of deployments does not hold it, and a live call by its name was answered; list them again",
    "https://learn.microsoft.com/rest/api/aiservices/accountmanagement/deployments/list",
)

MOST_NEAR: Final = 3
"""So many names at most are offered as the one that was meant."""


@dataclass(frozen=True)
class Expectation:
    """A declared deployment and what is known of it."""

    case: Case
    part: Part
    demand: Demand

    @property
    def id(self) -> str:
        """The expectation as a subject."""
        return f"workloads/{self.case.target.workload.name}/deployments/{self.case.expected.name}"


def expectation(
    expected: ExpectedDeployment, target: Target, deployments: dict[str, Deployment], basis: Basis
) -> Expectation:
    """The `expected` of rules; `deployments` are those of the target's account by name in lower case."""
    there = deployments.get(expected.name.lower())
    whole = target.exists is False or (target.home is not None and target.home.whole)
    answered = there is None and whole and target.home is not None and _answers(expected, target.home, basis)
    exists = True if there is not None else False if whole and not answered else None
    gap = _why(target, basis) if exists is None else None
    told = Telling()
    told.tell("account_exists", target.exists, because=target.gap, note=target.note if target.exists is None else None)
    told.read("account_exists", target.readings)
    told.tell("exists", exists, because=gap, note=_UNLISTED if answered else target.note)
    listing = basis.seen.listing(DEPLOYMENT, target.home.id) if target.home is not None else None
    for name in ("exists", "probably_meant", "is_model_name"):
        told.read(name, listing.readings if listing is not None else target.readings)
    meant = [] if there is not None else probably_meant(expected, deployments) if whole else None
    told.tell("probably_meant", meant, because=gap)
    names_model = [one for one in deployments.values() if one.model_name == expected.name.lower()]
    told.tell("is_model_name", None if exists is None else bool(names_model) and not exists, because=gap)
    case = Case(expected, target, there, exists, gap)
    planned, demand = plan(case, basis)
    part = Part(facts=expectation_facts(expected)).and_also(told.done()).and_also(planned)
    part = part.and_also(standby(case, basis.seen))
    if target.home is not None:
        part = part.with_member("probe", _called(case, target.home, basis))
    return Expectation(case, part, demand)


def _answers(expected: ExpectedDeployment, home: Home, basis: Basis) -> bool:
    """Whether a live call by the declared name brought a response, though no list holds such a deployment."""
    called = basis.seen.children(PROBE, f"{home.id}/deployments/{expected.name}")
    return any(one.body.get("probe") == SMOKE and one.body.get("outcome") in ANSWERED for one in called)


def _called(case: Case, home: Home, basis: Basis) -> Part:
    """What the live calls by the declared name told, whether or not there is such a deployment."""
    if case.there is not None:
        return case.there.called
    named = Resource(kind=DEPLOYMENT, id=f"{home.id}/deployments/{case.expected.name}", body={})
    called = probes(named, {}, home, basis)
    if case.gap is None:
        return called
    asked = (name for name in called.facts if name != ELSEWHERE)
    return called.and_also(Part(absences={f"{name}.model_matches": case.gap for name in asked}))


def probably_meant(expected: ExpectedDeployment, deployments: dict[str, Deployment]) -> list[str]:
    """Deployments that may have been meant: of the model whose name was given, else of a near name or of the model."""
    called = {name: last(one.resource.id) for name, one in deployments.items()}
    of_that_name = [called[name] for name, one in deployments.items() if one.model_name == expected.name.lower()]
    if of_that_name:
        return sorted(of_that_name)[:MOST_NEAR]
    near = [called[name] for name in get_close_matches(expected.name.lower(), sorted(called), n=MOST_NEAR)]
    same = sorted(called[name] for name, one in deployments.items() if one.model_name == expected.model.lower())
    return list(dict.fromkeys([*near, *same]))[:MOST_NEAR]


def _why(target: Target, basis: Basis) -> str | None:
    return target.gap if target.home is None else basis.seen.gap(DEPLOYMENT, target.home.id)
