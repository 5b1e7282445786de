"""What is known around a failed call, so that its cause can be named rather than guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches

from auditor.policy.failure.surroundings import NOTHING_SEEN, Surroundings
from auditor.record import JsonObject
from auditor.snapshot import Principal, Resource

TOO_NEW_SECONDS = 300
"""A deployment may be unknown to the model endpoint for its first five minutes: the 404's own words."""

VERSION_SUFFIX = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4})$")
"""What an application appends to a model's name when it copies `gpt-4o-2024-08-06`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureContext:
    """Facts of the account and deployment that a call went to; None is not known, never `no`."""

    deployment: str | None = None
    """The name that was passed as `model`."""
    image_deployment: str | None = None
    """The name that was passed as the image model's deployment."""
    host: str | None = None
    account_id: str | None = None
    location: str | None = None
    tenant: str | None = None
    """The account's tenant; the caller's may be another."""
    signed_in: str | None = None
    """The tenant that the caller signed in to."""
    subdomain: str | None = None
    public_access_disabled: bool | None = None
    approved_endpoints: int | None = None
    abuse_action: str | None = None
    """`Throttle` or `Block`, where the account carries a penalty."""
    models: Mapping[str, str] | None = field(default=None)
    """Deployment name → model name, of every deployment of the account; None where the list was not read."""
    age_seconds: float | None = None
    """How long ago the deployment was made."""
    paused: bool | None = None
    provisioned: bool | None = None
    tokens_per_minute: int | None = None
    """What the deployment is configured to serve."""
    principal: str | None = None
    """Object id of who called, or its app id."""
    seen: Surroundings = NOTHING_SEEN
    """What stands around the account and the deployment."""

    @property
    def exists(self) -> bool | None:
        """Whether a deployment of that name stands in the account."""
        if self.models is None or self.deployment is None:
            return None
        return self.deployment.lower() in {name.lower() for name in self.models}

    @property
    def model(self) -> str | None:
        """The model behind the deployment."""
        asked = (self.deployment or "").lower()
        return next((model for name, model in (self.models or {}).items() if name.lower() == asked), None)

    @property
    def same_model(self) -> tuple[str, ...]:
        """Deployments whose model bears the name that was passed as a deployment's."""
        if not self.models or not self.deployment or self.exists:
            return ()
        asked = {self.deployment.lower(), VERSION_SUFFIX.sub("", self.deployment.lower())}
        return tuple(sorted(name for name, model in self.models.items() if model.lower() in asked))

    @property
    def probably_meant(self) -> tuple[str, ...]:
        """Deployments of the model of that name, else those with the nearest names; at most three."""
        if self.same_model or not self.models or not self.deployment or self.exists:
            return self.same_model[:3]
        by_lower = {name.lower(): name for name in sorted(self.models)}
        return tuple(by_lower[name] for name in get_close_matches(self.deployment.lower(), by_lower, n=3, cutoff=0.6))


def failure_context(
    account: Resource,
    deployments: Sequence[Resource] | None,
    requested: str,
    *,
    principal: Principal,
    now: datetime,
    tenant: str | None = None,
    host: str | None = None,
    image_deployment: str | None = None,
    seen: Surroundings = NOTHING_SEEN,
) -> FailureContext:
    """The context of a call to `requested` on an account, from what the snapshot holds.

    `deployments` are the account's own, all of them; None where their list was not read whole. `tenant` is the one that
    settings name; the account's own is what its identity tells, and else taken to be that.
    """
    properties = _mapping(account.body.get("properties"))
    body = next((one.body for one in deployments or () if _name(one).lower() == requested.lower()), {})
    return FailureContext(
        deployment=requested,
        image_deployment=image_deployment,
        host=host,
        account_id=account.id,
        location=_text(account.body.get("location")),
        tenant=_text(_mapping(account.body.get("identity")).get("tenantId")) or tenant,
        signed_in=principal.tenant_id or tenant,
        subdomain=_text(properties.get("customSubDomainName")),
        public_access_disabled=_lower(properties.get("publicNetworkAccess")) == "disabled",
        approved_endpoints=_approved(properties),
        abuse_action=_text(_mapping(properties.get("abusePenalty")).get("action")),
        models=None if deployments is None else {_name(one): _model(one.body) for one in deployments},
        age_seconds=_age(body, now),
        paused=_lower(_mapping(body.get("properties")).get("deploymentState")) == "paused" if body else None,
        provisioned="provisioned" in (_lower(_mapping(body.get("sku")).get("name")) or "") if body else None,
        tokens_per_minute=tokens_per_minute(body),
        principal=principal.object_id or principal.app_id,
        seen=seen,
    )


def tokens_per_minute(deployment: JsonObject) -> int | None:
    """Tokens that a deployment may use in a minute, from its rateLimits; None where they are not told.

    https://learn.microsoft.com/rest/api/aiservices/accountmanagement/deployments/get
    """
    limits = _mapping(deployment.get("properties")).get("rateLimits")
    for limit in limits if isinstance(limits, list) else []:
        rate = _mapping(limit)
        count, period = rate.get("count"), rate.get("renewalPeriod")
        if rate.get("key") == "token" and isinstance(count, int | float) and isinstance(period, int | float) and period:
            return int(count * 60 / period)
    return None


def _approved(properties: Mapping[str, object]) -> int:
    connections = properties.get("privateEndpointConnections")
    states = [
        _mapping(_mapping(_mapping(one).get("properties")).get("privateLinkServiceConnectionState")).get("status")
        for one in (connections if isinstance(connections, list) else [])
    ]
    return sum(_lower(state) == "approved" for state in states)


def _age(deployment: JsonObject, now: datetime) -> float | None:
    created = _text(_mapping(deployment.get("systemData")).get("createdAt"))
    if created is None:
        return None
    try:
        when = datetime.fromisoformat(created)
    except ValueError:
        return None
    return (now - (when if when.tzinfo else when.replace(tzinfo=UTC))).total_seconds()


def _name(resource: Resource) -> str:
    return resource.id.rpartition("/")[2]


def _model(body: JsonObject) -> str:
    return _text(_mapping(_mapping(body.get("properties")).get("model")).get("name")) or ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _lower(value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None
