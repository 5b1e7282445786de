"""What a run found, as rows that people read: deployments with their models, and the quota that they draw on."""

from __future__ import annotations

from datetime import date

from auditor.record import Record


class DeploymentRow(Record):
    """One deployment; what is not known is None."""

    id: str
    name: str
    account: str
    workload: str | None = None
    location: str | None = None
    declared: bool | None = None
    """Whether a workload of the settings names it."""
    model: str | None = None
    version: str | None = None
    sku: str | None = None
    capacity: int | None = None
    state: str | None = None
    """Its provisioning state, in the service's word."""
    lifecycle: str | None = None
    """Of its model, in the service's word."""
    retires: date | None = None
    """When its model stops serving on this SKU; None too where it never does."""
    retirement_status: str | None = None
    """Planned, Tentative, or that neither was said."""
    quota: str | None = None
    """The id of the pool that it draws on."""


class QuotaRow(Record):
    """One quota pool of one location; units are the pool's own."""

    id: str
    name: str
    location: str
    used: int | None = None
    limit: int | None = None
    planned: int | None = None
    """What the settings ask beyond what deployments hold."""
    unit: str | None = None
