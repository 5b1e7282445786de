"""What there is in a pretend Azure: frozen data, without a word of HTTP."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Literal

from pydantic import Field, model_validator

from auditor.record import Record
from auditor.sandbox.account import Account, Deployment, Endpoint
from auditor.sandbox.activity import Activity
from auditor.sandbox.catalogue import Model, ModelSku, Quota, ResourceSku
from auditor.sandbox.named import Named
from auditor.sandbox.stored import Stored
from auditor.sandbox.troubles import ArmTrouble, ConnectTrouble, ModelTrouble
from auditor.sandbox.vault import Vault


class Permission(Record):
    """What a role assignment grants, as Azure's role definitions say it; `*` stands for anything."""

    actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


class Identity(Record):
    """Who calls."""

    name: str
    app_id: str
    object_id: str
    permissions: tuple[Permission, ...]


class Runner(Record):
    """Where calls come from."""

    inside: bool = True
    """Whether in the network that the private endpoints serve."""
    address: str = "198.51.100.7"
    """The public address, as firewalls see it."""


class Subscription(Record):
    """One subscription and its registration with Microsoft.CognitiveServices."""

    name: str
    """The subscription's GUID."""
    title: str
    state: str = "Enabled"
    registration: str = "Registered"


class DeletedAccount(Record):
    """An account that waits to be purged."""

    name: str
    kind: str = "OpenAI"
    group: str
    location: str
    deleted: str
    purged: str


class ToolServer(Record):
    """An MCP server that a workload names."""

    name: str
    """Its host name."""
    audience: str | None = None
    """Of the tokens that it asks for; None where anybody may call."""
    down: bool = False
    """Whether nothing answers."""
    fails: bool = False
    """Whether its tool fails at every call."""


class HostedPicture(Record):
    """A picture that a web server of the owner's gives to everybody."""

    name: str
    """The host name."""
    path: str
    shape: Literal["circle", "square", "triangle"]
    colour: Literal["red", "green", "blue", "black"]
    gone: bool = False
    """Whether nothing is there any more."""


class Bucket(Record):
    """The token bucket of Resource Manager's reads."""

    burst: int = Field(ge=1)
    per_second: float = Field(gt=0)


class Meter(Record):
    """A row of Azure's price list, the same in every region."""

    name: str
    """As the list abbreviates: `5.4 mini Inp Gl 1M Tokens`."""
    product: str = "Azure OpenAI GPT5"
    unit: Literal["1K", "1M", "1/Hour"] = "1M"
    price: float
    since: str
    """The day from which on it holds."""


