"""The least that a run must be allowed, as Azure's own definition of a custom role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.record import JsonObject

_DESCRIPTION = (
    "Reads what the auditor judges, asks deployments small questions and deletes what these left; "
    "changes nothing else and {keys}."
)


def role_definition(
    name: str, actions: Iterable[str], data_actions: Iterable[str], subscriptions: Sequence[str]
) -> JsonObject:
    """The definition in the shape that `az role definition create --role-definition` takes.

    `subscriptions` are ids; the role can be assigned in these and nowhere else. The description says whether it lets
    its holder read keys.
    https://learn.microsoft.com/azure/role-based-access-control/custom-roles
    """
    held = sorted(actions)
    keys = "reads keys for calls with them" if any("/listKeys/" in action for action in held) else "reads no keys"
    return {
        "Name": name,
        "IsCustom": True,
        "Description": _DESCRIPTION.format(keys=keys),
        "Actions": held,
        "NotActions": [],
        "DataActions": sorted(data_actions),
        "NotDataActions": [],
        "AssignableScopes": [f"/subscriptions/{subscription}" for subscription in subscriptions],
    }
