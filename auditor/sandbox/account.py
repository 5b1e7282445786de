"""An account of the pretend world and what hangs on it: endpoints, diagnostic settings, policies, deployments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from auditor.record import JsonObject, Record
from auditor.sandbox.named import Named

DAY = 24 * 60
"""In minutes."""


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
    zones_in: str = ""
    """Their resource group; empty: its own."""
    networks: tuple[str, ...] = Field(default=("vnet-hub",), min_length=1)
    """Virtual networks of its resource group that its zones are linked to; the runner's DNS server is in the first."""
    record: str | None = None
    """What its zones' records hold where that is not its address."""
    remembered: str | None = None
    """What the runner's resolver still gives for it, whatever the records hold now."""

    @property
    def zone_group(self) -> str:
        """The resource group of its zones."""
        return self.zones_in or self.group


class Perimeter(Record):
    """A network security perimeter that an account is associated with."""

    name: str
    group: str
    mode: Literal["Learning", "Enforced", "Audit"] = "Enforced"
    state: str = "Succeeded"
    issues: tuple[str, ...] = ()
    """What is wrong with the association, in words."""


class Diagnostic(Record):
    """A diagnostic setting of an account."""

    name: str
    workspace: str | None = None
    """ARM id."""
    storage: str | None = None
    """ARM id."""
    event_hub: str | None = None
    """ARM id of a namespace's authorization rule."""
    categories: tuple[str, ...] = ()
    """The log categories that are on."""
    groups: tuple[str, ...] = ()
    """The category groups that are on."""
    metrics: bool = True


class ContentFilter(Record):
    """One filter of a content policy."""

    enabled: bool = True
    blocking: bool = True
    severity: Literal["Low", "Medium", "High"] | None = None
    """The least severity that it acts on; None for what has no severities."""


class ContentPolicy(Record):
    """A content (RAI) policy that an account's owner made."""

    name: str
    base: str = "Microsoft.DefaultV2"
    mode: Literal["Default", "Deferred", "Blocking", "Asynchronous_filter"] = "Blocking"
    filters: dict[str, ContentFilter] = {}
    """By what they filter and where: `Hate on Prompt`."""
    blocklists: tuple[str, ...] = ()
    """Names of blocklists that it refuses, on prompts and on completions."""


class Flow(Record):
    """What a deployment does, at the pace of a day."""

    requests: dict[str, int] = {"200": 4000}
    """By status code."""
    spilled: int = 0
    """Of its requests, those that came from a provisioned deployment which spills over to it."""
    load: float = 20
    """Percent of the tokens a minute that it may use, averaged over the day."""
    prompts: float = 80
    """Percent of its tokens that stand in prompts."""
    utilisation: float = 60
    """Percent of its provisioned capacity."""
    rejected: int = 8
    """By content filters, of its requests."""
    response_ms: float = 640
    first_token_ms: float = 1.2
    """For each token of the prompt."""
    between_tokens_ms: float = 14


class Lately(Flow):
    """What differs since some minutes ago; what is not said is as it was on the days before."""

    since_minutes: float = Field(gt=0)


class Traffic(Flow):
    """What a deployment does on each day."""

    silent_days: int = 0
    """How many days ago it was called for the last time."""
    lately: Lately | None = None

    @property
    def now(self) -> Flow:
        """The pace of the recent stretch."""
        if self.lately is None:
            return self
        told = self.lately.model_fields_set - {"since_minutes"}
        return self.model_copy(update={name: getattr(self.lately, name) for name in told})


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
    policy: str | None = "Microsoft.DefaultV2"
    """The content policy that it names."""
    traffic: Traffic = Traffic()
    made_minutes: float = 120 * DAY
    """How many minutes ago it was made; its endpoint does not know it in its first five."""
    changed_minutes: float | None = None
    """And how many ago somebody changed it."""
    changed_by: str = "platform@contoso.com"
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
    identity_deleted: bool = False
    """Whether its user-assigned identity was deleted, and is still named."""
    tenant: str | None = None
    """Another tenant than the world's."""
    health: Literal["Available", "Degraded", "Unavailable", "Unknown"] = "Available"
    """By Azure Resource Health."""
    health_minutes: float = 120
    """For how long it has been so, where it is Degraded or Unavailable."""
    month_cost: float = 0
    """What Cost Management tells of it since the month began, in the world's currency."""
    properties: JsonObject = {}
    """What else ARM tells of it, in ARM's spelling."""
    endpoints: Named[Endpoint] = {}
    perimeters: Named[Perimeter] = {}
    diagnostics: Named[Diagnostic] = {}
    policies: Named[ContentPolicy] = {}
    """The owner's own, beside those that the system manages in every account."""
    deployments: Named[Deployment] = {}
    unresolved: tuple[str, ...] = ()
    """Suffixes of its host names for which the private zone is linked and lacks the record."""
    lax: tuple[Literal["keys", "public path"], ...] = ()
    """What is let in all the same, though Resource Manager says that it is not."""
    stale_keys: bool = False
    """Whether the keys that Resource Manager lists are not those that are taken."""
    denied_data_actions: tuple[str, ...] = ()
    """What the caller may not do here, whatever its permissions say; `*` stands for anything."""
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
