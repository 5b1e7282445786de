"""Requests as shapes: no id, no name and no moment in them, and no two of one kind that differ by these alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.shapes import shape
from auditor.snapshot import Reading

ARM = "https://management.azure.com"
S = "/subscriptions/00000000-0000-4000-8000-0000000000a1"
A = f"{S}/resourceGroups/rg-chat/providers/Microsoft.CognitiveServices/accounts/aif-chat"
SHAPE = "/subscriptions/{id}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"


def of(url: str, method: str = "GET") -> str:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    return shape(Reading(id="r", method=method, url=url, sent_at=moment, duration_ms=1))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{ARM}{S}?api-version=2022-12-01", "GET /subscriptions/{id}"),
        (f"{ARM}{A}", f"GET {SHAPE}"),
        (f"{ARM}{A}/deployments?api-version=1&$skiptoken=abc", f"GET {SHAPE}/deployments"),
        (f"{ARM}{A}/projects/p-1/connections", f"GET {SHAPE}/projects/{{name}}/connections"),
        (f"{ARM}{A}/providers/Microsoft.Insights/metrics", f"GET {SHAPE}/providers/Microsoft.Insights/metrics"),
        (
            f"{ARM}{S}/providers/Microsoft.CognitiveServices/locations/swedencentral/usages",
            "GET /subscriptions/{id}/providers/Microsoft.CognitiveServices/locations/{location}/usages",
        ),
        (
            f"{ARM}{S}/resources?api-version=1&%24filter=resourceType%20eq%20'Microsoft.CognitiveServices/accounts'",
            "GET /subscriptions/{id}/resources?$filter=resourceType eq 'Microsoft.CognitiveServices/accounts'",
        ),
        (
            (
                f"{ARM}{S}/providers/Microsoft.Insights/eventtypes/management/values"
                "?$filter=eventTimestamp+ge+'2026-11-01T00:00:00Z'"
            ),
            (
                "GET /subscriptions/{id}/providers/Microsoft.Insights/eventtypes/management/values"
                "?$filter=eventTimestamp ge '{time}'"
            ),
        ),
        (
            f"{ARM}/providers/Microsoft.Management/managementGroups/g",
            "GET /providers/Microsoft.Management/managementGroups/{name}",
        ),
        ("https://x.openai.azure.com/openai/v1/responses", "GET {host}/openai/v1/responses"),
        ("https://x.openai.azure.com/openai/v1/responses/resp_0a1b2c3d4e5f6a7b", "GET {host}/openai/v1/responses/{id}"),
        ("https://x/openai/deployments/chat/responses", "GET {host}/openai/deployments/{name}/responses"),
        ("https://x", "GET {host}"),
        ("", "GET {host}"),
    ],
)
def test_a_shape(url: str, expected: str) -> None:
    assert of(url) == expected


NAME = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-_.()", min_size=1, max_size=40).filter(
    lambda name: name not in {"providers", "management", "latest", "current", "subscriptions", "resourcegroups"}
)


@given(subscription=st.uuids(), group=NAME, account=NAME, deployment=NAME)
def test_no_name_is_left_in_it(subscription: object, group: str, account: str, deployment: str) -> None:
    url = (
        f"{ARM}/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices"
        f"/accounts/{account}/deployments/{deployment}"
    )
    assert of(url) == f"GET {SHAPE}/deployments/{{name}}"
