"""The account SKUs that are offered, of the kinds and in the locations that accounts in scope have or may get."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.cloud.arm import PROVIDER
from auditor.cloud.arm_id import region
from auditor.cloud.kinds import ACTIONS
from auditor.cloud.pages import Row, Rows
from auditor.collect.collector import Collector
from auditor.collect.look import Look
from auditor.collect.target import Per, Target
from auditor.record import JsonObject
from auditor.snapshot import Gap, Resource

NEW_KINDS = frozenset({"aiservices", "openai"})
"""Kinds, in lower case, that an account which is still to be made may have."""


async def _in_use(look: Look, target: Target) -> None:
    await _keep_offers(look, target, await look.arm.resource_skus(target.subscription))


async def _to_make(look: Look, target: Target) -> None:
    await _keep_offers(look, target, await look.arm.resource_skus(target.subscription), NEW_KINDS)


async def _to_make_anywhere(look: Look, target: Target) -> None:
    """Approved regions are worth looking at even where the SKUs can't be read; without any, all that are sold in."""
    for location in look.selection.approved_locations(target.subscription):
        look.found_location(target.subscription, location)
    rows = await look.arm.resource_skus(target.subscription)
    if look.selection.any_location(target.subscription) and not isinstance(rows, Gap):
        offers = [offer for row in rows.rows if _of_accounts(row) for offer in _offers(row.body)]
        for location in sorted({location for kind, _, location in offers if kind.lower() in NEW_KINDS}):
            look.found_location(target.subscription, location)
    await _keep_offers(look, target, rows, NEW_KINDS)


async def _keep_offers(look: Look, target: Target, rows: Rows | Gap, kinds: frozenset[str] = frozenset()) -> None:
    """Keeps the SKUs of what accounts in scope have, and those of some kinds wherever they are sold."""
    if isinstance(rows, Gap):
        look.keep_gap(rows)
        return
    in_use = await look.in_use(target.subscription)
    skus = [row for row in rows.rows if _of_accounts(row)]
    for row in skus:
        for kind, name, location in _offers(row.body):
            if kind.lower() in kinds or (kind.lower(), location) in in_use:
                _keep(look, target, f"{kind}.{name}.{location}", row)
    look.keep_listing("resource_sku", target.id, rows, nameless=sum(not _is_named(row.body) for row in skus))


def _of_accounts(row: Row) -> bool:
    return row.body.get("resourceType") in {None, "accounts"}


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


SKUS = Collector("resource_sku", Per.SUBSCRIPTION, (ACTIONS["resource_sku"],), _in_use)
PLANNED_SKUS = Collector("resource_sku", Per.SUBSCRIPTION, (ACTIONS["resource_sku"],), _to_make)
"""Instead of SKUS where something is still to be made: also what new accounts may be."""
REGIONS = Collector("resource_sku", Per.SUBSCRIPTION, (ACTIONS["resource_sku"],), _to_make_anywhere)
"""Instead of those where it is asked in which regions: finds every region that the owner allows."""
