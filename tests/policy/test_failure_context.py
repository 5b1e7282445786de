"""What a failure is explained with is read from the snapshot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.policy.failure.context import failure_context
from auditor.snapshot import Principal, Resource
from tests.policy.failure_cases import ACCOUNT


def account(**properties: Any) -> Resource:
    return Resource(kind="account", id=ACCOUNT, body={"location": "swedencentral", "properties": properties})


def deployment(name: str, model: str, **body: Any) -> Resource:
    properties = {"model": {"name": model}, **body.pop("properties", {})}
    return Resource(kind="deployment", id=f"{ACCOUNT}/deployments/{name}", body={"properties": properties, **body})


def test_the_context_is_read_from_the_snapshot() -> None:
    """Account, deployments and principal give every fact that refines a cause."""
    connection = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    context = failure_context(
        account(
            customSubDomainName="contoso",
            publicNetworkAccess="disabled",
            privateEndpointConnections=[connection, {"properties": {}}],
            abusePenalty={"action": "Throttle"},
        ),
        [
            deployment(
                "Chat",
                "gpt-5.4",
                sku={"name": "GlobalProvisionedManaged"},
                systemData={"createdAt": "2026-11-21T11:59:00.1234567Z"},
                properties={
                    "deploymentState": "Paused",
                    "rateLimits": [
                        {"key": "request", "count": 10, "renewalPeriod": 10},
                        {"key": "token", "count": 1000, "renewalPeriod": 10},
                    ],
                },
            )
        ],
        "chat",
        principal=Principal(credential="environment", object_id="me"),
        now=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    )
    assert context.exists is True
    assert (context.public_access_disabled, context.approved_endpoints, context.abuse_action) == (True, 1, "Throttle")
    assert (context.paused, context.provisioned, context.tokens_per_minute) == (True, True, 6000)
    assert context.age_seconds == pytest.approx(59.88, abs=0.1)
    assert context.principal == "me"


def test_what_was_not_read_is_not_known() -> None:
    """Without a list of deployments nothing is said of them."""
    principal = Principal(credential="environment")
    context = failure_context(account(), None, "chat", principal=principal, now=datetime.now(UTC))
    assert (context.exists, context.paused, context.provisioned, context.age_seconds) == (None, None, None, None)
    assert context.probably_meant == ()
