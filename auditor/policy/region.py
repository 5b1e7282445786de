"""What is found out about regions: which workload fits into which, with how much to spare, and why not into others."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from auditor.record import Record

Fits = Literal["yes", "unknown", "no"]

ORDER: Final[tuple[Fits, ...]] = ("yes", "unknown", "no")
"""From the best on."""


class Room(Record):
    """One quota pool of a region, in the SKU's units of capacity."""

    pool: str
    used: int
    limit: int
    asked: int
    """By all deployments of the workload together, beyond what they hold in it."""
    left: int
    """Once all that is asked was granted; negative where it can't be."""


class RegionFit(Record):
    """Whether a workload fits into a region."""

    region: str
    subscription: str
    fits: Fits
    tightest: Room | None = None
    """The pool with the least left of those that are known."""
    pools: tuple[Room, ...] = ()
    against: tuple[str, ...] = ()
    """Every reason why it does not fit."""
    unknown: tuple[str, ...] = ()
    """Everything that could not be found out."""


class WorkloadRegions(Record):
    """One workload in all regions that it allows; those that fit come first, the roomiest before the others."""

    name: str
    account: str
    fits: Fits
    """Whether there is a region that fits; unknown where there may be one."""
    regions: tuple[RegionFit, ...]
    unknown: tuple[str, ...] = ()
    """Why there may be further regions, or why none could be asked."""


class Regions(Record):
    """What `auditor regions` found; each workload is judged by itself."""

    schema_version: str = "1"
    cloud: str
    taken_at: datetime
    notices: tuple[str, ...] = ()
    workloads: tuple[WorkloadRegions, ...]
