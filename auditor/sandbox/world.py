"""What there is in a pretend Azure: frozen data, without a word of HTTP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from auditor.record import JsonObject, Record

Item = TypeVar("Item")


def _with_names(value: Any) -> Any:
    """A mapping name → members, each with its name among the members."""
    if not isinstance(value, dict):
        return value
    return {key: {"name": key, **item} if isinstance(item, dict) else item for key, item in value.items()}


Named = Annotated[dict[str, Item], BeforeValidator(_with_names)]
"""A mapping in which each key is the name of its value, so that a change can say where it belongs."""


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


class Endpoint(Record):
    """A private endpoint that leads to an account."""

    name: str
    group: str
    """Its resource group."""
    status: str = "Approved"
    state: str = "Succeeded"
    leads_to: tuple[str, ...] = ("account",)
    address: str
    zones: tuple[str, ...] = ()
    """Private DNS zones that its zone group registers the account in."""


class Diagnostic(Record):
    """A diagnostic setting of an account."""

    name: str
    workspace: str
    """ARM id."""
    categories: tuple[str, ...] = ()
    """The log categories that are on."""
    groups: tuple[str, ...] = ()
    """The category groups that are on."""
    metrics: bool = True


class Deployment(Record):
    """A model deployment."""

    name: str
    model: str
    version: str
    format: str = "OpenAI"
    sku: str
    capacity: int
    upgrade: str | None = "OnceCurrentVersionExpired"
    state: str = "Succeeded"
    properties: JsonObject = {}
    """What else ARM tells of it, in ARM's spelling."""


class Account(Record):
    """An account with all that hangs on it."""

    name: str
    kind: str
    subscription: str = ""
    """Empty: the world's first."""
    group: str
    location: str
    subdomain: str | None
    sku: str = "S0"
    state: str = "Succeeded"
    tags: dict[str, str] = {}
    identity: tuple[Literal["SystemAssigned", "UserAssigned"], ...] = ()
    tenant: str | None = None
    """Another tenant than the world's."""
    properties: JsonObject = {}
    """What else ARM tells of it, in ARM's spelling."""
    endpoints: Named[Endpoint] = {}
    diagnostics: Named[Diagnostic] = {}
    deployments: Named[Deployment] = {}
    unresolved: tuple[str, ...] = ()
    """Suffixes of its host names for which the private zone is linked and lacks the record."""
    unlinked: tuple[str, ...] = ()
    """Suffixes of its host names whose private zone is not linked to the runner's network."""

    @property
    def region(self) -> str:
        """The location as Azure compares it."""
        return self.location.replace(" ", "").lower()

    @property
    def approved(self) -> tuple[Endpoint, ...]:
        """The private endpoints that carry traffic."""
        return tuple(endpoint for endpoint in self.endpoints.values() if endpoint.status == "Approved")


class ModelSku(Record):
    """What a model is sold as."""

    name: str
    usage: str
    """Name of the quota pool that it draws on."""
    minimum: int | None = None
    maximum: int = 1_000_000
    step: int | None = None
    default: int = 10
    requests: int | None = None
    """Requests a minute for one unit of capacity; absent for provisioned SKUs."""
    tokens: int | None = None
    """Tokens a minute for one unit of capacity."""
    retires: str | None = None
    quota: int = 1_000
    """What the subscription may have in each region, unless `quotas` says otherwise."""
    regions: tuple[str, ...] | None = None
    """Where it is sold; default: wherever the model is."""


class Model(Record):
    """One version of a model, as the catalogue of each of its regions lists it."""

    name: str
    """Key of the catalogue; says model and version."""
    model: str
    version: str
    format: str = "OpenAI"
    kinds: tuple[str, ...] = ("OpenAI", "AIServices")
    regions: tuple[str, ...]
    default: bool = True
    lifecycle: str = "GenerallyAvailable"
    retires: str | None
    retirement_status: str | None = "Planned"
    replacement: str | None = None
    capabilities: dict[str, str]
    responds: bool = True
    """Whether it answers a Responses call."""
    reasoning: Literal["none", "minimal", "low", "medium", "high"] | None = None
    """Effort when none is asked for; absent: it does not reason."""
    skus: Named[ModelSku]

    def sold_in(self, region: str) -> Iterator[ModelSku]:
        """The SKUs that a region offers."""
        return (sku for sku in self.skus.values() if region in (self.regions if sku.regions is None else sku.regions))


class Quota(Record):
    """What differs from the catalogue in one pool of one region."""

    limit: int | None = None
    elsewhere: int = 0
    """Units that nothing in this world holds, and that are taken all the same."""
    status: str | None = None


class ResourceSku(Record):
    """What accounts are sold as."""

    kind: str
    name: str
    tier: str = "Standard"
    locations: tuple[str, ...]
    restrictions: tuple[JsonObject, ...] = ()


class DeletedAccount(Record):
    """An account that waits to be purged."""

    name: str
    kind: str = "OpenAI"
    group: str
    location: str
    deleted: str
    purged: str


class Bucket(Record):
    """The token bucket of Resource Manager's reads."""

    burst: int = Field(ge=1)
    per_second: float = Field(gt=0)


ArmWay = Literal[
    "html", "wrong-types", "wrong-members", "missing-value", "null-properties", "nextlink-loop",
    "nextlink-foreign-host", "many-pages", "server-error", "throttled", "slow", "reset", "truncated",
]  # fmt: skip
ModelWay = Literal[
    "answer", "slow", "hang", "reset", "stall",
    "failed", "incomplete", "empty-output", "wrong-model", "no-usage",
]  # fmt: skip
ConnectWay = Literal["refuse", "untrusted", "reset", "hang"]


class ArmTrouble(Record):
    """How Resource Manager misbehaves for one kind of resource."""

    kind: str
    way: ArmWay
    times: int | None = None
    """For how many requests to each path; default: always."""
    seconds: float = 0
    """How long it takes, or asks to wait."""
    pages: int = 1


class ModelTrouble(Record):
    """How an account's model endpoint misbehaves."""

    account: str
    deployment: str | None = None
    """Default: for each."""
    way: ModelWay
    answer: str | None = None
    """Of answers.yaml."""
    times: int | None = None
    seconds: float = 0


class ConnectTrouble(Record):
    """How the way to an account's host names misbehaves."""

    account: str
    way: ConnectWay


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
    bucket: Bucket | None = None
    subscriptions: Named[Subscription] = Field(min_length=1)
    accounts: Named[Account] = {}
    models: Named[Model] = {}
    quotas: dict[str, dict[str, Quota]] = {}
    """Region → pool → what differs from the catalogue."""
    resource_skus: tuple[ResourceSku, ...] = ()
    deleted_accounts: tuple[DeletedAccount, ...] = ()
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

    def lets_in(self, account: Account) -> Literal["yes", "public access disabled", "firewall"]:
        """Whether the runner's calls reach an account, as its network settings decide.

        https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks
        """
        if self.runner.inside and account.approved:
            return "yes"
        if str(account.properties.get("publicNetworkAccess", "Enabled")).lower() == "disabled":
            return "public access disabled"
        rules = account.properties.get("networkAcls") or {}
        if str(rules.get("defaultAction", "Allow")).lower() == "allow":
            return "yes"
        address = ip_address(self.runner.address)
        allowed = any(address in ip_network(rule["value"], strict=False) for rule in rules.get("ipRules", ()))
        return "yes" if allowed else "firewall"
