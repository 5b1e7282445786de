"""The owner's intent: what is expected, where, and what the gate shall do about the difference."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from auditor.finding import Severity
from auditor.record import Json, Record

Name = Annotated[str, StringConstraints(min_length=1, max_length=260)]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")]


class Residency(StrEnum):
    """Where prompts may be processed; the deployment's SKU decides.

    https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/deployment-types
    """

    REGION = "region"
    """Only in the account's region: Standard, ProvisionedManaged."""
    DATA_ZONE = "data-zone"
    """Within the zone (US, EU, …): also DataZone*."""
    GLOBAL = "global"
    """Anywhere: also Global*."""


class Endpoints(Record):
    """A cloud that has no name here: every address said."""

    name: Name
    resource_manager: Name
    """`https://management.azure.com` and its like."""
    authority: Name
    """`https://login.microsoftonline.com` and its like."""
    openai_suffix: Name
    """`openai.azure.com` and its like."""
    foundry_suffix: Name
    """`services.ai.azure.com` and its like."""
    resource_manager_scope: Name
    model_scopes: tuple[Name, ...] = Field(min_length=1)
    """Token scopes of the model endpoints; the next is tried when one's audience is refused."""
    private_dns_zones: tuple[Name, ...] = ()


class Scope(Record):
    """Which part of the tenant is looked at; more kinds of limits narrow it."""

    subscriptions: tuple[Guid, ...] = Field(min_length=1)
    resource_groups: tuple[Name, ...] = ()
    accounts: tuple[Name, ...] = ()
    """Account names."""
    tags: dict[str, str] = {}


Feature = Literal[
    "text",
    "stateless",
    "conversation",
    "stream",
    "function_calling",
    "structured_outputs",
    "reasoning",
    "vision",
    "pdf",
    "file_search",
    "code_interpreter",
    "image_generation",
    "background",
    "mcp",
    "combined",
    "web_search",
    "computer_use",
    "prompt_caching",
    "content_filter",
]
"""What an application may use of the Responses API."""

ApiVersion = Annotated[str, StringConstraints(pattern=r"^20\d\d-\d\d-\d\d(-preview)?$")]


class McpServer(Record):
    """The remote MCP server that an application hands to the model, and one harmless call of it.

    Azure calls the server, not this machine: it must be reachable from the public network.
    https://learn.microsoft.com/azure/foundry/openai/how-to/responses
    """

    label: Name
    """The name under which the model knows it: a letter, then letters, digits, `-` and `_`, at most 64."""
    url: Name
    """Where it speaks streamable HTTP, such as `https://tools.contoso.com/mcp`; no key stands in it."""
    tool: Name
    """A tool that changes nothing and answers in a few words."""
    arguments: dict[Name, Json] = {}
    """What it is called with; `{word}` in a text stands for a word that the auditor makes up."""
    expects: Name
    """A text that the tool's answer must hold; `{word}` stands for the same word."""
    authentication: Literal["none", "entra", "key"] = "none"
    """entra: with a token for `scope` of the identity that runs the auditor; key: with what `key_from` holds."""
    scope: Name | None = None
    """Of the token, such as `api://tools/.default`."""
    key_from: Name | None = None
    """The environment variable that holds the key; the key itself never stands in settings."""
    header: Name = "Authorization"
    """The header that carries the key: as `Bearer KEY` in Authorization, alone in any other."""


Shape = Literal["circle", "square", "triangle"]
Colour = Literal["red", "green", "blue", "black"]


class PublicPicture(Record):
    """A picture that Azure fetches, not this machine: whoever knows the address must be able to read it.

    https://learn.microsoft.com/azure/foundry/openai/how-to/gpt-with-vision
    """

    url: Name
    """Such as `https://documents.contoso.com/circle.png`; no signature stands in it."""
    shape: Shape
    """What is on it, alone on a plain ground."""
    colour: Colour


RoutingMode = Literal["balanced", "quality", "cost"]
"""By what a model router chooses.

https://learn.microsoft.com/azure/foundry/openai/how-to/model-router
"""


class RouterIntent(Record):
    """How a deployment of the model router shall choose, and among which models."""

    mode: RoutingMode | None = None
    """None: any."""
    models: tuple[Name, ...] = ()
    """Approved names of what it may choose; empty: the workload's `models`."""


