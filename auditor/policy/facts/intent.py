"""Which workloads mean an account or a deployment, and the strictest of what they ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from auditor.policy.facts.arm_id import fold, is_arm_id, last, region
from auditor.policy.facts.deployment_sku import deployment_sku
from auditor.record import JsonObject
from auditor.settings import Cap, ExpectedDeployment, LogIntent, Residency, Settings, Workload

NETWORKS: Final = ("private", "restricted", "public")
ENVIRONMENTS: Final = ("production", "test", "development")
AUTHENTICATIONS: Final = ("entra-only", "keys-allowed")
RESIDENCIES: Final = tuple(Residency)
"""Each from the strictest to the least strict."""

NOTHING_IN_COMMON: Final = "(none-in-common)"
"""Stands alone in a list of approved names that would else be empty, since an empty one approves everything."""


@dataclass(frozen=True)
class Intents:
    """The settings' workloads, found by the account that they name: by ARM id or by bare name."""

    by_account: dict[str, tuple[tuple[int, Workload], ...]]
    """Folded name → the workloads that give it, each with its place in the settings."""
    expected: tuple[dict[str, list[ExpectedDeployment]], ...]
    """Of each workload, by its place: deployment name in lower case → what it expects under it."""

    def of_account(self, account_id: str) -> tuple[Workload, ...]:
        """The workloads that name the account, in the order of the settings."""
        return tuple([workload for _, workload in self._placed(account_id)])

    def of_deployment(self, account_id: str, name: str) -> tuple[tuple[Workload, ExpectedDeployment], ...]:
        """The workloads that declare the deployment, each with what it expects."""
        return tuple(
            (workload, expected)
            for place, workload in self._placed(account_id)
            for expected in self.expected[place].get(name.lower(), ())
        )

    def _placed(self, account_id: str) -> Sequence[tuple[int, Workload]]:
        by_id, by_name = (self.by_account.get(name, ()) for name in (fold(account_id), last(account_id).lower()))
        return sorted((*by_id, *by_name), key=itemgetter(0)) if by_id and by_name else by_id or by_name


def intents(settings: Settings) -> Intents:
    """The workloads by the folded name that they give their account."""
    found: dict[str, list[tuple[int, Workload]]] = {}
    for place, workload in enumerate(settings.workloads):
        name = workload.account
        found.setdefault(fold(name) if is_arm_id(name) else name.lower(), []).append((place, workload))
    by_account = {name: tuple(workloads) for name, workloads in found.items()}
    return Intents(by_account, tuple(_by_name(workload.deployments) for workload in settings.workloads))


def _by_name(deployments: Sequence[ExpectedDeployment]) -> dict[str, list[ExpectedDeployment]]:
    found: dict[str, list[ExpectedDeployment]] = {}
    for expected in deployments:
        found.setdefault(expected.name.lower(), []).append(expected)
    return found


def strictest(workloads: Sequence[Workload]) -> Workload | None:
    """One workload that asks all that any of them asks; None where there is none."""
    if len(workloads) < 2:  # noqa: PLR2004 - one needs no merging
        return workloads[0] if workloads else None
    first = workloads[0]
    return first.model_copy(
        update={
            "name": ", ".join(workload.name for workload in workloads),
            "owner": ", ".join(dict.fromkeys(workload.owner for workload in workloads)),
            "environment": min((workload.environment for workload in workloads), key=ENVIRONMENTS.index),
            "network": min((workload.network for workload in workloads), key=NETWORKS.index),
            "authentication": min((workload.authentication for workload in workloads), key=AUTHENTICATIONS.index),
            "identities": _asked_by_any([workload.identities for workload in workloads]),
            "models": _approved_by_all([workload.models for workload in workloads]),
            "regions": _approved_by_all([_regions(workload) for workload in workloads]),
            "skus": _approved_by_all([workload.skus for workload in workloads]),
            "monthly_cap": _least([workload.monthly_cap for workload in workloads]),
            "standby": _asked_by_any([workload.standby for workload in workloads]),
            "virtual_networks": _asked_by_any([workload.virtual_networks for workload in workloads]),
            "tags": _asked_by_any([workload.tags for workload in workloads]),
            "requirements": _asked_by_any([workload.requirements for workload in workloads]),
            "logs": LogIntent(
                destinations=_approved_by_all([workload.logs.destinations for workload in workloads]),
                categories=_asked_by_any([workload.logs.categories for workload in workloads]),
            ),
        }
    )


def strictest_expectation(expected: Sequence[ExpectedDeployment]) -> ExpectedDeployment | None:
    """One expectation that asks the most of capacity, rates and residency and the least latency of them all."""
    if len(expected) < 2:  # noqa: PLR2004 - one needs no merging
        return expected[0] if expected else None
    residencies = [one.data_residency for one in expected if one.data_residency is not None]
    budgets: dict[str, int | None] = {
        name: min((budget for one in expected if (budget := getattr(one, name)) is not None), default=None)
        for name in ("latency_budget_ms", "p95_budget_ms", "first_token_budget_ms")
    }
    return expected[0].model_copy(
        update={
            "capacity": max((one.capacity for one in expected if one.capacity is not None), default=None),
            "capacity_max": min((one.capacity_max for one in expected if one.capacity_max is not None), default=None),
            "rpm": max((one.rpm for one in expected if one.rpm is not None), default=None),
            "tpm": max((one.tpm for one in expected if one.tpm is not None), default=None),
            "features": _asked_by_any([one.features for one in expected]),
            "surfaces": _asked_by_any([one.surfaces for one in expected]),
            **budgets,
            "data_residency": min(residencies, key=RESIDENCIES.index, default=None),
        }
    )


def workload_facts(workload: Workload) -> JsonObject:
    """The workload as rules see it: every list is there, an unset member is absent, regions are spelled as in code."""
    facts: JsonObject = workload.model_dump(mode="json", exclude={"deployments"}, exclude_none=True)
    facts["regions"] = list(_regions(workload))
    facts["skus"] = [spelled(sku) for sku in workload.skus]
    return facts


def expectation_facts(expected: ExpectedDeployment) -> JsonObject:
    """The expectation as rules see it; `declares` names the members that the owner filled in."""
    facts: JsonObject = expected.model_dump(mode="json", exclude_none=True)
    if expected.sku is not None:
        facts["sku"] = spelled(expected.sku)
    facts["declares"] = sorted(facts)
    return facts


def spelled(sku: str) -> str:
    """The name of a deployment SKU in the API's casing, where it is a known one."""
    known = deployment_sku(sku)
    return known.name if known is not None else sku


def _least(caps: Sequence[Cap | None]) -> Cap | None:
    """The lowest; of several currencies, which settings files may not have, the first one's."""
    asked = [cap for cap in caps if cap is not None]
    return min((cap for cap in asked if cap.currency == asked[0].currency), key=lambda cap: cap.amount, default=None)


def _regions(workload: Workload) -> tuple[str, ...]:
    return tuple(name for name in map(region, workload.regions) if name)


def _asked_by_any(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def _approved_by_all(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The names on every list that has any; an empty list approves everything."""
    limiting = [names for names in lists if names]
    if not limiting:
        return ()
    first, *others = limiting
    folded = [{name.lower() for name in names} for names in others]
    common = tuple(name for name in first if all(name.lower() in names for names in folded))
    return common or (NOTHING_IN_COMMON,)
