"""Which accounts and which locations the owner wants looked at; nothing outside is read."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.arm_id import ArmId, parse_arm_id, region
from auditor.collect.target import Target, model_target
from auditor.record import JsonObject
from auditor.settings import Settings

ACCOUNT_TYPE = "Microsoft.CognitiveServices/accounts"


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
            if not workload.location:
                continue
            arm_id = parse_arm_id(workload.account, ACCOUNT_TYPE)
            for subscription in self.subscriptions:
                if arm_id is None or arm_id.subscription.lower() == subscription:
                    yield subscription, region(workload.location)

    def declared_models(self) -> Iterator[Target]:
        """The models that workloads declare with reserved units, in each subscription that these may fall to."""
        for workload in self._workloads:
            arm_id = parse_arm_id(workload.account, ACCOUNT_TYPE)
            for subscription in self.subscriptions:
                if arm_id is not None and arm_id.subscription.lower() != subscription:
                    continue
                for one in workload.deployments:
                    model = {"format": one.format, "name": one.model, "version": one.version}
                    found = model_target(subscription, model, one.sku)
                    if found is not None:
                        yield found
