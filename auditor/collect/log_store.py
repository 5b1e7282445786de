"""What a diagnostic setting sends to, as things to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.collect.target import Per, Target
from auditor.record import JsonObject

_MEMBERS = {
    "workspaceId": ("workspaces", Per.WORKSPACE),
    "storageAccountId": ("storageAccounts", Per.STORAGE_ACCOUNT),
    "eventHubAuthorizationRuleId": ("namespaces", Per.EVENT_HUB_NAMESPACE),
    "serviceBusRuleId": ("namespaces", Per.EVENT_HUB_NAMESPACE),
}
"""Member of a setting → resource type that its id goes down to; an event hub is named by a rule of its namespace."""


def stores(setting: JsonObject) -> Iterator[Target]:
    """The stores that a setting names by something that is an ARM id."""
    properties = setting.get("properties")
    for member, (kind, per) in _MEMBERS.items():
        named = properties.get(member) if isinstance(properties, dict) else None
        pattern = rf"(/subscriptions/([^/?#]+)/resourceGroups/[^/?#]+/providers/[^/?#]+/{kind}/[^/?#]+)(?:/.*)?"
        found = re.fullmatch(pattern, named, re.IGNORECASE) if isinstance(named, str) else None
        if found is not None:
            yield Target(per=per, id=found[1], subscription=found[2])
