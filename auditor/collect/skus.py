"""The account SKUs that are offered, of the kinds and in the locations that accounts in scope have."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.arm import PROVIDER
from auditor.cloud.arm_id import region
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, Resource


async def _skus(look: Look, target: Target) -> None:
    rows = await look.arm.resource_skus(target.subscription)
    if isinstance(rows, Gap):
        look.keep_gap(rows)
        return
    in_use = await look.in_use(target.subscription)
    skus = [row for row in rows.rows if row.body.get("resourceType") in {None, "accounts"}]
    for row in skus:
        for kind, name, location in _offers(row.body):
            if (kind.lower(), location) in in_use:
                _keep(look, target, f"{kind}.{name}.{location}", row)
    look.keep_listing("resource_sku", target.id, rows, nameless=sum(not _is_named(row.body) for row in skus))


def _is_named(sku: JsonObject) -> bool:
    return isinstance(sku.get("kind"), str) and isinstance(sku.get("name"), str)


def _offers(sku: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Kind, SKU name and location of each offer that one entry makes."""
    locations = sku.get("locations")
    for location in locations if _is_named(sku) and isinstance(locations, list) else []:
        yield sku["kind"], sku["name"], region(location)


def _keep(look: Look, target: Target, name: str, row: Row) -> None:
    id_ = f"{target.id}/providers/{PROVIDER}/skus/{name}"
    look.keep_resource(Resource(kind="resource_sku", id=id_, parent=target.id, body=row.body, readings=(row.reading,)))


SKUS = Collector("resource_sku", Per.SUBSCRIPTION, (ACTIONS["resource_sku"],), _skus)
