"""The parts of a snapshot joined, each made once: accounts, deployments, targets, expectations and quota pools."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from auditor.policy.facts.account import KIND as ACCOUNT
from auditor.policy.facts.account import Home, account, unread_account
from auditor.policy.facts.arm_id import fold, last, parent_account, subscription_scope
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.deployment import Deployment, deployment
from auditor.policy.facts.deployment_detail import DEPLOYMENT
from auditor.policy.facts.expectation import Expectation, expectation
from auditor.policy.facts.intent import strictest
from auditor.policy.facts.part import Part
from auditor.policy.facts.places import Places, places
from auditor.policy.facts.quota import Demands, Pool, pool
from auditor.policy.facts.scope import in_scope
from auditor.policy.facts.shape import dig, text
from auditor.policy.facts.subscription import subscription
from auditor.policy.facts.target import Target, target
from auditor.settings import Workload
from auditor.snapshot import Resource

NOTHING: Final = Part()


@dataclass(frozen=True)
class Joined:
    """All that is known of each thing in scope; the keys are folded ARM ids."""

    basis: Basis
    places: Places
    subscriptions: dict[str, Part]
    """Of every subscription in scope, or of an account in scope."""
    homes: dict[str, Home]
    """Every account in scope that was read, or of which deployments were."""
    deployments: dict[str, dict[str, Deployment]]
    """Account → deployment name in lower case → deployment."""
    targets: tuple[Target, ...]
    expectations: tuple[Expectation, ...]
    pools: dict[str, Pool]
    """Every quota pool that a deployment or an expectation draws from."""
    demands: Demands


def joined(basis: Basis) -> Joined:
    """The join; its cost grows with the number of resources."""
    homes = _homes(basis)
    deployments = {
        key: {last(one.id).lower(): deployment(one, home, basis) for one in home.deployments}
        for key, home in homes.items()
    }
    where = places(basis.settings, basis.seen)
    targets = _targets(homes, where)
    expectations = tuple(
        expectation(expected, found, beside(found, deployments), basis)
        for found in targets
        for expected in found.workload.deployments
    )
    scopes = {fold(one): one for one in reversed([*where.subscriptions, *map(subscription_scope, homes)]) if one}
    return Joined(
        basis=basis,
        places=where,
        subscriptions={key: subscription(scope, basis) for key, scope in scopes.items()},
        homes=homes,
        deployments=deployments,
        targets=targets,
        expectations=expectations,
        pools=_pools(homes, deployments, expectations, basis),
        demands=Demands(one.demand for one in expectations),
    )


def beside(found: Target, deployments: dict[str, dict[str, Deployment]]) -> dict[str, Deployment]:
    """The deployments of a workload's account, by name in lower case."""
    return deployments.get(fold(found.home.id), {}) if found.home is not None else {}


def _homes(basis: Basis) -> dict[str, Home]:
    """Accounts in the order of their ids, each with its deployments; those read, and those of which only these were."""
    below: dict[str, list[Resource]] = {}
    for one in basis.seen.all_of(DEPLOYMENT):
        below.setdefault(fold(parent_account(one.id)), []).append(one)
    read = {fold(one.id): one for one in basis.seen.all_of(ACCOUNT)}
    outside = {key for key, one in read.items() if not in_scope(one, basis.settings.scope, basis.intents)}
    return {key: _home(key, read.get(key), below.get(key, []), basis) for key in sorted({*read, *below} - outside)}


def _home(key: str, read: Resource | None, below: list[Resource], basis: Basis) -> Home:
    account_id = read.id if read is not None else parent_account(below[0].id)
    if read is not None:
        part = account(read, basis)
    else:
        gap = basis.seen.gap(ACCOUNT, account_id)
        part = unread_account(strictest(basis.intents.of_account(account_id)), gap)
    return Home(
        id=account_id,
        read=read is not None,
        part=part,
        deployments=tuple(sorted(below, key=lambda one: fold(one.id))),
        whole=basis.seen.listing(DEPLOYMENT, key) is not None,
    )


def _targets(homes: dict[str, Home], where: Places) -> tuple[Target, ...]:
    named: dict[str, tuple[Home, ...]] = {}
    for home in homes.values():
        name = last(home.id).lower()
        named[name] = (*named.get(name, ()), home)

    def of(workload: Workload) -> Target:
        return target(workload, homes, named, where)

    return tuple(
        replace(of(one), standbys=tuple(of(one.model_copy(update={"account": name})) for name in one.standby))
        for one in where.workloads
    )


def _pools(
    homes: dict[str, Home],
    deployments: dict[str, dict[str, Deployment]],
    expectations: tuple[Expectation, ...],
    basis: Basis,
) -> dict[str, Pool]:
    drawn = [
        (homes[key].location, text(dig(one.facts, "model", "usage_name")))
        for key, found in deployments.items()
        for one in found.values()
    ]
    drawn += [(one.demand.location, one.demand.pool) for one in expectations]
    named = {fold(f"{location}/usages/{name}"): (location, name) for location, name in drawn if location and name}
    return {key: pool(*named[key], basis.seen) for key in sorted(named)}
