"""When the service will change the model version behind a deployment by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from auditor.policy.facts.catalogue import Lookup
from auditor.policy.facts.lifecycle import day, retirement
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.shape import dig, whole

PAGE: Final = "https://learn.microsoft.com/azure/foundry/openai/how-to/working-with-models"

_UNREADABLE: Final[Note] = ("not understood: a date or a lead time of the model's replacement", PAGE)


def upgrade(stops: bool | None, option: str | None, found: Lookup, sku_name: str | None) -> Part:
    """`deployment.upgrade`: whether the service changes the version, and on which day that begins, as far as announced.

    `stops` is whether nothing upgrades the deployment, `option` its versionUpgradeOption. A new default version is
    rolled out from autoUpgradeStartDate; at the end of a version's life the change comes upgradeOnExpiryLeadTimeDays
    before its retirement.
    """
    told = Telling()
    told.tell("by_service", None if stops is None else not stops)
    if stops is not False or found.entry is None:
        return Part(told.done().facts, absences={"on": found.gap, "announced": found.gap} if found.gap else {})
    config = dig(found.entry.model, "replacementConfig")
    end = retirement(found.entry, found.entry.sku(sku_name))
    begins, lead = day(dig(config, "autoUpgradeStartDate")), dig(config, "upgradeOnExpiryLeadTimeDays")
    days = 0 if lead is None else whole(lead)
    if not (end.known and begins.known) or days is None or not 0 <= days <= _MOST_LEAD:
        told.tell("announced", None, note=_UNREADABLE)
        return told.done()
    last_day = end.day - timedelta(days=days) if end.day is not None and end.day > _EARLIEST else end.day
    by_default = begins.day if option == "OnceNewDefaultVersionAvailable" else None
    on = min((one for one in (last_day, by_default) if one is not None), default=None)
    told.tell("announced", on is not None)
    told.tell("on", on.isoformat() if on is not None else None)
    told.read("", found.readings)
    return told.done()


_MOST_LEAD: Final = 3_650
"""Days; more is no lead time."""

_EARLIEST: Final = date(1, 1, 1) + timedelta(days=_MOST_LEAD)
