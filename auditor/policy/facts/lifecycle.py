"""How long a deployed model will still serve: what its region's catalogue says of the version and of the SKU."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from auditor.policy.facts.catalogue import Entry, Lookup
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.shape import dig, text
from auditor.record import JsonObject

RETIRED: Final = "Deprecated"
"""The API's word for a model that no longer answers; `Deprecating` still serves those who have it.

https://learn.microsoft.com/azure/foundry/openai/concepts/model-retirements
"""

NEVER: Final = date(2099, 12, 31)
"""What the service writes where no end is meant."""

_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.DOTALL)


@dataclass(frozen=True)
class Retirement:
    """When inference stops."""

    day: date | None
    """None where no date is told; the service writes 2099-12-31 for never."""
    known: bool
    """False where a date is told that nobody understands."""


def model(found: Lookup, sku_name: str | None, default_version: str | None, now: datetime) -> Part:
    """`deployment.model`: of what the catalogue lists for a deployment's model, version and SKU; `now` in UTC."""
    told = Telling()
    told.read("", found.readings)
    if found.entry is None:
        told.tell("listed", False if found.certain else None)
        told.tell("sku_offered", False if found.certain else None)
        return Part(
            facts=told.done().facts,
            absences={"": found.gap} if found.gap and not found.certain else {},
            notes={"": found.note} if found.note else {},
            readings=told.done().readings,
        )
    entry, sku = found.entry, found.entry.sku(sku_name)
    told.tell("listed", True)
    told.tell("sku_offered", _sku_offered(found, sku_name))
    told.tell("is_default_version", entry.is_default)
    told.tell("default_version", default_version)
    told.tell("capabilities", entry.model.get("capabilities"))
    told.tell("replacement", _replacement(entry.model))
    told.tell("usage_name", text((sku or {}).get("usageName")) if not found.of_base else None)
    _tell_end(told, entry, sku, sku_name, now)
    return replace(told.done(), notes={"": found.note} if found.note else {})


def _sku_offered(found: Lookup, sku_name: str | None) -> bool | None:
    """Whether the SKU is listed; fine-tuned models have SKUs of their own, which their base may lack."""
    if found.entry is None or found.entry.skus is None or sku_name is None:
        return None
    return True if found.entry.sku(sku_name) is not None else None if found.of_base else False


def retirement(entry: Entry, sku: JsonObject | None) -> Retirement:
    """The earlier of the model's date and the SKU's: Standard and Global deployments of one model end apart."""
    if not entry.understood("deprecation"):
        return Retirement(None, known=False)
    dates = [day(dig(entry.model, "deprecation", "inference")), day((sku or {}).get("deprecationDate"))]
    if not all(one.known for one in dates):
        return Retirement(None, known=False)
    return Retirement(min((one.day for one in dates if one.day is not None), default=None), known=True)


def _tell_end(told: Telling, entry: Entry, sku: JsonObject | None, sku_name: str | None, now: datetime) -> None:
    lifecycle = text(entry.model.get("lifecycleStatus"))
    told.tell("lifecycle", lifecycle)
    sku_known = sku_name is not None and entry.skus is not None
    end = retirement(entry, sku) if sku_known else Retirement(None, known=False)
    days = (end.day - now.date()).days if end.day is not None else None
    if end.day is not None:
        told.tell("retirement", end.day.isoformat())
        told.tell("days_to_retirement", days)
    if end.known:
        told.tell("retirement_announced", end.day is not None)
    told.tell("retirement_status", _status(entry))
    told.tell("retired", _retired(lifecycle, days, end))


def _retired(lifecycle: str | None, days: int | None, end: Retirement) -> bool | None:
    """The date decides even where the status lags behind it: the order in which the page of RETIRED decides."""
    if lifecycle == RETIRED or (days is not None and days < 0):
        return True
    return False if lifecycle is not None and end.known else None


def _status(entry: Entry) -> str | None:
    """How firm the date is; None where the catalogue uses a word that no page explains."""
    if not entry.understood("deprecation", "deprecationStatus"):
        return None
    return text(dig(entry.model, "deprecation", "deprecationStatus")) or "not said"


def _replacement(listed: JsonObject) -> str | None:
    name = text(dig(listed, "replacementConfig", "targetModelName"))
    version = text(dig(listed, "replacementConfig", "targetModelVersion"))
    return f"{name} {version}" if name and version else name


def day(value: Any) -> Retirement:
    """A date as the service writes it."""
    if value is None:
        return Retirement(None, known=True)
    written = _DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        return Retirement(date.fromisoformat(written[1]), known=True) if written else Retirement(None, known=False)
    except ValueError:
        return Retirement(None, known=False)
