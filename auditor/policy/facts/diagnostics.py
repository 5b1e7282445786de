"""What an account's diagnostic settings really export, and where to."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.log_stores import stores, tell_stores
from auditor.policy.facts.part import Note, Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject
from auditor.settings import LogIntent

KIND: Final = "diagnostic_setting"

PAGE: Final = "https://learn.microsoft.com/rest/api/monitor/diagnostic-settings/list"

CATEGORIES: Final = ("Audit", "AzureOpenAIRequestUsage", "RequestResponse", "Trace")
"""Of Microsoft.CognitiveServices/accounts; the id of Managed Network Events is not published.

https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-cognitiveservices-accounts-logs
"""

CATEGORY_GROUPS: Final = {"alllogs": ("allLogs", *CATEGORIES), "audit": ("Audit",)}
"""Category group in lower case → what it stands for.

https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings#category-groups
"""

_SPELLED: Final = {name.lower(): name for name in CATEGORIES}


def diagnostics(account_id: str, intent: LogIntent, seen: Seen) -> Part:
    """`account.diagnostics`; nothing of it is known unless the whole list was read."""
    listing = seen.listing(KIND, account_id)
    if listing is None:
        gap = seen.gap(KIND, account_id)
        return Part(absences={"": gap} if gap else {})
    found = seen.children(KIND, account_id)
    bodies = [setting.body for setting in found]
    told = Telling()
    told.read("", [*listing.readings, *(reading for setting in found for reading in setting.readings)])
    told.tell("settings", len(bodies))
    _tell_categories(told, bodies, intent)
    _tell_destinations(told, bodies, intent, seen)
    metrics, note = switched_on(bodies, "metrics")
    told.tell("metrics_exported", None if metrics is None else bool(metrics), note=note)
    return told.done()


def _tell_categories(told: Telling, bodies: list[JsonObject], intent: LogIntent) -> None:
    logs, note = switched_on(bodies, "logs")
    enabled = None if logs is None else sorted({name for log in logs for name in _names(log)})
    told.tell("enabled_categories", enabled, note=note)
    if enabled is not None:
        have = {name.lower() for name in enabled}
        told.tell("missing_categories", [name for name in intent.categories if name.lower() not in have])


def _tell_destinations(told: Telling, bodies: list[JsonObject], intent: LogIntent, seen: Seen) -> None:
    places, note = sent_to(bodies)
    told.tell("destinations", places, note=note)
    if places is None:
        told.tell("unapproved_destinations", None, note=note)
        return
    approved = [place.lower().rstrip("/") for place in intent.destinations]
    told.tell("unapproved_destinations", [place for place in places if approved and not _approved(place, approved)])
    tell_stores(told, stores(places, seen))


def sent_to(bodies: list[JsonObject]) -> tuple[list[str] | None, Note | None]:
    """Every place that the settings send to, once; None where one of them says it in no known shape."""
    found = [_destinations(body) for body in bodies]
    if None in found:
        return None, ("not understood: where a diagnostic setting sends to", PAGE)
    return list(dict.fromkeys(place for places in found for place in places or ())), None


def switched_on(bodies: list[JsonObject], member: str) -> tuple[list[JsonObject] | None, Note | None]:
    """The logs or metrics that are enabled, of settings that send anywhere; None where one is of no known shape.

    A setting counts by `enabled` alone: the service lists every category, most of them switched off.
    """
    found: list[JsonObject] = []
    for body in bodies:
        entries, places = objects(dig(body, "properties", member) or []), _destinations(body)
        if places is None or entries is None or any(not isinstance(entry.get("enabled"), bool) for entry in entries):
            return None, (f"not understood: the {member} of a diagnostic setting", PAGE)
        if places:
            found += [entry for entry in entries if entry["enabled"]]
    return found, None


def _names(log: JsonObject) -> tuple[str, ...]:
    """The categories that one entry stands for, groups spelled out, in the service's casing."""
    group = text(log.get("categoryGroup"))
    if group is not None:
        return CATEGORY_GROUPS.get(group.lower(), (group,))
    category = text(log.get("category"))
    return (_SPELLED.get(category.lower(), category),) if category else ()


_PLACES: Final = ("workspaceId", "storageAccountId", "marketplacePartnerId")
_RULES: Final = ("eventHubAuthorizationRuleId", "serviceBusRuleId")
_HUB: Final = "eventHubName"


def _destinations(body: JsonObject) -> list[str] | None:
    """ARM ids of the workspaces, storage accounts, event hubs and partners that a setting sends to.

    An event hub is named by its namespace's authorization rule and, where one is chosen, its own name. None where what
    names one is no text.
    """
    properties = dig(body, "properties")
    if not isinstance(properties, dict):
        return None
    said = {name: properties.get(name) for name in (*_PLACES, *_RULES, _HUB)}
    if any(value is not None and not isinstance(value, str) for value in said.values()):
        return None
    found = [text(said[name]) for name in _PLACES]
    rule = next((known for name in _RULES if (known := text(said[name]))), None)
    if rule is not None:
        namespace = rule[: rule.lower().find("/authorizationrules")] if "/authorizationrules" in rule.lower() else rule
        hub = text(said[_HUB])
        found.append(f"{namespace}/eventhubs/{hub}" if hub else namespace)
    return [place for place in found if place]


def _approved(place: str, approved: list[str]) -> bool:
    """Whether a destination, or what it lies in, is on the list."""
    name = place.lower().rstrip("/")
    return any(name == one or name.startswith(one + "/") for one in approved)
