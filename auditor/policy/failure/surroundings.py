"""What the collectors saw around a call: by it one cause of a refusal is told from another with the same words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Facts beside the account's and the deployment's own bodies; None is not known, never `no`."""

    addresses: tuple[str, ...] | None = None
    """What the called host's name gives on the machine that looked; empty: it gives nothing."""
    public: bool | None = None
    """Whether one of these lies outside the blocks that virtual networks are made of."""
    unlinked_zones: tuple[str, ...] | None = None
    """Private DNS zones of the account that a network of the workload is not linked to."""
    missing_records: tuple[str, ...] | None = None
    """Private DNS zones of the account that hold no record of it."""
    pending_endpoints: tuple[str, ...] | None = None
    """Private endpoint connections that wait for an approval."""
    address_rules: tuple[str, ...] | None = None
    """Addresses and blocks that the account's firewall lets in."""
    outbound_hosts: tuple[str, ...] | None = None
    """The hosts that the service may fetch from, where the account limits that; None also where it does not."""
    keys_disabled: bool | None = None
    may_call: bool | None = None
    """Whether the caller, by an assignment of its own, holds a role with the data action."""
    no_role_of_its_own: bool = False
    """Whether it is known that no assignment of the caller's own gives such a role; a group of its may."""
    role: str | None = None
    """The name of that role."""
    role_age_seconds: float | None = None
    """How long ago the youngest assignment that gives it was made."""
    state: str | None = None
    """The deployment's provisioning state."""
    pool: str | None = None
    """The usage name of the quota that the deployment draws from."""
    pool_current: int | None = None
    pool_limit: int | None = None
    """In the SKU's units of capacity."""
    utilisation: int | None = None
    """Of provisioned throughput, percent, as the mean of the last days."""
    incident: str | None = None
    """An incident of Azure's that is not over and touches the account's region."""
    health: str | None = None
    """Azure's word on the account: Available, Degraded or Unavailable."""

    @property
    def pool_full(self) -> bool | None:
        """Whether nothing is left of the pool."""
        if self.pool_current is None or self.pool_limit is None:
            return None
        return self.pool_current >= self.pool_limit


NOTHING_SEEN = Surroundings()
