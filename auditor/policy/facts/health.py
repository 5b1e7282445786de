"""How an account is by Azure's own word, and which of Azure's incidents touch its region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auditor.policy.facts.arm_id import fold, region, subscription_scope
from auditor.policy.facts.moment import moment, written
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import dig, objects, text
from auditor.record import JsonObject

KIND: Final = "resource_health"
EVENT: Final = "service_event"

PAGE: Final = "https://learn.microsoft.com/azure/service-health/resource-health-overview"
EVENTS_PAGE: Final = "https://learn.microsoft.com/rest/api/resourcehealth/events/list-by-subscription-id"

STATES: Final = ("Available", "Degraded", "Unavailable")
"""The fourth word, Unknown, says that Azure does not know either."""

SERVICES: Final = ("openai", "cognitive", "foundry", "ai services")
"""In the names under which Service Health tells of what accounts are part of; the service was renamed several times."""

_SAID: Final = {state.lower(): state for state in STATES}
_EVERYWHERE: Final = "global"
_LONGEST: Final = 200


@dataclass(frozen=True)
class Incident:
    """An incident that is not over; `regions` None: where is not known."""

    words: str
    regions: frozenset[str] | None
    reading: tuple[str, ...]
    since: datetime | None = None
    """When its impact began."""

    def touches(self, place: str) -> bool | None:
        """Whether a region is among them."""
        return None if self.regions is None else place in self.regions or _EVERYWHERE in self.regions


Incidents = Mapping[str, tuple[Incident, ...]]
"""Folded subscription scope → the incidents of these services that Azure tells it."""


def health(account_id: str, seen: Seen) -> Part:
    """`account.health`: state, reason and since when."""
    scope = subscription_scope(account_id)
    found = seen.resource(KIND, f"{account_id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current")
    if found is None:
        gap = seen.gap(KIND, scope) if scope is not None else None
        listed = scope is not None and seen.listing(KIND, scope) is not None
        untold = {"state": ("not known: Azure tells no health of this account", PAGE)} if listed else {}
        return Part(absences={"": gap} if gap else {}, notes=untold)
    told, properties = Telling(), found.body.get("properties")
    told.read("", found.readings)
    said = text(dig(properties, "availabilityState"))
    state = _SAID.get(said.lower()) if said is not None else None
    note = ("not known: Azure has no recent signal of this account", PAGE) if said else ("not told", PAGE)
    told.tell("state", state, note=None if state else note)
    told.tell("reason", text(dig(properties, "reasonType")))
    told.tell("summary", (text(dig(properties, "summary")) or "")[:_LONGEST] or None)
    since = moment(dig(properties, "occuredTime")) or moment(dig(properties, "occurredTime"))
    told.tell("since", written(since) if since else None)
    return told.done()


def service_events(account_id: str, place: str | None, found: Incidents, seen: Seen) -> Part:
    """`account.service_events`: the incidents that are not over and touch the account's region."""
    scope = subscription_scope(account_id)
    listing = seen.listing(EVENT, scope) if scope is not None else None
    if scope is None or listing is None:
        gap = seen.gap(EVENT, scope) if scope is not None else None
        return Part(absences={"": gap} if gap else {})
    told = Telling()
    open_ = found.get(fold(scope), ())
    touching = [(one, one.touches(place) if place is not None else None) for one in open_]
    told.read("active", (*listing.readings, *(reading for one in open_ for reading in one.reading)))
    if any(touches is None for _, touches in touching):
        told.tell("active", None, note=("not known: an incident does not tell where it is", EVENTS_PAGE))
    else:
        told.tell("active", sorted(one.words for one, touches in touching if touches))
    return told.done()


def incidents(seen: Seen) -> Incidents:
    """Of all subscriptions, each read once."""
    found: dict[str, tuple[Incident, ...]] = {}
    for event in seen.all_of(EVENT):
        incident = _incident(event.body, event.readings)
        if event.parent is not None and incident is not None:
            scope = fold(event.parent)
            found[scope] = (*found.get(scope, ()), incident)
    return found


def _incident(body: JsonObject, readings: tuple[str, ...]) -> Incident | None:
    """None for what is over, what is no incident, and what is another service's."""
    told = body.get("properties")
    kind, status = (text(dig(told, name)) for name in ("eventType", "status"))
    if (kind or "ServiceIssue").lower() != "serviceissue" or (status or "Active").lower() != "active":
        return None
    words = f"{text(body.get('name')) or 'without an id'}: {text(dig(told, 'title')) or 'without a title'}"[:_LONGEST]
    since = moment(dig(told, "impactStartTime"))
    impact = objects(dig(told, "impact"))
    if impact is None or kind is None or status is None:
        return Incident(words, None, readings, since)
    named = [(text(one.get("impactedService")), objects(one.get("impactedRegions"))) for one in impact]
    ours = [regions for service, regions in named if service is None or _is_ours(service)]
    if not ours:
        return None
    places = [_places(regions) for regions in ours]
    known = [one for one in places if one is not None]
    return Incident(words, frozenset().union(*known) if len(known) == len(places) else None, readings, since)


def _is_ours(service: str) -> bool:
    return any(word in service.lower() for word in SERVICES)


def _places(regions: list[JsonObject] | None) -> frozenset[str] | None:
    """The regions in which it is not over; None where one of them has no name."""
    if regions is None:
        return None
    names = [
        region(one.get("impactedRegion")) for one in regions if (text(one.get("status")) or "").lower() != "resolved"
    ]
    return frozenset(name for name in names if name) if all(names) else None
