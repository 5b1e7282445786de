"""Whether a region still has the hardware for a provisioned deployment: quota is a permission and no promise."""

from __future__ import annotations

from math import floor
from typing import Final

from auditor.policy.facts.arm_id import PROVIDER, last, region
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, number, text

KIND: Final = "model_capacity"

PAGE: Final = "https://learn.microsoft.com/rest/api/aiservices/accountmanagement/model-capacities/list"

NOT_LISTED: Final[Note] = ("not known: the model's capacities were read and none is told of this region and SKU", PAGE)


def capacity(place: str, model: tuple[str, str, str], sku: str, extra: int | None, seen: Seen) -> Part:
    """`available_capacity` and `capacity_available` of `expected`.

    `place` is a location scope, `model` is format, name and version, `extra` the units asked beyond what is held.
    """
    told = Telling()
    subscription = place[: place.lower().index(f"/{PROVIDER}/".lower())]
    scope = f"{subscription}/{PROVIDER}/modelCapacities/{'.'.join(model)}"
    listing = seen.listing(KIND, scope)
    gap = seen.gap(KIND, scope) if listing is None else None
    here = [
        one
        for one in seen.children(KIND, scope)
        if (text(dig(one.body, "properties", "skuName")) or "").lower() == sku.lower()
        and region(one.body.get("location")) == last(place).lower()
    ]
    units = number(dig(here[0].body, "properties", "availableCapacity")) if here else None
    note = NOT_LISTED if listing is not None and not here else None
    available = floor(units) if units is not None else None
    told.tell("available_capacity", available, because=gap, note=note)
    enough = None if available is None or extra is None else extra <= available
    told.tell("capacity_available", True if extra == 0 else enough, because=gap)
    readings = [reading for one in here for reading in one.readings]
    told.read("available_capacity", readings)
    told.read("capacity_available", readings)
    return told.done()