class Canary(Record):
    """A text that the content filter must refuse; sent only with `probes.negative`.

    Best a word without meaning that stands on a blocklist of the deployment's content policy, whose category is
    `custom_blocklists`: https://learn.microsoft.com/azure/foundry/openai/how-to/use-blocklists
    """

    text_from_environment: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
    """The variable that holds it, since every report copies the settings."""
    category: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,63}$")]
    """As the service's `content_filter_results` name it: `custom_blocklists`, `jailbreak`, `hate`, …"""


class ExpectedDeployment(Record):
    """What an application relies on in one deployment."""

    name: Name
    """The deployment name: what the application passes as `model`."""
    model: Name
    version: Name | None = None
    format: Name = "OpenAI"
    sku: Name | None = None
    capacity: int | None = Field(default=None, ge=1)
    """Least capacity, in the SKU's units (thousands of tokens per minute, or PTU)."""
    capacity_max: int | None = Field(default=None, ge=1)
    """Most capacity, in the same units: what is more takes from others' quota, or is paid for unused."""
    rpm: int | None = Field(default=None, ge=1)
    tpm: int | None = Field(default=None, ge=1)
    features: tuple[Feature, ...] = ("text",)
    """What of the Responses API the application uses; each is proven by a probe of the same name. Empty: nothing, as of
    an embedding model; one that has the API is called once all the same."""
    surfaces: tuple[Literal["v1", "project"] | ApiVersion, ...] = Field(default=("v1",), min_length=1)
    """By which APIs the application calls: v1, a Foundry project's endpoint, or an api-version of the legacy API."""
    project: Name | None = None
    """The Foundry project whose endpoint is called; needed for the surface `project`."""
    image_deployment: Name | None = None
    """The deployment of the image model that draws for this one; needed for the feature `image_generation`."""
    picture: PublicPicture | None = None
    """A picture to be fetched by its address; without one the feature `vision` is proven by a data URL alone."""
    mcp: McpServer | None = None
    """The MCP server that the application hands to the model; needed for the feature `mcp`."""
    latency_budget_ms: int | None = Field(default=None, ge=1)
    """What one call may take."""
    p95_budget_ms: int | None = Field(default=None, ge=1)
    """What 95 of 100 calls may take at most; needs 20 calls (probes.repeat)."""
    first_token_budget_ms: int | None = Field(default=None, ge=1)
    """When half of the streamed calls must have brought their first text; needs the feature `stream`."""
    data_residency: Residency | None = None
    router: RouterIntent | None = None
    """Of a deployment of the model router."""
    canary: Canary | None = None
    """Proves the feature `content_filter` by what must be refused."""


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""By ISO 4217, such as EUR."""


class Cap(Record):
    """So much and no more."""

    amount: float = Field(gt=0)
    currency: Currency
    """The one that the subscription is billed in; Cost Management tells costs in no other."""


class LogIntent(Record):
    """Where the logs belong and which."""

    destinations: tuple[Name, ...] = ()
    """ARM ids of approved workspaces, storage accounts or event hubs; empty: any."""
    categories: tuple[Name, ...] = ("Audit", "RequestResponse")


class Workload(Record):
    """One application and the account it lives on."""

    name: Name
    owner: Name
    environment: Literal["development", "test", "production"] = "production"
    account: Name
    """The account's name, or its ARM id where names repeat."""
    location: Name | None = None
    """Where the account is expected while it does not exist yet; default: the only one of `regions`."""
    standby: tuple[Name, ...] = ()
    """Accounts in other regions, as names or ARM ids, to which the application turns where its own region is down; each
    model that it relies on must then be deployed in one of them. Empty: it need not survive its region."""
    network: Literal["private", "restricted", "public"] = "restricted"
    """private: only private endpoints; restricted: deny by default, chosen networks; public: open on purpose."""
    virtual_networks: tuple[Name, ...] = ()
    """ARM ids of the virtual networks from which the application calls; where a DNS server in another network answers
    for them, that network's. Empty: not said, and links of private DNS zones are not judged."""
    authentication: Literal["entra-only", "keys-allowed"] = "entra-only"
    identities: tuple[Guid, ...] = ()
    """Object ids (not client ids) of the principals by which the application calls its models; empty: not said."""
    models: tuple[Name, ...] = ()
    """Approved model names; empty: any."""
    regions: tuple[Name, ...] = ()
    """Approved Azure region names, such as `swedencentral`; empty: any."""
    skus: tuple[Name, ...] = ()
    """Approved deployment SKUs; empty: any."""
    tags: tuple[Name, ...] = ()
    """Tag names that the account must carry."""
    logs: LogIntent = LogIntent()
    monthly_cap: Cap | None = None
    """What the account may cost from the first of a month to its last, as far as Cost Management tells it."""
    requirements: tuple[Name, ...] = ()
    """Files beside or below this one that say which client libraries the application is built with: requirements.txt,
    pyproject.toml, poetry.lock, uv.lock, Pipfile.lock, package.json, package-lock.json, *.csproj and
    Directory.Packages.props. Empty: not said."""
    deployments: tuple[ExpectedDeployment, ...] = Field(min_length=1)

    @property
    def planned_location(self) -> str | None:
        """Where the account would be made, as written: `location`, else the only approved region."""
        return self.location or (self.regions[0] if len(self.regions) == 1 else None)


