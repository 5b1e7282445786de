"""Whether somebody is told when Azure has trouble with its models' service where a subscription has accounts."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.activity import Event, anything, meets, one_of
from auditor.policy.facts.alert_rules import ACTIVITY, AlertRules, Rule
from auditor.policy.facts.arm_id import fold, region
from auditor.policy.facts.logic import all_of, any_of
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen

SERVICES: Final = ("openai", "cognitive services", "ai services", "foundry")
"""Part of the names, in lower case, under which Service Health speaks of the models' service.

https://azure.status.microsoft/status lists the names, which change with the product's own.
"""


def service_health(scope: str, rules: AlertRules, seen: Seen) -> Part:
    """`subscription.service_health`, from the activity log alerts set on the subscription.

    `watched`: for each region in which there are accounts an alert on incidents is on and heard; `unwatched_regions`
    are those without one, and `rules` all that speak of Service Health (`count`).
    """
    listing, told = seen.listing(ACTIVITY, scope), Telling()
    if listing is None:
        gap = seen.gap(ACTIVITY, scope)
        return Part(absences={"": gap} if gap else {})
    found = [rule for rule in rules.around(ACTIVITY, scope) if rule.scopes is None or fold(scope) in rule.scopes]
    places = sorted({place for one in seen.children("account", scope) if (place := region(one.body.get("location")))})
    hidden = seen.gap("account", scope)
    anywhere = _watched(found, None)
    watched = {place: any_of((anywhere, _watched(found, place))) for place in places}
    everywhere = all_of([*watched.values(), *([None] if hidden else [])]) if watched or hidden else anywhere
    silent = next((rule.reach.gap for rule in found if rule.reach.gap), None)
    because = silent or hidden
    told.read("", [*listing.readings, *(reading for rule in found for reading in rule.reach.readings)])
    told.tell("watched", True if anywhere else everywhere, because=because)
    known = None not in watched.values() and (not hidden or bool(anywhere))
    missing = [place for place, said in watched.items() if said is False]
    told.tell("unwatched_regions", missing if known else None, because=because)
    rows = [rule.row for rule in found if _speaks_of_health(rule)]
    told.tell("count", len(rows))
    told.tell("rules", rows if silent is None else None, because=silent)
    return told.done()


def _watched(rules: list[Rule], place: str | None) -> bool | None:
    """Whether one of the rules catches incidents of the service in a region; None stands for whatever region."""
    event = _event(place)
    return any_of(
        all_of((_placed(rule), meets(rule.properties, event), rule.enabled, rule.reach.heard)) for rule in rules
    )


def _placed(rule: Rule) -> bool | None:
    return None if rule.scopes is None else True


def _speaks_of_health(rule: Rule) -> bool:
    return bool(meets(rule.properties, {**_event(""), _REGION: anything, _SERVICE: anything, _TYPE: anything}))


_TYPE: Final = "properties.incidenttype"
_SERVICE: Final = "properties.impactedservices[*].servicename"
_REGION: Final = "properties.impactedservices[*].impactedregions[*].regionname"


def _event(place: str | None) -> Event:
    """What Service Health says of an incident.

    https://learn.microsoft.com/azure/service-health/alerts-activity-log-service-notifications-arm
    """
    event = {
        "category": one_of("ServiceHealth"),
        _TYPE: one_of("Incident"),
        _SERVICE: lambda asked: any(name in asked.lower() for name in SERVICES),
        "status": one_of("Active"),
    }
    return event if place is None else {**event, _REGION: lambda asked: region(asked) == place}
