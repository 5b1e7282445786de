"""What the activity log says when somebody lists or regenerates the keys of an account, and which alerts listen."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.activity import Event, anything, meets, one_of
from auditor.policy.facts.alert_rules import ACTIVITY, AlertRules, Rule
from auditor.policy.facts.alert_themes import NAMESPACE
from auditor.policy.facts.arm_id import segment

OPERATIONS: Final = {"list": "listKeys", "regenerate": "regenerateKey"}
"""What can be done with keys: `Microsoft.CognitiveServices/accounts/{operation}/action`.

https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning
"""


def key_event(operation: str, account_id: str | None = None) -> Event:
    """The event of one operation, on whatever account where none is named."""
    group = segment(account_id or "", "resourceGroups") or ""
    return {
        "category": one_of("Administrative"),
        "operationname": one_of(f"Microsoft.CognitiveServices/accounts/{operation}/action"),
        "resourceid": one_of(account_id) if account_id is not None else anything,
        "resourcegroup": one_of(group) if account_id is not None else anything,
        "resourcetype": one_of(NAMESPACE),
        "resourceprovider": one_of(NAMESPACE.partition("/")[0]),
        "level": one_of("Informational"),
        "status": one_of("Started", "Accepted", "Succeeded"),
        "substatus": anything,
    }


def key_alerts(rules: AlertRules) -> AlertRules:
    """The rules that some operation on the keys of some account may meet; most of a subscription's are on others."""
    events = [key_event(operation) for operation in OPERATIONS.values()]

    def listens(rule: Rule) -> bool:
        return any(meets(rule.properties, event) is not False for event in events)

    return rules.those(ACTIVITY, listens)
