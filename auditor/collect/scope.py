"""Which accounts and which locations the owner wants looked at; nothing outside is read."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.arm_id import ACCOUNT_TYPE, ArmId, parse_arm_id, region
from auditor.collect.target import Target, model_target
from auditor.record import JsonObject
from auditor.settings import Settings, Workload


class Selection:
    """The scope of the settings, ready to be asked."""

    def __init__(self, settings: Settings) -> None:
        scope = settings.scope
        self.subscriptions = tuple(dict.fromkeys(subscription.lower() for subscription in scope.subscriptions))
        self.groups = tuple(dict.fromkeys(group.lower() for group in scope.resource_groups))
        self._names = frozenset(name.lower() for name in scope.accounts)
        self._tags = {name.lower(): value for name, value in scope.tags.items()}
        self._workloads = settings.workloads

    def holds(self, account: JsonObject, arm_id: ArmId) -> bool:
        """Whether an account is in scope by its group, its name and its tags (names without case, values with)."""
        tags = account.get("tags")
        carried = {str(name).lower(): value for name, value in tags.items()} if isinstance(tags, dict) else {}
        return (
            (not self.groups or arm_id.group.lower() in self.groups)
            and (not self._names or arm_id.name.lower() in self._names)
            and all(carried.get(name) == value for name, value in self._tags.items())
        )

    def declared_locations(self) -> Iterator[tuple[str, str]]:
        """Subscription and location of each workload that says where its account is expected.

        Without an ARM id nobody knows in which of the subscriptions, so it is each of them.
        """
        for workload in self._workloads:
            place = workload.planned_location
            for subscription in self._subscriptions_of(workload) if place else ():
                yield subscription, region(place)

    def approved_locations(self, subscription: str) -> tuple[str, ...]:
        """Every region that a workload, whose account may be in that subscription, approves by name."""
        found = (workload.regions for workload in self._workloads if subscription in self._subscriptions_of(workload))
        return tuple(dict.fromkeys(region(name) for names in found for name in names))

    def any_location(self, subscription: str) -> bool:
        """Whether such a workload approves every region there is."""
        return any(
            not workload.regions for workload in self._workloads if subscription in self._subscriptions_of(workload)
        )

    def is_capped(self, subscription: str) -> bool:
        """Whether a workload, whose account may be in that subscription, declares what it may cost."""
        return any(
            workload.monthly_cap is not None and subscription in self._subscriptions_of(workload)
            for workload in self._workloads
        )

    def declared_models(self) -> Iterator[Target]:
        """The models that workloads declare with reserved units, in each subscription that these may fall to."""
        for workload in self._workloads:
            for subscription in self._subscriptions_of(workload):
                for one in workload.deployments:
                    model = {"format": one.format, "name": one.model, "version": one.version}
                    found = model_target(subscription, model, one.sku)
                    if found is not None:
                        yield found

    def planned_names(self, subscription: str) -> tuple[str, ...]:
        """Account names of the workloads for whose account that subscription is the first that it may be in."""
        found = (
            workload.account.rstrip("/").rpartition("/")[2]
            for workload in self._workloads
            if self._subscriptions_of(workload)[:1] == (subscription,)
        )
        return tuple(sorted({name.lower(): name for name in found}.values()))

    def _subscriptions_of(self, workload: Workload) -> tuple[str, ...]:
        """Subscriptions in scope that its account may be in."""
        arm_id = parse_arm_id(workload.account, ACCOUNT_TYPE)
        return tuple(one for one in self.subscriptions if arm_id is None or arm_id.subscription.lower() == one)
