"""Whether a subscription's activity log, which says who changed what, is kept anywhere beyond its ninety days."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.diagnostics import sent_to, switched_on
from auditor.policy.facts.log_stores import stores, tell_stores
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text

KIND: Final = "subscription_diagnostic_setting"

CATEGORIES: Final = (
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
)
"""https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema#categories"""

_SPELLED: Final = {name.lower(): name for name in CATEGORIES}


def activity_log(subscription: str, seen: Seen) -> Part:
    """`subscription.activity_log`; nothing of it is known unless the whole list of settings was read."""
    listing = seen.listing(KIND, subscription)
    if listing is None:
        gap = seen.gap(KIND, subscription)
        return Part(absences={"": gap} if gap else {})
    found = seen.children(KIND, subscription)
    bodies = [setting.body for setting in found]
    told = Telling()
    told.read("", [*listing.readings, *(reading for setting in found for reading in setting.readings)])
    told.tell("settings", len(bodies))
    logs, note = switched_on(bodies, "logs")
    if logs is not None:
        said = [text(log.get("category")) for log in logs]
        everything = any((text(log.get("categoryGroup")) or "").lower() == "alllogs" for log in logs)
        enabled = {_SPELLED.get(name.lower(), name) for name in said if name}
        told.tell("enabled_categories", sorted(enabled | set(CATEGORIES if everything else ())))
        told.tell("exported", bool(logs))
    else:
        told.tell("exported", None, note=note)
    places, unclear = sent_to(bodies)
    told.tell("destinations", places, note=unclear)
    if places is not None:
        tell_stores(told, stores(places, seen))
    return told.done()
