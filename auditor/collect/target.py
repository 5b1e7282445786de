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
    """Of a private endpoint the account, and of a network interface the endpoint, through which it was found."""
    body: JsonObject = field(default_factory=dict, compare=False)
    """Of an account: how the list told it."""

    @property
    def key(self) -> tuple[Per, str]:
        """What makes it the same as another."""
        return self.per, self.id.lower()
