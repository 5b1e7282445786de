"""What each aspect of an account is told from."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.policy.facts.basis import Basis
from auditor.record import JsonObject
from auditor.settings import Workload
from auditor.snapshot import Resource


@dataclass(frozen=True)
class Around:
    """An account and what may be looked at to tell more of it."""

    resource: Resource
    body: JsonObject
    """Its own, filled."""
    declaring: Workload | None
    """The strictest of the workloads that name it."""
    basis: Basis