class GateSettings(Record):
    """When a release is stopped."""

    fail_on: Severity = Severity.HIGH
    """The least severity that stops it."""
    incomplete: Literal["block", "allow"] = "block"
    """Whether an unknown that severe, or an audit that could not see everything, stops it too."""


class ProbeSettings(Record):
    """Live calls and what they may cost, over the whole run."""

    enabled: bool = True
    calls: int = Field(default=100, ge=1)
    tokens: int = Field(default=50_000, ge=1)
    """Input and output together, by the most that each call could use."""
    money: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """In `currency`, by the tokens alone; what has no price is then not called."""
    prices: dict[Name, float] = {}
    """Model name → price of a million tokens, the dearer of input and output; goes before any other price."""
    retail_prices: bool = False
    """Whether prices that are not said here are asked of Azure's public price list; with `money` they always are."""
    currency: Currency = "USD"
    """Of all prices and of `money`."""
    repeat: int = Field(default=1, ge=1, le=200)
    """How often the text question, and the streamed one where it is declared, is put to each declared deployment."""
    seconds: float = Field(default=120, gt=0, allow_inf_nan=False)
    negative: bool = False
    """Also what must be refused: a call with an API key where keys are off, a call by the public path where that is
    closed, and each deployment's canary. The first asks Resource Manager for the keys (accounts/listKeys/action), which
    leaves an entry in the activity log, and an alert where one watches it."""


class Settings(Record):
    """auditor.yaml, with the environment and the flags laid over it."""

    cloud: Literal["public", "us-government", "china"] | Endpoints = "public"
    tenant: Guid | None = None
    scope: Scope
    workloads: tuple[Workload, ...] = ()
    packs: tuple[Name, ...] = Field(default=("production",), min_length=1)
    """Names of shipped packs, or paths of pack files or folders beside this file."""
    parameters: dict[str, dict[str, Json]] = {}
    """Check id → parameter → value, over what the packs say."""
    gate: GateSettings = GateSettings()
    probes: ProbeSettings = ProbeSettings()
    waivers: Name | None = None
    """A waivers file, relative to this one."""
    attestations: Name | None = None
    """A file of statements on what no API can see, relative to this one: by whom, on what evidence, until when."""
    resolver: Name | None = None
    """`host:port` of the DNS server to ask; default: the system's."""
    credentials: tuple[
        Literal["github-oidc", "workload-identity", "managed-identity", "environment", "azure-cli", "azd"], ...
    ] = ("github-oidc", "workload-identity", "environment", "managed-identity", "azure-cli", "azd")
    """The chain, tried in this order; each that is not configured is passed over and said so."""
    concurrency: int = Field(default=32, ge=1, le=256)
    deadline_seconds: float = Field(default=600, gt=0, allow_inf_nan=False)

    def about(self, workloads: tuple[Workload, ...]) -> Settings:
        """The same with these workloads alone, and no other account in scope than theirs and those that stand by."""
        accounts = (name for workload in workloads for name in (workload.account, *workload.standby))
        names = tuple(dict.fromkeys(name.rstrip("/").rpartition("/")[2] for name in accounts))
        scope = self.scope.model_copy(update={"accounts": names})
        return self.model_copy(update={"workloads": workloads, "scope": scope})
