"""Whether what is provisioned goes where the plan of it was judged."""

from __future__ import annotations

from auditor.policy.facts.arm_id import fold
from auditor.policy.facts.part import Part, Telling
from auditor.policy.facts.seen import Seen
from auditor.policy.facts.shape import text
from auditor.policy.facts.target import Target
from auditor.policy.provisioning import ID, KIND


def provisioned(of: Target, seen: Seen) -> Part:
    """`provisioning_told`, and if so the subscription that it `provisions_in` and those that it was `judged_in`."""
    told, found = Telling(), seen.resource(KIND, ID)
    subscription = text(found.body.get("subscription")) if found is not None else None
    told.tell("provisioning_told", subscription is not None)
    if subscription is not None:
        told.tell("provisions_in", subscription.lower())
        told.tell("judged_in", sorted(fold(one).rpartition("/")[2] for one in of.subscriptions))
    return told.done()
