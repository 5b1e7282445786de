"""What a deployment's tokens cost: by the owner's settings, else by the meter that Azure's price list has for it.

A meter's name is written for billing, not for people, so that it is only taken where each of its words is known: what
says more than model, version, direction and kind of deployment is another meter (cached, batch, priority, audio, …).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from auditor.probe.target import Target
from auditor.record import JsonObject
from auditor.settings import ProbeSettings

MILLION: Final = 1_000_000

UNITS: Final = {"1K": 1000, "1M": MILLION}
"""unitOfMeasure → tokens; others, such as `1/Hour`, are no prices of tokens."""

DIRECTIONS: Final = {
    **dict.fromkeys(("inp", "inpt", "input"), "input"),
    **dict.fromkeys(("outp", "outpt", "opt", "output", "out"), "output"),
}
ZONES: Final = {
    **dict.fromkeys(("glbl", "gl", "global"), "GlobalStandard"),
    **dict.fromkeys(("dz", "dzone", "datazone"), "DataZoneStandard"),
    **dict.fromkeys(("regnl", "regional"), "Standard"),
}
"""The word of a meter → the SKU of the deployments that it counts."""

FILLERS: Final = frozenset({"tokens", "1m", "shortco", "std"})
"""Words that say nothing of a short call to a standard deployment: `ShortCo` is a short context."""

PRODUCTS: Final = "Azure OpenAI"
"""How the productName of a meter begins whose model name may lack its `gpt`: other publishers' versions look alike."""

_VERSION = re.compile(r"\d{4}-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost."""

    input: float
    output: float
    currency: str
    source: Literal["settings", "retail"]
    date: str | None = None
    """From when on Azure's list has it."""
    meters: tuple[str, ...] = ()

    @property
    def dearer(self) -> float:
        """What a million tokens cost at most."""
        return max(self.input, self.output)

    @property
    def told(self) -> JsonObject:
        """As a member of a probe's body."""
        return {
            "input": self.input,
            "output": self.output,
            "currency": self.currency,
            "source": self.source,
            "date": self.date,
            "meters": list(self.meters),
        }


@dataclass(frozen=True, slots=True)
class Meter:
    """What the name of a meter says."""

    words: tuple[str, ...]
    """Of the model, and of its version where there is one, in lower case and without `gpt`."""
    direction: str
    sku: str


def price_of(
    target: Target, settings: ProbeSettings, items: Iterable[JsonObject], unread: str | None = None
) -> Price | str:
    """The price of a deployment's tokens, or why nobody knows it; `items` are the price list's of its region,
    `unread` why there are none."""
    said = settings.prices.get(target.model)
    if said is not None:
        return Price(said, said, settings.currency, "settings")
    found: dict[str, list[JsonObject]] = {"input": [], "output": []}
    if target.sku not in ZONES.values():
        return f"deployments of the SKU {target.sku or 'that is not told'} are not paid by the token"
    for item in items:
        meter = meter_of(item)
        if meter is not None and meter.sku == target.sku and meter.words in names_of(target):
            found[meter.direction].append(item)
    chosen = {direction: _one(rows, target) for direction, rows in found.items()}
    given, answered = chosen["input"], chosen["output"]
    if unread is not None:
        return f"probes.prices has no price for model {target.model}, and {unread}"
    if given is None or answered is None:
        return f"neither probes.prices nor Azure's price list tells one price of {target.model} as {target.sku}"
    return Price(
        _per_million(given),
        _per_million(answered),
        settings.currency,
        "retail",
        max(_date(given), _date(answered)) or None,
        (str(given["meterName"]), str(answered["meterName"])),
    )


def meter_of(item: JsonObject) -> Meter | None:
    """What a row of the price list is the price of, where that is tokens of a model; None for any other."""
    name, product = item.get("meterName"), item.get("productName")
    usable = (
        isinstance(name, str)
        and isinstance(product, str)
        and product.startswith(PRODUCTS)
        and item.get("type") == "Consumption"
        and item.get("unitOfMeasure") in UNITS
        and isinstance(item.get("retailPrice"), int | float)
        and not item.get("tierMinimumUnits")
    )
    if not usable:
        return None
    words = _words(str(name))
    directions = [DIRECTIONS[word] for word in words if word in DIRECTIONS]
    zones = [ZONES[word] for word in words if word in ZONES]
    if len(directions) != 1 or len(zones) != 1:
        return None
    rest = tuple(word for word in words if word not in DIRECTIONS and word not in ZONES and word not in FILLERS)
    return Meter(rest, directions[0], zones[0])


def _words(name: str) -> list[str]:
    """`GPT 5 Mini Inpt Data Zone` → 5, mini, inpt, datazone: hyphens and spaces say the same."""
    words = re.split(r"[\s-]+", name.lower().strip())
    joined = ["datazone" if (one, other) == ("data", "zone") else one for one, other in pairwise((*words, ""))]
    if "datazone" in joined and "zone" in joined:
        joined.remove("zone")
    return joined[1:] if joined[:1] == ["gpt"] else joined


def names_of(target: Target) -> tuple[tuple[str, ...], ...]:
    """The words by which meters name the target's model, with its version and without."""
    words = tuple(_words(target.model))
    dated = _VERSION.fullmatch(target.version or "")
    return (words, (*words, dated[1] + dated[2])) if dated else (words,)


def _one(rows: Sequence[JsonObject], target: Target) -> JsonObject | None:
    """The newest row of the most exact name; None where there is none, or two with different prices."""
    if not rows:
        return None
    exact = max(len(_meter_words(row)) for row in rows)
    named = [row for row in rows if len(_meter_words(row)) == exact and _here(row, target)]
    newest = max((_date(row) for row in named), default="")
    last = [row for row in named if _date(row) == newest]
    return last[0] if len({_per_million(row) for row in last}) == 1 else None


def _meter_words(row: JsonObject) -> tuple[str, ...]:
    meter = meter_of(row)
    return meter.words if meter is not None else ()


def _here(row: JsonObject, target: Target) -> bool:
    return str(row.get("armRegionName", "")).lower() == target.location


def _date(row: JsonObject) -> str:
    return str(row.get("effectiveStartDate") or "")[:10]


def _per_million(row: JsonObject) -> float:
    return round(float(row["retailPrice"]) * MILLION / UNITS[row["unitOfMeasure"]], 9)
