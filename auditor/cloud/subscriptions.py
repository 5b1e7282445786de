"""The subscriptions that an identity sees."""

from __future__ import annotations

from auditor.cloud.arm import Arm
from auditor.cloud.pages import Rows
from auditor.snapshot import Gap


async def subscriptions(arm: Arm) -> Rows | Gap:
    """All of them, of whatever state; the service lists to everybody what they have any role in.

    https://learn.microsoft.com/rest/api/resources/subscriptions/list
    """
    return await arm.list("subscription", "", "/subscriptions")
