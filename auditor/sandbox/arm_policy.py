"""The state of Azure Policy, as its query tells it: flat rows without ids, in OData's manner."""

from __future__ import annotations

import re

from auditor.record import JsonObject
from auditor.sandbox.stored import place_of
from auditor.sandbox.wire import Answer, answer_error
from auditor.sandbox.world import World

TYPE = "Microsoft.PolicyInsights/policyStates"

_FILTER = re.compile(r"compliancestate eq '(\w+)'", re.IGNORECASE)


def states(world: World, subscription: str, wanted: str) -> list[JsonObject] | Answer:
    """The rows of a subscription that a `$filter` asks for; it knows the one by state, and none asks for all.

    https://learn.microsoft.com/rest/api/policy/policy-states/list-query-results-for-subscription
    """
    asked = _FILTER.fullmatch(wanted.strip())
    if wanted and asked is None:
        return answer_error(400, "InvalidFilterInPolicyInsightsQuery", f"The filter '{wanted}' is not understood.")
    rows = [
        _row(one.id, subscription, one.properties)
        for one in world.stored.values()
        if (place := place_of(one.id)) and place.type == TYPE and place.subscription.lower() == subscription.lower()
    ]
    return [row for row in rows if asked is None or row["complianceState"].lower() == asked[1].lower()]


def _row(state_id: str, subscription: str, properties: JsonObject) -> JsonObject:
    resource = state_id.partition("/providers/Microsoft.PolicyInsights/")[0]
    return {
        "@odata.id": None,
        "@odata.context": f"https://management.azure.com/subscriptions/{subscription}/providers/{TYPE}/$metadata#latest/$entity",
        "resourceId": resource,
        "subscriptionId": subscription,
        "isCompliant": properties.get("complianceState") == "Compliant",
        "effectiveParameters": None,
        **properties,
    }
