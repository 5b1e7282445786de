"""How accounts are, as Azure Resource Health tells it."""

from __future__ import annotations

from datetime import timedelta

from auditor.record import JsonObject
from auditor.sandbox.account import Account
from auditor.sandbox.world import World

_WORDS = {
    "Available": "There aren't any known Azure platform problems affecting this resource.",
    "Degraded": "Your resource answers, and some of its calls fail.",
    "Unavailable": "We're sorry, your resource isn't available because of a problem of the platform.",
    "Unknown": "We haven't received any information about this resource for more than 10 minutes.",
}


def status(world: World, account: Account, owner: str) -> JsonObject:
    """The present state of the account whose id is `owner`."""
    ill = account.health in {"Degraded", "Unavailable"}
    since = world.made_at - timedelta(minutes=account.health_minutes if ill else 480 * 60)
    return {
        "id": f"{owner}/providers/Microsoft.ResourceHealth/availabilityStatuses/current",
        "name": "current",
        "type": "Microsoft.ResourceHealth/AvailabilityStatuses",
        "location": account.region,
        "properties": {
            "availabilityState": account.health,
            "title": account.health,
            "summary": _WORDS[account.health],
            "reasonType": "Unplanned" if ill else "",
            "reasonChronicity": "Persistent",
            "occuredTime": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reportedTime": world.made_at.strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        },
    }
