"""Into which subscription the Azure Developer CLI would provision, where a plan is judged from one of its hooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from auditor.snapshot import Resource

KIND: Final = "provisioning"
ID: Final = "/provisioning"

VARIABLE: Final = "AZURE_SUBSCRIPTION_ID"
"""https://learn.microsoft.com/azure/developer/azure-developer-cli/manage-environment-variables"""

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def as_told(environ: Mapping[str, str]) -> tuple[Resource, ...]:
    """What the environment says of it, as a snapshot holds it; nothing where it says nothing, or no subscription."""
    told = environ.get(VARIABLE, "").strip().lower()
    return (Resource(kind=KIND, id=ID, body={"subscription": told}),) if _GUID.fullmatch(told) else ()
