"""Looks at everything in scope and never judges it: what is there becomes resources, what is hidden becomes gaps."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from auditor.cloud.door import Cloud
from auditor.cloud.problems import NEXT_STEPS, Problem, problem_of
from auditor.cloud.reads import gap
from auditor.collect.access import DENY_ASSIGNMENTS, ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, ROLE_ELIGIBILITIES
from auditor.collect.accounts import ACCOUNT, ACCOUNTS, DELETED_ACCOUNTS
from auditor.collect.activity import ACTIVITY
from auditor.collect.alerts import ACTION_GROUPS, ACTIVITY_LOG_ALERTS, METRIC_ALERTS
from auditor.collect.blocklists import BLOCKLISTS
from auditor.collect.budgets import BUDGETS
from auditor.collect.collector import Collector
from auditor.collect.content_policies import CONTENT_POLICIES
from auditor.collect.context import PERMISSIONS, PROVIDER_REGISTRATION, SUBSCRIPTION
from auditor.collect.costs import COSTS
from auditor.collect.defender import ASSESSMENTS, PLANS, SETTINGS
from auditor.collect.deployments import DEPLOYMENTS
from auditor.collect.diagnostics import ACTIVITY_LOG_EXPORTS, DIAGNOSTICS
from auditor.collect.encryption_keys import VAULT, VAULT_KEY
from auditor.collect.entitlements import COMMITMENT_PLANS, QUOTA_TIERS
from auditor.collect.foundry import (
    CAPABILITY_HOSTS,
    CONNECTIONS,
    PROJECT_CAPABILITY_HOSTS,
    PROJECT_CONNECTIONS,
    PROJECTS,
)
from auditor.collect.governance import LOCKS, POLICY_ASSIGNMENTS, POLICY_EXEMPTIONS, POLICY_STATES
from auditor.collect.health import RESOURCE_HEALTH, SERVICE_EVENTS
from auditor.collect.host_names import HOST_NAMES
from auditor.collect.log_stores import EVENT_HUB_NAMESPACE, STORAGE_ACCOUNT, WORKSPACE
from auditor.collect.look import Look, Progress
from auditor.collect.metrics import METRICS
from auditor.collect.model_capacities import MODEL_CAPACITIES
from auditor.collect.models import MODELS
from auditor.collect.names import NAMES
from auditor.collect.perimeters import PERIMETERS
from auditor.collect.private_dns import DNS_RECORDS, NETWORK_LINKS
from auditor.collect.private_endpoints import NETWORK_INTERFACE, PRIVATE_ENDPOINT, ZONE_GROUPS
from auditor.collect.resources import ACCOUNT_RESOURCES
from auditor.collect.scope import Selection
from auditor.collect.skus import PLANNED_SKUS, REGIONS, SKUS
from auditor.collect.target import Per, Target
from auditor.collect.tls_ports import TLS_PORTS
from auditor.collect.usages import USAGES
from auditor.record import JsonObject
from auditor.settings import Settings
from auditor.snapshot import Gap, GapReason, Listing, Resource

COLLECTORS: tuple[Collector, ...] = (
    ACCOUNTS,
    ACCOUNT_RESOURCES,
    SUBSCRIPTION,
    PROVIDER_REGISTRATION,
    PERMISSIONS,
    DELETED_ACCOUNTS,
    METRIC_ALERTS,
    ACTIVITY_LOG_ALERTS,
    ACTION_GROUPS,
    BUDGETS,
    COSTS,
    SKUS,
    MODELS,
    USAGES,
    ACCOUNT,
    DEPLOYMENTS,
    CONTENT_POLICIES,
    BLOCKLISTS,
    DIAGNOSTICS,
    ROLE_ASSIGNMENTS,
    ROLE_DEFINITIONS,
    ROLE_ELIGIBILITIES,
    DENY_ASSIGNMENTS,
    HOST_NAMES,
    PROJECTS,
    CONNECTIONS,
    CAPABILITY_HOSTS,
    PRIVATE_ENDPOINT,
    ZONE_GROUPS,
    METRICS,
    ACTIVITY,
    RESOURCE_HEALTH,
    SERVICE_EVENTS,
    ACTIVITY_LOG_EXPORTS,
    WORKSPACE,
    STORAGE_ACCOUNT,
    EVENT_HUB_NAMESPACE,
    VAULT,
    VAULT_KEY,
    QUOTA_TIERS,
    COMMITMENT_PLANS,
    MODEL_CAPACITIES,
    LOCKS,
    POLICY_ASSIGNMENTS,
    POLICY_EXEMPTIONS,
    POLICY_STATES,
    PLANS,
    SETTINGS,
    ASSESSMENTS,
    PROJECT_CONNECTIONS,
    PROJECT_CAPABILITY_HOSTS,
    TLS_PORTS,
    PERIMETERS,
    NETWORK_INTERFACE,
    NETWORK_LINKS,
    DNS_RECORDS,
)
"""Every collector of a whole audit, first those that others wait for."""

PLAN_COLLECTORS: tuple[Collector, ...] = (
    ACCOUNTS,
    SUBSCRIPTION,
    PROVIDER_REGISTRATION,
    PERMISSIONS,
    DELETED_ACCOUNTS,
    PLANNED_SKUS,
    MODELS,
    USAGES,
    ACCOUNT,
    DEPLOYMENTS,
    NAMES,
    POLICY_ASSIGNMENTS,
    MODEL_CAPACITIES,
)
"""What decides whether something can be made: nothing of how that which exists is set up."""

REGION_COLLECTORS: tuple[Collector, ...] = (
    ACCOUNTS,
    PERMISSIONS,
    REGIONS,
    MODELS,
    USAGES,
    DEPLOYMENTS,
    MODEL_CAPACITIES,
)
"""What decides in which regions something can be made."""

INITIAL_COLLECTORS: tuple[Collector, ...] = (
    ACCOUNTS,
    SUBSCRIPTION,
    PERMISSIONS,
    MODELS,
    ACCOUNT,
    DEPLOYMENTS,
    DIAGNOSTICS,
    PROJECTS,
    PRIVATE_ENDPOINT,
)
"""What first settings are made from."""

ESSENTIAL = frozenset({"subscription", "account", "deployment", "model"})
"""Kinds that are read whatever is judged: what there is, and what the live calls are made from."""

ALWAYS = ESSENTIAL | {ACCOUNT_RESOURCES.kind}
"""Those, and what proves to whoever reads the evidence that these are all."""


@dataclass(frozen=True)
class Collected:
    """All that was seen and all that could not be, each in a fixed order."""

    resources: tuple[Resource, ...]
    listings: tuple[Listing, ...]
    gaps: tuple[Gap, ...]
    api_versions: dict[str, str]
    """Kind → the api-version that it was really read with."""
    interrupted: bool = False
    """Whether it was cancelled before its end; what was not read by then is among the gaps."""


async def collect(
    cloud: Cloud, settings: Settings, progress: Progress, *, collectors: tuple[Collector, ...] = COLLECTORS
) -> Collected:
    """Everything in the settings' scope, read as wide as the limiter lets.

    Whatever fails leaves a gap and stops nothing else, a defect of a collector too. When it is cancelled it ends at
    once, takes the cancellation as answered and gives back what there is, so that a report can still be written.
    """
    run = _Run(cloud, Selection(settings), progress, collectors)
    interrupted = False
    try:
        await run.all()
    except asyncio.CancelledError:
        interrupted = True
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        run.settle_rest()
    run.look.keep_resource(required_actions(collectors))
    resources, listings, gaps = run.look.results()
    return Collected(resources, listings, gaps, dict(sorted(cloud.arm.read_with.items())), interrupted)


def required_actions(collectors: tuple[Collector, ...] = COLLECTORS) -> Resource:
    """What the reads need, as a resource of its own: ARM action → the kinds read by it, and which are optional."""
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for collector in collectors:
        for action in collector.needs:
            kinds[action].add(collector.kind)
    actions = {action: sorted(kinds[action]) for action in sorted(kinds)}
    needed = {action for collector in collectors if not collector.optional for action in collector.needs}
    body: JsonObject = {"actions": actions, "optional": sorted(kinds.keys() - needed)}
    return Resource(kind="required_actions", id="/required-actions", body=body)


class _Run:
    """Starts each collector for each target as soon as the target is found, each pair once."""

    def __init__(
        self, cloud: Cloud, selection: Selection, progress: Progress, collectors: tuple[Collector, ...]
    ) -> None:
        self.look = Look(cloud.arm, cloud.names, cloud.ports, selection=selection, progress=progress, found=self._found)
        self._collectors = collectors
        self._owed: dict[tuple[Per, str], set[Collector]] = {}
        self._targets: dict[tuple[Per, str], Target] = {}
        self._group = asyncio.TaskGroup()

    async def all(self) -> None:
        async with self._group:
            for subscription in self.look.selection.subscriptions:
                id_ = f"/subscriptions/{subscription}"
                self._found(Target(per=Per.SUBSCRIPTION, id=id_, subscription=subscription))
            for subscription, location in self.look.selection.declared_locations():
                self.look.found_location(subscription, location)
            for model in self.look.selection.declared_models():
                self._found(model)

    def settle_rest(self) -> None:
        """Leaves a gap for each read of a known target that had not ended before the interruption."""
        words = "the run was interrupted before this was read"
        problem = Problem(GapReason.INTERRUPTED, words, NEXT_STEPS[GapReason.INTERRUPTED])
        for key, collectors in self._owed.items():
            for collector in collectors:
                self._settle(collector, self._targets[key], problem)

    def _found(self, target: Target) -> None:
        if target.key in self._targets:
            return
        wanted = [collector for collector in self._collectors if collector.per is target.per]
        self._targets[target.key] = target
        self._owed[target.key] = set(wanted)
        for collector in wanted:
            self._group.create_task(self._collect(collector, target))

    async def _collect(self, collector: Collector, target: Target) -> None:
        try:
            await collector.collect(self.look, target)
        except Exception as error:  # noqa: BLE001 (a collector that crashes is a gap, and the run goes on)
            words = problem_of(error).detail
            self._settle(collector, target, Problem(GapReason.CRASHED, words, NEXT_STEPS[GapReason.CRASHED]))
        self._owed[target.key].discard(collector)

    def _settle(self, collector: Collector, target: Target, problem: Problem) -> None:
        scope = collector.scope(target)
        if not self.look.settled(collector.kind, scope):
            self.look.keep_gap(gap(collector.kind, scope, problem))