class World(Record):
    """All of it; `load_world` reads one from a file."""

    name: str
    title: str
    made_at: datetime
    """What its relative dates count from."""
    tenant: str
    identity: Identity
    denied_actions: tuple[str, ...] = ()
    """Taken from every permission; `*` stands for anything."""
    denied_data_actions: tuple[str, ...] = ()
    runner: Runner = Runner()
    audiences: tuple[str, ...] = ("https://ai.azure.com", "https://cognitiveservices.azure.com")
    """What a token for the model endpoints may be made for; siblings in other clouds follow."""
    api_versions: tuple[str, ...] = Field(min_length=1)
    """Of Microsoft.CognitiveServices."""
    page_size: int = Field(default=100, ge=1)
    clock_hours: float = 0
    """How far its clocks are ahead of this machine's."""
    bucket: Bucket | None = None
    subscriptions: Named[Subscription] = Field(min_length=1)
    accounts: Named[Account] = {}
    models: Named[Model] = {}
    quotas: dict[str, dict[str, Quota]] = {}
    """Region → pool → what differs from the catalogue."""
    unoffered: tuple[str, ...] = ()
    """Regions in which nobody can make an account."""
    sign_in_refused: int | None = None
    """Entra's number for why it gives the runner no token; None: it gives one."""
    names_answered: bool = True
    """Whether the runner's DNS server still finds the servers that know the accounts' names."""
    unindexed: tuple[str, ...] = ()
    """Accounts that Resource Manager's list of all resources does not hold, by their names."""
    resource_skus: tuple[ResourceSku, ...] = ()
    deleted_accounts: tuple[DeletedAccount, ...] = ()
    activities: Named[Activity] = {}
    meters: tuple[Meter, ...] = ()
    currency: str = "EUR"
    """In which subscriptions are billed."""
    taken_names: tuple[str, ...] = ()
    """Custom subdomains that accounts of other tenants have."""
    stored: Named[Stored] = {}
    vaults: Named[Vault] = {}
    """Whose keys can be used; what Resource Manager tells of vaults is stored."""
    mcp_servers: Named[ToolServer] = {}
    """By their host names."""
    pictures: Named[HostedPicture] = {}
    """By their host names."""
    blocked_terms: dict[str, tuple[str, ...]] = {}
    """Blocklist → the words that it refuses, wherever they stand."""
    environment: dict[str, str] = {}
    """What stands in the environment of the owner's job beside the sign-in."""
    arm_troubles: tuple[ArmTrouble, ...] = ()
    model_troubles: tuple[ModelTrouble, ...] = ()
    connect_troubles: tuple[ConnectTrouble, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> World:
        subdomains = [account.subdomain.lower() for account in self.accounts.values() if account.subdomain]
        twice = sorted({name for name in subdomains if subdomains.count(name) > 1})
        if twice:
            raise ValueError(f"custom subdomains are unique in Azure; used twice: {', '.join(twice)}")
        lost = sorted({a.subscription for a in self.accounts.values()} - {"", *self.subscriptions})
        if lost:
            raise ValueError(f"accounts name subscriptions that are not there: {', '.join(lost)}")
        return self

    @cached_property
    def by_subdomain(self) -> dict[str, Account]:
        """Accounts by their custom subdomain in lower case."""
        return {account.subdomain.lower(): account for account in self.accounts.values() if account.subdomain}

    @cached_property
    def by_group(self) -> dict[tuple[str, str, str], Account]:
        """Accounts by subscription, resource group and name, each in lower case."""
        return {
            (self.subscription_of(account), account.group.lower(), account.name.lower()): account
            for account in self.accounts.values()
        }

    @cached_property
    def by_endpoint(self) -> dict[tuple[str, str, str], tuple[Account, Endpoint]]:
        """Private endpoints by subscription, resource group and name, each in lower case."""
        return {
            (self.subscription_of(account), endpoint.group.lower(), endpoint.name.lower()): (account, endpoint)
            for account in self.accounts.values()
            for endpoint in account.endpoints.values()
        }

    @cached_property
    def by_zone(self) -> dict[tuple[str, str, str], tuple[tuple[Account, Endpoint], ...]]:
        """Private DNS zones by subscription, resource group and name, in lower case, each with what registers in it."""
        found: defaultdict[tuple[str, str, str], list[tuple[Account, Endpoint]]] = defaultdict(list)
        for account in self.accounts.values():
            for endpoint in account.endpoints.values():
                for zone in endpoint.zones:
                    found[self.zone_key(account, endpoint, zone)].append((account, endpoint))
        return {key: tuple(members) for key, members in found.items()}

    @cached_property
    def unlinked(self) -> frozenset[tuple[str, str, str]]:
        """The zones that are not linked to the runner's network; one that any account says so of is so for all."""
        return frozenset(
            self.zone_key(account, endpoint, f"privatelink.{suffix}")
            for account in self.accounts.values()
            for suffix in account.unlinked
            for endpoint in account.endpoints.values()
        )

    def zone_key(self, account: Account, endpoint: Endpoint, zone: str) -> tuple[str, str, str]:
        """Where a zone that an endpoint registers in stands in `by_zone`."""
        return self.subscription_of(account), endpoint.zone_group.lower(), zone.lower()

    @cached_property
    def held(self) -> dict[tuple[str, str, str], int]:
        """Units that deployments hold, by subscription, region and pool."""
        held: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        for account in self.accounts.values():
            for deployment in account.deployments.values():
                sku = self.sku_of(deployment)
                if sku is not None:
                    held[self.subscription_of(account), account.region, sku.usage] += deployment.capacity
        return dict(held)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Every region that an account or a model is in."""
        found = {region for model in self.models.values() for region in model.regions}
        return tuple(sorted(found | {account.region for account in self.accounts.values()}))

    def subscription_of(self, account: Account) -> str:
        """The GUID of the subscription that an account is in."""
        return account.subscription or next(iter(self.subscriptions))

    def model_of(self, deployment: Deployment) -> Model | None:
        """The catalogue's entry for what is deployed, in whatever region; None where it has none."""
        wanted = (deployment.format, deployment.model, deployment.version)
        return self._models.get(wanted)

    @cached_property
    def _models(self) -> dict[tuple[str, str, str], Model]:
        return {(model.format, model.model, model.version): model for model in self.models.values()}

    def sku_of(self, deployment: Deployment) -> ModelSku | None:
        """What the deployment is sold as, wherever that is offered."""
        model = self.model_of(deployment)
        return model.skus.get(deployment.sku) if model else None

    def lets_in(
        self, account: Account, *, publicly: bool = False
    ) -> Literal["yes", "public access disabled", "firewall"]:
        """Whether the runner's calls reach an account, as its network settings decide.

        `publicly`: they come by its public address.

        https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
        """
        if self.runner.inside and account.approved and not publicly:
            return "yes"
        if "public path" in account.lax:
            return "yes"
        if str(account.properties.get("publicNetworkAccess", "Enabled")).lower() == "disabled":
            return "public access disabled"
        rules = account.properties.get("networkAcls") or {}
        if str(rules.get("defaultAction", "Allow")).lower() == "allow":
            return "yes"
        address = ip_address(self.runner.address)
        allowed = any(address in ip_network(rule["value"], strict=False) for rule in rules.get("ipRules", ()))
        return "yes" if allowed else "firewall"
