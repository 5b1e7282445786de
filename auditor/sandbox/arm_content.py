"""Content (RAI) policies, as Resource Manager tells them: those of the system and those of the account's owner."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from auditor.record import JsonObject
from auditor.sandbox.account import Account, ContentFilter, ContentPolicy

HARMS = {
    f"{harm} on {source}": ContentFilter(severity="Medium")
    for harm in ("Hate", "Sexual", "Violence", "Selfharm")
    for source in ("Prompt", "Completion")
}

SYSTEM = (
    ContentPolicy(name="Microsoft.Default", base="", filters=HARMS),
    ContentPolicy(
        name="Microsoft.DefaultV2",
        base="",
        filters={
            **HARMS,
            "Jailbreak on Prompt": ContentFilter(),
            "Protected Material Text on Completion": ContentFilter(),
            "Protected Material Code on Completion": ContentFilter(blocking=False),
        },
    ),
)
"""What the service gives every account.

https://learn.microsoft.com/azure/foundry/openai/concepts/default-safety-policies
"""


def policy_bodies(account: Account, owner: str) -> list[JsonObject]:
    """Every policy of the account whose id is `owner`."""
    return [
        *(_body(policy, owner, "SystemManaged") for policy in SYSTEM),
        *(_body(policy, owner, "UserManaged") for policy in account.policies.values()),
    ]


def _body(policy: ContentPolicy, owner: str, managed: str) -> JsonObject:
    arm_id = f"{owner}/raiPolicies/{policy.name}"
    return {
        "id": arm_id,
        "name": policy.name,
        "type": "Microsoft.CognitiveServices/accounts/raiPolicies",
        "etag": f'"{uuid5(NAMESPACE_URL, arm_id)}"',
        "properties": {
            "type": managed,
            "mode": policy.mode,
            **({"basePolicyName": policy.base} if policy.base else {}),
            "contentFilters": [_filter(what, one) for what, one in policy.filters.items()],
            "customBlocklists": [
                {"blocklistName": name, "blocking": True, "source": source}
                for name in policy.blocklists
                for source in ("Prompt", "Completion")
            ],
        },
    }


def _filter(what: str, told: ContentFilter) -> JsonObject:
    name, _, source = what.rpartition(" on ")
    return {
        "name": name,
        "source": source,
        "enabled": told.enabled,
        "blocking": told.blocking,
        **({"severityThreshold": told.severity} if told.severity else {}),
    }
