"""The activity log: what was done in a subscription, found by one of the few filters that the log takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from auditor.record import JsonObject
from auditor.sandbox.activity import Activity
from auditor.sandbox.wire import Answer, answer_error
from auditor.sandbox.world import World

_FILTER = re.compile(
    r"eventTimestamp ge '(?P<begin>[^']+)'(?: and eventTimestamp le '(?P<end>[^']+)')?"
    r"(?: and (?P<member>resourceProvider|resourceGroupName|resourceUri|resourceId|correlationId)"
    r" eq '?(?P<value>[^']+)'?)?",
    re.IGNORECASE,
)
"""https://learn.microsoft.com/rest/api/monitor/activity-logs/list"""

_KEPT = timedelta(days=90)

_GROUP = re.compile(r"/resourceGroups/(?P<group>[^/]+)", re.IGNORECASE)


def events(world: World, subscription: str, query: Mapping[str, str]) -> list[JsonObject] | Answer:
    """The events that the filter asks for, newest first, each with the members that `$select` names."""
    asked = _FILTER.fullmatch(query.get("$filter", ""))
    begin = _moment(asked["begin"]) if asked else None
    end = _moment(asked["end"]) if asked and asked["end"] else datetime.now(UTC)
    if asked is None or begin is None or end is None:
        return answer_error(400, "BadRequest", "The $filter is missing, or not one of the patterns that are supported.")
    if begin < datetime.now(UTC) - _KEPT - timedelta(minutes=5):
        return answer_error(400, "BadRequest", "The start time cannot be more than 90 days in the past.")
    wanted = [member for member in query.get("$select", "").split(",") if member]
    found = [
        _event(subscription, one, of, at)
        for one in world.activities.values()
        if (of := _of(world, subscription, one)) is not None and begin <= (at := world.made_at - one.age) <= end
    ]
    if asked["member"]:
        found = [one for one in found if _fits(one, asked["member"].lower(), asked["value"].lower())]
    found.sort(key=lambda event: str(event["eventTimestamp"]), reverse=True)
    return [{name: value for name, value in one.items() if not wanted or name in {"id", *wanted}} for one in found]


def _of(world: World, subscription: str, one: Activity) -> str | None:
    """Id of what it was done to; None where that is not in the subscription, or not in the world any more."""
    if one.resource:
        return one.resource if f"{one.resource}/".lower().startswith(f"/subscriptions/{subscription}/") else None
    account = world.accounts.get(one.account)
    if account is None or world.subscription_of(account) != subscription:
        return None
    return (
        f"/subscriptions/{subscription}/resourceGroups/{account.group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{account.name}{one.below}"
    )


def _fits(event: JsonObject, member: str, value: str) -> bool:
    """Whether the event has the value; of a resource, whether it is exactly of that."""
    told = {
        "resourceprovider": event["resourceProviderName"]["value"],
        "resourcegroupname": event["resourceGroupName"],
        "correlationid": event["correlationId"],
    }.get(member, event["resourceId"])
    return str(told).lower() == value


def _event(subscription: str, one: Activity, of: str, at: datetime) -> JsonObject:
    guid = str(uuid5(NAMESPACE_URL, f"{of} {one.name}"))
    told = at.strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
    ticks = int(at.timestamp()) * 10_000_000 + 621_355_968_000_000_000
    provider = one.operation.partition("/")[0]
    group = _GROUP.search(of)
    return {
        "id": f"{of}/events/{guid}/ticks/{ticks}",
        "authorization": {"action": one.operation, "scope": of},
        "caller": one.caller,
        "claims": {},
        "correlationId": guid,
        "description": "",
        "eventDataId": guid,
        "eventName": {"value": "EndRequest", "localizedValue": "End request"},
        "eventTimestamp": told,
        "submissionTimestamp": told,
        "level": "Informational" if one.status == "Succeeded" else "Error",
        "operationId": guid,
        "operationName": {"value": one.operation, "localizedValue": one.operation},
        "resourceGroupName": group["group"] if group else "",
        "resourceId": of,
        "resourceProviderName": {"value": provider, "localizedValue": provider},
        "status": {"value": one.status, "localizedValue": one.status},
        "subStatus": {"value": "OK", "localizedValue": "OK (HTTP Status Code: 200)"},
        "subscriptionId": subscription,
    }


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
