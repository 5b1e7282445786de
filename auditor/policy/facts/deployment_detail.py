"""What the list of deployments tells only in newer api-versions, and whether the one it was read in tells it."""

from __future__ import annotations

from typing import Final

from auditor.policy.facts.account import Home
from auditor.policy.facts.basis import Basis
from auditor.policy.facts.shape import dig
from auditor.record import JsonObject

DEPLOYMENT: Final = "deployment"
DETAIL: Final = "deployment_detail"

DETAILS: Final = ("routing", "deploymentState", "serviceTier")
"""Members that api-versions before 2026-07-01 leave out even where they are set."""

SPILLOVER_SINCE: Final = "2025-09-01"
"""The first api-version known to tell spilloverDeploymentName."""


def untold(body: JsonObject, home: Home, basis: Basis) -> dict[str, str]:
    """Path of each member that the api-version of the read does not tell → the gap's id."""
    gap = basis.seen.gap(DETAIL, home.id)
    if gap is None:
        return {}
    told = dig(body, "properties")
    return {f"properties.{name}": gap for name in DETAILS if not isinstance(told, dict) or name not in told}


def tells_spillover(detail: str | None, basis: Basis) -> bool:
    """Whether the deployments were read in a version that tells where their overflow goes.

    `detail` is the id of their gap of kind `deployment_detail`, if there is one.
    """
    return detail is None or basis.api_versions.get(DEPLOYMENT, "") >= SPILLOVER_SINCE
