"""The accounts once more, as Resource Manager's list of all resources has them: the second source of their number."""

from __future__ import annotations

from auditor.cloud.arm_id import ACCOUNT_TYPE
from auditor.collect.collector import listed
from auditor.collect.target import Per

ACCOUNT_RESOURCES = listed(
    "arm_resource", Per.SUBSCRIPTION, "/resources", **{"$filter": f"resourceType eq '{ACCOUNT_TYPE}'"}
)
"""https://learn.microsoft.com/rest/api/resources/resources/list"""
