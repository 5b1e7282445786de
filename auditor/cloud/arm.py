"""What Azure Resource Manager can be asked: one verb for each kind of resource, each giving raw rows or a gap."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any

from auditor.cloud.alerts import Alerts
from auditor.cloud.arm_id import ACCOUNT_TYPE, parse_arm_id, quoted
from auditor.cloud.clients import Clients
from auditor.cloud.costs import Costs
from auditor.cloud.keys import KIND as KEY_KIND
from auditor.cloud.keys import AccountKey
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.network import Network
from auditor.cloud.pages import Exchange, Row, Rows
from auditor.cloud.problems import NEXT_STEPS, Problem
from auditor.cloud.reads import Keep, Reads, drain, everything, gap, not_an_id
from auditor.cloud.telemetry import Telemetry
from auditor.snapshot import Gap, GapReason

PROVIDER = "Microsoft.CognitiveServices"


class Arm:
    """The control plane; every verb takes ids as Azure spells them and never raises."""

    def __init__(self, clients: Clients, reads: Reads, read_with: dict[str, str]) -> None:
        self._clients = clients
        self._reads = reads
        self.telemetry = Telemetry(clients, reads)
        """What Azure Monitor tells; its verbs behave as these."""
        self.alerts = Alerts(clients, reads)
        """Who is told when; likewise."""
        self.costs = Costs(clients, reads)
        """What was spent; likewise."""
        self.network = Network(clients, reads)
        """What private endpoints are made of; likewise."""
        self.read_with = read_with
        """Kind → the api-version that it was really read with, so far."""

    async def get(self, kind: str, id_: str) -> Row | Gap:
        """One thing by its id, where no official client that the auditor stands on offers it."""

        async def call(version: str, exchange: Exchange) -> None:
            await self._clients.get(quoted(id_), version, exchange)

        return await self._reads.get(kind, id_, ACTIONS[kind], call)

    async def find(self, kind: str, id_: str) -> Rows | Gap:
        """One thing by its id as a list of one, and no row where the service says that it does not exist."""

        async def call(version: str, exchange: Exchange) -> None:
            await self._clients.get(quoted(id_), version, exchange)

        return await self._reads.find(kind, id_, ACTIONS[kind], call)

    async def list(self, kind: str, scope: str, below: str, keep: Keep = everything, /, **query: str) -> Rows | Gap:
        """All of a list, where no official client that the auditor stands on offers it.

        `below` is the rest of the path after the scope's id, `query` what stands in the URL beside the api-version;
        elements that `keep` does not hold for are dropped as their page comes.
        """

        async def call(version: str, exchange: Exchange) -> None:
            await self._clients.get(quoted(scope) + below, version, exchange, query)

        return await self._reads.list(kind, scope, ACTIONS[kind], call, keep=keep)

    async def policy_states(self, subscription: str, keep: Keep) -> Rows | Gap:
        """What Azure Policy holds to be non-compliant in a subscription, as far as `keep` holds for it.

        The query is a POST without a body, its further pages too. It is filtered by the state alone: how the service
        spells a resource's type in a filter, with or without a slash before it, differs from page to page.
        https://learn.microsoft.com/rest/api/policy/policy-states/list-query-results-for-subscription
        https://learn.microsoft.com/azure/governance/policy/how-to/get-compliance-data
        """
        kind, scope = "policy_state", f"/subscriptions/{subscription}"
        path = f"{scope}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"

        async def call(version: str, exchange: Exchange) -> None:
            query = {"$filter": "ComplianceState eq 'NonCompliant'"}
            await self._clients.get(path, version, exchange, query, method="POST")

        return await self._reads.list(kind, scope, ACTIONS[kind], call, keep=keep)

    async def defender_settings(self, account_id: str) -> Rows | Gap:
        """What an account itself says of Defender for AI; none where it says nothing."""
        return await self.below_account(
            "defender_setting",
            account_id,
            lambda client, group, name, how: client.defender_for_ai_settings.list(group, name, **how),
        )

    async def accounts(self, subscription: str, group: str | None = None) -> Rows | Gap:
        """All accounts of a subscription, or of one of its resource groups; none where there is no such group."""
        scope = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
        return await self._cognitive(
            "account",
            scope,
            subscription,
            lambda client, how: (
                client.accounts.list_by_resource_group(group, **how) if group else client.accounts.list(**how)
            ),
            none_if="ResourceGroupNotFound",
        )

    async def deleted_accounts(self, subscription: str) -> Rows | Gap:
        """Accounts that were deleted and whose names are still taken."""
        scope = f"/subscriptions/{subscription}"
        return await self._cognitive(
            "deleted_account", scope, subscription, lambda client, how: client.deleted_accounts.list(**how)
        )

    async def account(self, account_id: str) -> Row | Gap:
        """One account, whole."""
        arm_id = parse_arm_id(account_id, ACCOUNT_TYPE)
        if arm_id is None:
            return not_an_id("account", account_id)

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.cognitive_services(arm_id.subscription, version)
            await client.accounts.get(arm_id.group, arm_id.name, exchange=exchange)

        return await self._reads.get("account", account_id, ACTIONS["account"], call)

    async def key(self, account_id: str) -> AccountKey | Gap:
        """One of an account's API keys, which the service lists only while it takes keys.

        https://learn.microsoft.com/rest/api/aiservices/accountmanagement/accounts/list-keys
        """
        arm_id = parse_arm_id(account_id, ACCOUNT_TYPE)
        if arm_id is None:
            return not_an_id(KEY_KIND, account_id)

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.cognitive_services(arm_id.subscription, version)
            await client.accounts.list_keys(arm_id.group, arm_id.name, exchange=exchange)

        found = await self._reads.secret(KEY_KIND, account_id, ACTIONS[KEY_KIND], call)
        if isinstance(found, Gap):
            return found
        value = next((key for name in ("key1", "key2") if isinstance(key := found.body.get(name), str) and key), None)
        if value is None:
            problem = Problem(GapReason.MALFORMED, "the list of keys holds none", NEXT_STEPS[GapReason.MALFORMED])
            return gap(KEY_KIND, account_id, problem, readings=[found.reading])
        return AccountKey(value, found.reading)

    async def deployments(self, account_id: str) -> Rows | Gap:
        """All deployments of an account."""
        return await self.below_account(
            "deployment", account_id, lambda client, group, name, how: client.deployments.list(group, name, **how)
        )

    async def content_policies(self, account_id: str) -> Rows | Gap:
        """All content (RAI) policies of an account, its own and those that the system manages."""
        return await self.below_account(
            "content_policy", account_id, lambda client, group, name, how: client.rai_policies.list(group, name, **how)
        )

    async def below_account(
        self, kind: str, account_id: str, ask: Callable[[Any, str, str, dict[str, Any]], AsyncIterable[Any]]
    ) -> Rows | Gap:
        """All of a list that an account has; `ask` calls the client's operation, given group, name and keywords."""
        arm_id = parse_arm_id(account_id, ACCOUNT_TYPE)
        if arm_id is None:
            return not_an_id(kind, account_id)
        return await self._cognitive(
            kind, account_id, arm_id.subscription, lambda client, how: ask(client, arm_id.group, arm_id.name, how)
        )

    async def below_project(
        self, kind: str, project_id: str, ask: Callable[[Any, str, str, str, dict[str, Any]], AsyncIterable[Any]]
    ) -> Rows | Gap:
        """All of a list that a Foundry project has; `ask` is given group, account, project and keywords."""
        above, _, project = project_id.rpartition("/")
        account = parse_arm_id(above.rpartition("/")[0], ACCOUNT_TYPE)
        if account is None or not above.lower().endswith("/projects"):
            return not_an_id(kind, project_id)
        return await self._cognitive(
            kind,
            project_id,
            account.subscription,
            lambda client, how: ask(client, account.group, account.name, project, how),
        )

    async def perimeter_configurations(self, account_id: str) -> Rows | Gap:
        """What the network security perimeter that an account is associated with says of it; none without one."""
        return await self.below_account(
            "perimeter_configuration",
            account_id,
            lambda client, group, name, how: client.network_security_perimeter_configurations.list(group, name, **how),
        )

    async def models(self, subscription: str, location: str) -> Rows | Gap:
        """The model catalogue of a location."""
        scope = location_scope(subscription, location)
        return await self._cognitive(
            "model", scope, subscription, lambda client, how: client.models.list(location, **how)
        )

    async def usages(self, subscription: str, location: str) -> Rows | Gap:
        """The quota pools of a location and what of each is used."""
        scope = location_scope(subscription, location)
        return await self._cognitive(
            "usage", scope, subscription, lambda client, how: client.usages.list(location, **how)
        )

    async def resource_skus(self, subscription: str) -> Rows | Gap:
        """Every SKU of every kind of account in every location, with its restrictions."""
        scope = f"/subscriptions/{subscription}"
        return await self._cognitive(
            "resource_sku", scope, subscription, lambda client, how: client.resource_skus.list(**how)
        )

    async def domain_availability(self, subscription: str, name: str) -> Row | Gap:
        """Whether an account could still take that name as its custom subdomain; asks, and reserves nothing.

        https://learn.microsoft.com/rest/api/aiservices/accountmanagement/check-domain-availability
        """

        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.cognitive_services(subscription, version)
            await client.check_domain_availability(name, ACCOUNT_TYPE, exchange=exchange)

        kind = "domain_availability"
        return await self._reads.get(kind, domain_id(subscription, name), ACTIONS[kind], call)

    async def _cognitive(
        self,
        kind: str,
        scope: str,
        subscription: str,
        ask: Callable[[Any, dict[str, Any]], AsyncIterable[Any]],
        *,
        none_if: str | None = None,
    ) -> Rows | Gap:
        async def call(version: str, exchange: Exchange) -> None:
            client = await self._clients.cognitive_services(subscription, version)
            await drain(ask(client, {"exchange": exchange}))

        return await self._reads.list(kind, scope, ACTIONS[kind], call, none_if=none_if)


def location_scope(subscription: str, location: str) -> str:
    """The id under which models and usages of a location are listed; `location` as ids spell it."""
    return f"/subscriptions/{subscription}/providers/{PROVIDER}/locations/{location}"


def domain_id(subscription: str, name: str) -> str:
    """The id under which the snapshot keeps what was told of an account name."""
    return f"/subscriptions/{subscription}/providers/{PROVIDER}/domains/{name}"
