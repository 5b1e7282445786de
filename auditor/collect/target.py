"""The kinds of things that collectors look at, and what one of each is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from auditor.record import JsonObject


class Per(StrEnum):
    """What a collector looks at, one at a time."""

    SUBSCRIPTION = "subscription"
    LOCATION = "location"
    ACCOUNT = "account"
    PRIVATE_ENDPOINT = "private_endpoint"
    ENCRYPTION_KEY = "encryption_key"
    """A key that accounts encrypt with, by the URI of its vault and its name."""
    WORKSPACE = "workspace"
    STORAGE_ACCOUNT = "storage_account"
    EVENT_HUB_NAMESPACE = "event_hub_namespace"
    MODEL = "model"
    """A version of a model whose free capacity somebody needs to know, in one subscription."""
    PROJECT = "project"
    NETWORK_INTERFACE = "network_interface"
    PRIVATE_DNS_ZONE = "private_dns_zone"


@dataclass(frozen=True)
class Target:
    """One thing to look at; two are the same when their ids are, whatever their case."""

    per: Per
    id: str
    """The ARM id, or for a location the id that its models and usages are listed under."""
    subscription: str
    """The GUID."""
    location: str = ""
    """Of a location or an account: the region's name, lower case and without spaces."""
    owner: str | None = None
    """Through what it was found: of a private endpoint or project the account, of a network interface the endpoint."""
    body: JsonObject = field(default_factory=dict, compare=False)
    """Of an account: how the list told it; of a key or a model: its names."""

    @property
    def key(self) -> tuple[Per, str]:
        """What makes it the same as another."""
        return self.per, self.id.lower()


def model_target(subscription: str, model: object, sku: object) -> Target | None:
    """A model as something whose free capacity is worth knowing: one that is told whole and sold by reserved units.

    `model` is an object with format, name and version.
    """
    told = [model.get(name) for name in ("format", "name", "version")] if isinstance(model, dict) else []
    names = [one for one in told if isinstance(one, str) and one]
    if len(names) != 3 or not isinstance(sku, str) or "provisioned" not in sku.lower():  # noqa: PLR2004 - of three
        return None
    id_ = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/modelCapacities/{'.'.join(names)}"
    body = dict(zip(("modelFormat", "modelName", "modelVersion"), names, strict=True))
    return Target(per=Per.MODEL, id=id_, subscription=subscription, body=body)
