"""What a probe asks its question of: each deployment that was read, and each that settings declare and nobody found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.cloud.arm_id import region
from auditor.cloud.model_answer import Surface
from auditor.cloud.model_host import model_host, project_host
from auditor.record import JsonObject
from auditor.settings import Canary, Endpoints, ExpectedDeployment, McpServer, PublicPicture, Settings, Workload
from auditor.snapshot import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may call a declared deployment's account and from where, as its owner and Resource Manager say."""

    account: str
    """The ARM id."""
    keys_allowed: bool
    """Whether every workload that declares the deployment allows API keys."""
    keys_off: bool
    """Whether the account refuses them; what Resource Manager does not tell is its default, that it takes them."""
    public_off: bool
    """Whether public network access is disabled."""
    addresses: tuple[str, ...] | None
    """What the account's model endpoint leads to from here; None where that was not seen."""
    first: bool
    """Whether this is the one of its account's declared deployments by which the account itself is tried."""
    negative: bool
    """Whether the owner wants to see refused what must be."""
    canaries: tuple[Canary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A deployment as an application would call it."""

    id: str
    """Its ARM id, or the one that it would have."""
    name: str
    """What is passed as `model`: as the settings spell it, where a workload declares it, else as Azure does."""
    surfaces: tuple[Surface, ...]
    """Where it is called, as its owner declares; empty where the account names no endpoint. One whose host is empty is
    declared, and the account has none such."""
    location: str
    model: str
    """The deployed model's name; of a deployment that does not exist, the expected one's."""
    capabilities: Mapping[str, str]
    """The deployment's own over its model's in the region's catalogue; empty where neither was told."""
    tokens_per_minute: int | None
    requests_per_minute: int | None = None
    version: str | None = None
    """The deployed model's."""
    sku: str | None = None
    """What the deployment is sold as, as Azure spells it."""
    declared: bool
    features: frozenset[str] | None
    """What settings say that applications use of it; None where no workload declares it."""
    exists: bool
    image_deployment: str | None = None
    """The deployment of an image model that draws for it; None where no workload names one."""
    mcp: McpServer | None = None
    """The MCP server that the application hands to the model; the first that a workload names."""
    picture: PublicPicture | None = None
    """The picture that the service is to fetch; the first that a workload names."""
    door: Door | None = None
    """None where no workload declares it."""

    def can(self, capability: str) -> bool:
        """Whether a capability is told to be true; an absent one is not told."""
        return self.capabilities.get(capability, "").lower() == "true"


def targets(settings: Settings, resources: Iterable[Resource], endpoints: Endpoints) -> tuple[Target, ...]:
    """Every deployment of the accounts that were read, declared ones first, each part in the order of the ids.

    A deployment that is declared on an account that exists is among them even where it was not found: calling it is
    what the application will do, and the service's 404 is then evidence.
    """
    by_kind: defaultdict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        by_kind[resource.kind].append(resource)
    accounts = {account.id.lower(): account for account in by_kind["account"]}
    catalogue = _catalogue(by_kind["model"])
    expected = _expected(settings.workloads, by_kind["account"])
    doors = _doors(settings, expected, by_kind["host_name"], endpoints)
    found = {
        deployment.id.lower(): _existing(
            deployment, accounts[deployment.parent.lower()], endpoints, catalogue, expected
        )
        for deployment in by_kind["deployment"]
        if deployment.parent and deployment.parent.lower() in accounts
    }
    missing = {id_: _missing(wanted, endpoints) for id_, wanted in expected.items() if id_ not in found}
    behind = [replace(target, door=doors.get(id_)) for id_, target in {**found, **missing}.items()]
    return tuple(sorted(behind, key=lambda target: (not target.declared, target.id.lower())))


_Key = tuple[str, str, str, str, str]
"""Location, account kind, model format, name and version, lower-cased."""

_Catalogue = Mapping[_Key, Mapping[str, str]]
"""Model → capabilities."""

_Wanted = list[tuple[Resource, Workload, ExpectedDeployment]]
"""The account that a deployment is expected on, and what each workload expects of it."""

_Expected = Mapping[str, _Wanted]
"""Deployment id, lower-cased → who expects it."""

_Doors = Mapping[str, Door]
"""Deployment id, lower-cased → the door to it; of those that are expected."""


def _existing(
    deployment: Resource,
    account: Resource,
    endpoints: Endpoints,
    catalogue: _Catalogue,
    expected: _Expected,
) -> Target:
    model = _object(_object(deployment.body.get("properties")).get("model"))
    location = region(account.body.get("location"))
    of_model = catalogue.get(_key(location, account.body.get("kind"), model), {})
    own = _capabilities(_object(deployment.body.get("properties")))
    wanted = expected.get(deployment.id.lower(), [])
    return Target(
        id=deployment.id,
        name=wanted[0][2].name if wanted else deployment.id.rpartition("/")[2],
        surfaces=_surfaces(account, endpoints, wanted),
        location=location,
        model=_text(model.get("name")),
        capabilities={**of_model, **own},
        tokens_per_minute=_per_minute(deployment.body, "token"),
        requests_per_minute=_per_minute(deployment.body, "request"),
        version=_text(model.get("version")) or None,
        sku=_text(_object(deployment.body.get("sku")).get("name")) or None,
        declared=deployment.id.lower() in expected,
        features=_features(wanted),
        exists=True,
        image_deployment=_image_deployment(wanted),
        mcp=next((one.mcp for *_, one in wanted if one.mcp is not None), None),
        picture=next((one.picture for *_, one in wanted if one.picture is not None), None),
    )


def _missing(wanted: _Wanted, endpoints: Endpoints) -> Target:
    account, _, expected = wanted[0]
    return Target(
        id=f"{account.id}/deployments/{expected.name}",
        name=expected.name,
        surfaces=_surfaces(account, endpoints, wanted),
        location=region(account.body.get("location")),
        model=expected.model,
        capabilities={},
        tokens_per_minute=None,
        version=expected.version,
        sku=expected.sku,
        declared=True,
        features=_features(wanted),
        exists=False,
        image_deployment=_image_deployment(wanted),
    )


def _features(wanted: _Wanted) -> frozenset[str] | None:
    return frozenset(feature for _, _, expected in wanted for feature in expected.features) if wanted else None


def _image_deployment(wanted: _Wanted) -> str | None:
    """The first that a workload names."""
    return next((one.image_deployment for *_, one in wanted if one.image_deployment is not None), None)


def _surfaces(account: Resource, endpoints: Endpoints, wanted: _Wanted) -> tuple[Surface, ...]:
    """Each surface once, in the order in which workloads declare them; v1 where none is declared."""
    host, foundry = model_host(account.body, endpoints), project_host(account.body, endpoints)
    found: dict[Surface, None] = {}
    declared = [(name, expected.project) for _, _, expected in wanted for name in expected.surfaces] or [("v1", None)]
    for name, project in declared:
        if name == "project":
            if project is not None:
                found[Surface(foundry or "", project=project)] = None
        elif host is not None:
            found[Surface(host, api_version=None if name == "v1" else name)] = None
    return tuple(found)


def _expected(workloads: Sequence[Workload], accounts: Sequence[Resource]) -> _Expected:
    found: defaultdict[str, _Wanted] = defaultdict(list)
    for workload in workloads:
        named = [account for account in accounts if _is_named(account, workload.account)]
        # A name that several accounts bear does not say on which of them the deployment belongs.
        for account in named if len(named) == 1 else ():
            for deployment in workload.deployments:
                found[f"{account.id}/deployments/{deployment.name}".lower()].append((account, workload, deployment))
    return dict(found)


def _doors(settings: Settings, expected: _Expected, names: Iterable[Resource], endpoints: Endpoints) -> _Doors:
    addresses = {
        (one.parent or "", _text(one.body.get("host"))): tuple(map(str, found))
        for one in names
        if isinstance(found := one.body.get("addresses"), list)
    }
    tried: set[str] = set()
    doors: dict[str, Door] = {}
    for id_, wanted in sorted(expected.items()):
        account = wanted[0][0]
        told = _object(account.body.get("properties"))
        doors[id_] = Door(
            account=account.id,
            keys_allowed=all(workload.authentication == "keys-allowed" for _, workload, _ in wanted),
            keys_off=told.get("disableLocalAuth") is True,
            public_off=_text(told.get("publicNetworkAccess")).lower() == "disabled",
            addresses=addresses.get((account.id, model_host(account.body, endpoints) or "")),
            first=account.id not in tried,
            negative=settings.probes.negative,
            canaries=tuple(one.canary for _, _, one in wanted if one.canary and "content_filter" in one.features),
        )
        tried.add(account.id)
    return doors


def _is_named(account: Resource, name_or_id: str) -> bool:
    return name_or_id.lower() in {account.id.lower(), account.id.rpartition("/")[2].lower()}


def _catalogue(models: Iterable[Resource]) -> _Catalogue:
    found = {}
    for resource in models:
        model, location = _object(resource.body.get("model")), region((resource.parent or "").rpartition("/")[2])
        found[_key(location, resource.body.get("kind"), model)] = _capabilities(model)
    return found


def _key(location: str, kind: object, model: JsonObject) -> _Key:
    format_, name, version = (_text(model.get(part)).lower() for part in ("format", "name", "version"))
    return location, _text(kind).lower(), format_, name, version


def _capabilities(holder: JsonObject) -> dict[str, str]:
    told = _object(holder.get("capabilities"))
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _per_minute(deployment: JsonObject, key: str) -> int | None:
    limits = _object(deployment.get("properties")).get("rateLimits")
    for limit in limits if isinstance(limits, list) else ():
        count, seconds = _object(limit).get("count"), _object(limit).get("renewalPeriod")
        if _object(limit).get("key") == key and isinstance(count, int | float) and isinstance(seconds, int | float):
            return int(count * 60 / seconds) if seconds > 0 else None
    return None


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
