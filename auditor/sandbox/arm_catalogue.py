"""What a region offers and how much of it is left: models, quota, capacities, resource SKUs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.record import JsonObject
from auditor.sandbox.account import Account
from auditor.sandbox.catalogue import Model, ModelSku, Quota
from auditor.sandbox.world import World

_PERIOD = 60


def location_models(world: World, subscription: str, region: str) -> list[JsonObject]:
    """The region's catalogue: each model once for every kind of account that may deploy it, all with the same id."""
    return [
        {
            "id": (
                f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{region}"
                f"/models/{model.format}.{model.model}.{model.version}"
            ),
            "type": "Microsoft.CognitiveServices/locations/models",
            "name": f"{model.format}.{model.model}.{model.version}",
            "location": region,
            "kind": kind,
            "skuName": "S0",
            "model": _model_body(model, region),
        }
        for model in world.models.values()
        if region in model.regions
        for kind in model.kinds
    ]


def account_models(world: World, account: Account) -> list[JsonObject]:
    """What the account may deploy."""
    return [
        _model_body(model, account.region)
        for model in world.models.values()
        if account.region in model.regions and account.kind in model.kinds
    ]


def usages(world: World, subscription: str, region: str) -> list[JsonObject]:
    """The region's quota pools, the number of accounts first."""
    accounts = sum(1 for account in world.accounts.values() if account.region == region)
    return [
        _usage("AccountCount", "Cognitive Services total account limit", accounts, 200),
        *(
            _usage(name, _localized(name), current, limit, status)
            for name, current, limit, status in _pools(world, subscription, region)
        ),
    ]


def account_usages(world: World, account: Account) -> list[JsonObject]:
    """The pools that the account's deployments draw on."""
    used = {sku.usage for sku in map(world.sku_of, account.deployments.values()) if sku is not None}
    return [
        row for row in usages(world, world.subscription_of(account), account.region) if row["name"]["value"] in used
    ]


def capacities(
    world: World, subscription: str, named: tuple[str, str, str], regions: tuple[str, ...]
) -> list[JsonObject]:
    """How much of a model (format, name, version) can still be deployed in each of the regions."""
    model = next((one for one in world.models.values() if (one.format, one.model, one.version) == named), None)
    if model is None:
        return []
    return [
        _capacity(world, subscription, model, sku, region)
        for region in regions
        if region in model.regions
        for sku in model.sold_in(region)
    ]


def resource_skus(world: World) -> list[JsonObject]:
    """What accounts are sold as, one row for each kind, SKU and location, in the service's upper case."""
    return [
        {
            "resourceType": "accounts",
            "name": sku.name,
            "tier": sku.tier,
            "kind": sku.kind,
            "locations": [location.upper()],
            "restrictions": list(sku.restrictions),
        }
        for sku in world.resource_skus
        for location in sku.locations
    ]


def _model_body(model: Model, region: str) -> JsonObject:
    skus = list(model.sold_in(region))
    deprecation: JsonObject = {}
    if model.retires:
        deprecation = {"inference": model.retires}
        if model.retirement_status:
            deprecation["deprecationStatus"] = model.retirement_status
    return {
        "format": model.format,
        "name": model.model,
        "version": model.version,
        "isDefaultVersion": model.default,
        "skus": [_sku_body(sku) for sku in skus],
        "maxCapacity": max((sku.maximum for sku in skus), default=0),
        "capabilities": model.capabilities,
        **({"deprecation": deprecation} if deprecation else {}),
        "lifecycleStatus": model.lifecycle,
        **({"replacementConfig": {"targetModelName": model.replacement}} if model.replacement else {}),
        "systemData": {
            "createdBy": "Microsoft",
            "createdByType": "Application",
            "createdAt": "2026-03-05T00:00:00Z",
            "lastModifiedBy": "Microsoft",
            "lastModifiedByType": "Application",
            "lastModifiedAt": "2026-03-05T00:00:00Z",
        },
        "modelCatalogAssetId": f"azureml://registries/azure-openai/models/{model.model}/versions/{model.version}",
    }


def _sku_body(sku: ModelSku) -> JsonObject:
    capacity = {"minimum": sku.minimum, "maximum": sku.maximum, "step": sku.step, "default": sku.default}
    rates = {"request": sku.requests, "token": sku.tokens}
    return {
        "name": sku.name,
        "usageName": sku.usage,
        "capacity": {name: value for name, value in capacity.items() if value is not None},
        **({"deprecationDate": sku.retires} if sku.retires else {}),
        "rateLimits": [{"key": key, "renewalPeriod": _PERIOD, "count": count} for key, count in rates.items() if count],
    }


def _pools(world: World, subscription: str, region: str) -> Iterator[tuple[str, int, int, str | None]]:
    """Name, units taken, limit and status of each pool that a SKU sold in the region draws on, or that is named."""
    named = world.quotas.get(region, {})
    limits = {
        sku.usage: sku.quota
        for model in world.models.values()
        if region in model.regions
        for sku in model.sold_in(region)
    }
    for name in sorted({*limits, *named}):
        told = named.get(name, Quota())
        taken = world.held.get((subscription, region, name), 0) + told.elsewhere
        yield name, taken, limits.get(name, 0) if told.limit is None else told.limit, told.status


def _capacity(world: World, subscription: str, model: Model, sku: ModelSku, region: str) -> JsonObject:
    pools = {name: limit - taken for name, taken, limit, _ in _pools(world, subscription, region)}
    free = world.quotas.get(region, {}).get(sku.usage, Quota()).free
    return {
        "id": (
            f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{region}"
            f"/models/{model.format}.{model.model}.{model.version}/skuCapacities/{sku.name}"
        ),
        "type": "Microsoft.CognitiveServices/locations/models/skuCapacities",
        "name": sku.name,
        "location": region,
        "properties": {
            "model": {"format": model.format, "name": model.model, "version": model.version},
            "skuName": sku.name,
            "availableCapacity": max(0, pools.get(sku.usage, 0)) if free is None else free,
            "availableFinetuneCapacity": 0,
        },
    }


def _usage(name: str, words: str, current: int, limit: int, status: str | None = None) -> JsonObject:
    return {
        "name": {"value": name, "localizedValue": words},
        "currentValue": current,
        "limit": limit,
        "unit": "Count",
        **({"status": status} if status else {}),
    }


def _localized(name: str) -> str:
    _, _, rest = name.partition(".")
    sku, _, model = rest.partition(".")
    if "Provisioned" in sku:
        return f"Provisioned Managed Throughput Unit - {sku}" + (f" - {model}" if model else "")
    return f"Tokens Per Minute (thousands) - {model} - {sku}"
