"""Quota pools: one for each usage name in each region, what is used of it, and whether what is planned still fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from auditor.policy.facts.arm_id import fold, last
from auditor.policy.facts.defaults import fill
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number, text

KIND: Final = "usage"

PAGE: Final = "https://learn.microsoft.com/rest/api/aiservices/accountmanagement/usages/list"

NOT_LISTED: Final[Note] = ("not known: the region's usages were read and this pool is not among them", PAGE)


@dataclass(frozen=True)
class Pool:
    """The quota that deployments of some models and one SKU share in one region, in the SKU's units of capacity.

    Regions are never added up: the same pool may be listed in each of them.
    """

    location: str
    """Location scope: the id under which usages are listed."""
    name: str
    """The usage name, as the catalogue's SKU gives it: not to be put together from SKU and model."""
    current: int | None = None
    limit: int | None = None
    status: str | None = None
    unit: str | None = None
    gap: str | None = None
    note: Note | None = None
    readings: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The pool as a subject."""
        return f"{self.location}/usages/{self.name}"

    @property
    def headroom(self) -> int | None:
        """What is left; negative where more is used than granted."""
        return None if self.limit is None or self.current is None else self.limit - self.current

    def fits(self, extra: int | None) -> bool | None:
        """Whether so much more can be had; nothing more always can."""
        if extra == 0:
            return True
        return None if extra is None or self.headroom is None else extra <= self.headroom


@dataclass(frozen=True)
class Demand:
    """What one expectation asks of a pool beyond what its own deployment already holds; None is not known."""

    subscriptions: tuple[str, ...]
    """Scopes of the subscriptions that it may fall to."""
    location: str | None
    pool: str | None
    """The usage name; None where it could be any pool of the location, or of the subscriptions."""
    extra: int | None
    gap: str | None = None
    """Why it is not known how much it asks, or of which pool."""


class Demands:
    """All demands, found by the pool of which they may ask."""

    def __init__(self, demands: Iterable[Demand]) -> None:
        self._by_pool: dict[tuple[str, str], list[Demand]] = {}
        self._anywhere: list[Demand] = []
        for demand in demands:
            if demand.extra == 0:
                continue
            if demand.location is None:
                self._anywhere.append(demand)
            else:
                key = (fold(demand.location), (demand.pool or "").lower())
                self._by_pool.setdefault(key, []).append(demand)

    def planned(self, of: Pool) -> tuple[int | None, str | None]:
        """What is asked of a pool in all; None, and the gap behind it, where what may fall to it is not known."""
        place = fold(of.location)
        asked = self._by_pool.get((place, of.name.lower()), [])
        unsure = [
            *(one for one in asked if one.extra is None),
            *self._by_pool.get((place, ""), []),
            *(one for one in self._anywhere if any(place.startswith(fold(scope) + "/") for scope in one.subscriptions)),
        ]
        if unsure:
            return None, next((one.gap for one in unsure if one.gap is not None), None)
        return sum(one.extra for one in asked if one.extra is not None), None


def pool(location: str, name: str, seen: Seen) -> Pool:
    """The pool of that usage name in a region; unread, empty or without it, nothing of it is known."""
    found = seen.resource(KIND, f"{location}/usages/{name}")
    if found is None:
        read = seen.listing(KIND, location)
        gap = seen.gap(KIND, location) if read is None else None
        return Pool(location, name, gap=gap, note=NOT_LISTED if read is not None else None)
    body = fill(KIND, found.body)[0]
    current, limit = number(body.get("currentValue")), number(body.get("limit"))
    return Pool(
        location,
        name,
        current=ceil(current) if current is not None else None,
        limit=floor(limit) if limit is not None else None,
        status=_status(found.body.get("status"), text(body.get("status"))),
        unit=text(body.get("unit")),
        readings=found.readings,
    )


def quota(found: Pool, demands: Demands) -> Part:
    """The `quota` of rules."""
    told = Telling()
    told.read("", found.readings)
    told.tell("id", found.id)
    told.tell("name", found.name)
    told.tell("location", last(found.location))
    for name, value in (("current", found.current), ("limit", found.limit), ("headroom", found.headroom)):
        told.tell(name, value, because=found.gap, note=found.note)
    told.tell("headroom_percent", _percent(found), because=found.gap, note=found.note)
    told.tell("status", found.status, because=found.gap)
    told.tell("unit", found.unit, because=found.gap)
    planned, gap = demands.planned(found)
    told.tell("planned", planned, because=gap)
    told.tell("planned_fits", found.fits(planned), because=found.gap or gap, note=found.note)
    return told.done()


def _percent(found: Pool) -> int | None:
    if found.headroom is None or found.limit is None:
        return None
    return floor(found.headroom * 100 / found.limit) if found.limit > 0 else 0


def _status(raw: object, word: str | None) -> str | None:
    """The service's word; `not said` where it sends none, nothing where it says Unknown or what no page explains."""
    if raw is None:
        return "not said"
    return None if word == "Unknown" else word


def usage_name(sku: object) -> str | None:
    """The pool that a SKU of the catalogue draws from."""
    return text(dig(sku, "usageName"))
