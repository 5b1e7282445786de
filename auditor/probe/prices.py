"""Azure's prices of what is about to be called: asked once per region, and only where somebody wants to know."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from auditor.cloud.pages import Rows
from auditor.cloud.reads import Keep
from auditor.probe.price import meter_of, names_of
from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.settings import ProbeSettings
from auditor.snapshot import Gap, Resource

KIND = "price"


class PriceList(Protocol):
    """The way to the list: `auditor.cloud.retail.Retail`."""

    async def prices(self, region: str, currency: str, keep: Keep) -> Rows | Gap:
        """The rows of a region that `keep` holds for."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the list told."""

    asked: bool = False
    by_region: Mapping[str, Sequence[JsonObject]] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    """Region → why its list could not be read."""


def wanted(settings: ProbeSettings) -> bool:
    """Whether the list is to be asked."""
    return settings.enabled and (settings.retail_prices or settings.money is not None)


async def read_prices(way: PriceList, settings: ProbeSettings, targets: Iterable[Target]) -> Prices:
    """The rows that name a model that is deployed, of every region with one whose price the settings do not say."""
    models: dict[str, set[tuple[str, ...]]] = {}
    for target in targets:
        if target.model not in settings.prices and target.location:
            models.setdefault(target.location, set()).update(names_of(target))

    async def of(region: str) -> Rows | Gap:
        def named(item: JsonObject) -> bool:
            meter = meter_of(item)
            return meter is not None and meter.words in models[region]

        return await way.prices(region, settings.currency, named)

    regions = sorted(models)
    found = dict(zip(regions, await asyncio.gather(*map(of, regions)), strict=True))
    read = {region: rows for region, rows in found.items() if isinstance(rows, Rows)}
    return Prices(
        True,
        {region: [row.body for row in rows.rows] for region, rows in read.items()},
        tuple(
            Resource(
                kind=KIND,
                id=f"https://prices.azure.com/{region}/{row.body.get('meterId', row.body['meterName'])}/{number}",
                body=row.body,
                readings=(row.reading,),
            )
            for region, rows in read.items()
            for number, row in enumerate(rows.rows)
        ),
        {
            region: f"Azure's price list could not be read: {gap.detail}"
            for region, gap in found.items()
            if isinstance(gap, Gap)
        },
    )
