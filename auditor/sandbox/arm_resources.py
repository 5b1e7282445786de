"""Resource Manager's list of all resources of a subscription, as far as anybody here asks for it: the accounts."""

from __future__ import annotations

import re

from auditor.record import JsonObject
from auditor.sandbox.arm_accounts import account_body
from auditor.sandbox.wire import Answer, answer_error
from auditor.sandbox.world import World

TYPE = "Microsoft.CognitiveServices/accounts"

_FILTER = re.compile(r"resourceType eq '([\w./]+)'", re.IGNORECASE)
_TOLD = ("id", "name", "type", "sku", "kind", "identity", "tags")


def resources(world: World, subscription: str, wanted: str) -> list[JsonObject] | Answer:
    """Its accounts, without properties; refused without a filter by their type, since no other resource is listed here.

    https://learn.microsoft.com/rest/api/resources/resources/list
    """
    asked = _FILTER.fullmatch(wanted.strip())
    if asked is None or asked[1].lower() != TYPE.lower():
        words = f"The filter '{wanted}' is not supported here: resources are listed by resourceType eq '{TYPE}' alone."
        return answer_error(400, "InvalidFilterInQueryString", words)
    hidden = {name.lower() for name in world.unindexed}
    bodies = (
        (account.region, account_body(world, account))
        for account in world.accounts.values()
        if world.subscription_of(account) == subscription and account.name.lower() not in hidden
    )
    return [{**{name: body[name] for name in _TOLD if name in body}, "location": region} for region, body in bodies]
